#include "ops/gradient_testing.h"
#include "ops/simd.h"

namespace thimble::testing {
namespace {

struct Conv {
  Shape input;   // height, width, channels
  Shape filter;  // filters, height, width, channels
  int stride = 1;
  int dilation = 1;
  const char* padding = "VALID";
  const char* activation = "NONE";
  bool bias = true;
};

void check(const Conv& conv, int batch = 3) {
  SCOPED_TRACE(fmt::format("{} by {}, stride {}, dilation {}, {}, {}", to_string(conv.input), to_string(conv.filter),
                           conv.stride, conv.dilation, conv.padding, conv.activation));
  GradientCase spec{.op = "CONV_2D",
                    .inputs = {activation({1, conv.input[0], conv.input[1], conv.input[2]}), parameter(conv.filter)},
                    .attributes = {{"padding", std::string(conv.padding)},
                                   {"stride_h", std::int64_t{conv.stride}},
                                   {"stride_w", std::int64_t{conv.stride}},
                                   {"dilation_h", std::int64_t{conv.dilation}},
                                   {"dilation_w", std::int64_t{conv.dilation}},
                                   {"activation", std::string(conv.activation)}},
                    .batch = batch,
                    .epsilon = 4e-3f};
  if (conv.bias) spec.inputs.push_back(parameter({conv.filter[0]}));
  check_gradient(spec);
}

TEST(Conv2DGrad, OneInputChannel) { check({.input = {9, 8, 1}, .filter = {8, 3, 3, 1}}); }
TEST(Conv2DGrad, ManyChannels) { check({.input = {5, 6, 16}, .filter = {24, 3, 3, 16}}, 2); }
TEST(Conv2DGrad, Winograd) {
  const SimdLevel best = simd_level();
  for (const SimdLevel level : {SimdLevel::kPortable, SimdLevel::kAvx2, best}) {
    if (set_simd_level(level)) check({.input = {6, 8, 16}, .filter = {24, 3, 3, 16}}, 2);
  }
  set_simd_level(best);
}
TEST(Conv2DGrad, WinogradAndSamePadding) {
  check({.input = {4, 6, 24}, .filter = {16, 3, 3, 24}, .padding = "SAME", .activation = "RELU6"}, 1);
}
TEST(Conv2DGrad, WinogradOfManyTiles) {
  check({.input = {16, 16, 16}, .filter = {16, 3, 3, 16}, .padding = "SAME", .bias = false}, 1);
}
TEST(Conv2DGrad, ChannelsThatFillNoVector) { check({.input = {6, 5, 3}, .filter = {7, 2, 3, 3}}); }
TEST(Conv2DGrad, OneFilter) { check({.input = {6, 5, 3}, .filter = {1, 3, 3, 3}}); }
TEST(Conv2DGrad, WideRows) { check({.input = {3, 41, 2}, .filter = {19, 2, 2, 2}}, 1); }
TEST(Conv2DGrad, SamePadding) { check({.input = {7, 6, 2}, .filter = {5, 3, 4, 2}, .padding = "SAME"}); }
TEST(Conv2DGrad, Stride) { check({.input = {9, 10, 3}, .filter = {4, 3, 3, 3}, .stride = 2}); }
TEST(Conv2DGrad, StrideBeyondTheFilter) { check({.input = {9, 10, 2}, .filter = {4, 2, 2, 2}, .stride = 3}); }
TEST(Conv2DGrad, StrideAndSamePadding) {
  check({.input = {9, 10, 3}, .filter = {9, 3, 3, 3}, .stride = 2, .padding = "SAME"});
}
TEST(Conv2DGrad, Dilation) { check({.input = {9, 8, 3}, .filter = {6, 3, 2, 3}, .dilation = 2}); }
TEST(Conv2DGrad, DilationAndSamePadding) {
  check({.input = {9, 8, 3}, .filter = {6, 3, 3, 3}, .dilation = 3, .padding = "SAME"});
}
TEST(Conv2DGrad, Pointwise) { check({.input = {4, 3, 9}, .filter = {13, 1, 1, 9}}); }
TEST(Conv2DGrad, PointwiseWithStride) { check({.input = {5, 5, 4}, .filter = {6, 1, 1, 4}, .stride = 2}); }
TEST(Conv2DGrad, Groups) { check({.input = {6, 5, 6}, .filter = {9, 3, 3, 2}}); }
TEST(Conv2DGrad, GroupsThatFillVectors) { check({.input = {5, 5, 4}, .filter = {8, 2, 2, 2}, .padding = "SAME"}); }
TEST(Conv2DGrad, PointwiseGroups) { check({.input = {4, 4, 6}, .filter = {6, 1, 1, 3}}); }
TEST(Conv2DGrad, NoBias) { check({.input = {6, 5, 2}, .filter = {8, 3, 3, 2}, .bias = false}); }
TEST(Conv2DGrad, Relu) { check({.input = {7, 6, 2}, .filter = {8, 3, 3, 2}, .activation = "RELU"}); }
TEST(Conv2DGrad, Relu6) { check({.input = {6, 6, 40}, .filter = {6, 3, 3, 40}, .activation = "RELU6"}, 1); }
TEST(Conv2DGrad, ReluN1To1) { check({.input = {6, 6, 4}, .filter = {6, 2, 2, 4}, .activation = "RELU_N1_TO_1"}); }

}  // namespace
}  // namespace thimble::testing
