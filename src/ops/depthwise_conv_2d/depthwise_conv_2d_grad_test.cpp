#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

struct Depthwise {
  Shape input;  // height, width, channels
  int filter_h = 3;
  int filter_w = 3;
  int multiplier = 1;
  int stride = 1;
  int dilation = 1;
  const char* padding = "VALID";
  const char* activation = "NONE";
  bool bias = true;
};

void check(const Depthwise& conv) {
  const int channels = conv.input[2] * conv.multiplier;
  GradientCase spec{.op = "DEPTHWISE_CONV_2D",
                    .inputs = {activation({1, conv.input[0], conv.input[1], conv.input[2]}),
                               parameter({1, conv.filter_h, conv.filter_w, channels})},
                    .attributes = {{"padding", std::string(conv.padding)},
                                   {"stride_h", std::int64_t{conv.stride}},
                                   {"stride_w", std::int64_t{conv.stride}},
                                   {"depth_multiplier", std::int64_t{conv.multiplier}},
                                   {"dilation_h", std::int64_t{conv.dilation}},
                                   {"dilation_w", std::int64_t{conv.dilation}},
                                   {"activation", std::string(conv.activation)}},
                    .epsilon = 4e-3f};
  if (conv.bias) spec.inputs.push_back(parameter({channels}));
  check_gradient(spec);
}

TEST(DepthwiseConv2DGrad, WholeVectors) { check({.input = {6, 12, 16}}); }
TEST(DepthwiseConv2DGrad, OddChannels) { check({.input = {6, 5, 7}, .filter_h = 2}); }
TEST(DepthwiseConv2DGrad, OneChannel) { check({.input = {6, 5, 1}}); }
TEST(DepthwiseConv2DGrad, SamePadding) { check({.input = {5, 6, 9}, .filter_w = 4, .padding = "SAME"}); }
TEST(DepthwiseConv2DGrad, Stride) { check({.input = {7, 8, 4}, .stride = 2, .padding = "SAME"}); }
TEST(DepthwiseConv2DGrad, Dilation) { check({.input = {8, 7, 4}, .dilation = 2, .padding = "SAME"}); }
TEST(DepthwiseConv2DGrad, Multiplier) { check({.input = {5, 5, 3}, .multiplier = 3}); }
TEST(DepthwiseConv2DGrad, MultiplierOfOneChannel) {
  check({.input = {7, 6, 1}, .filter_h = 4, .multiplier = 8, .stride = 2, .padding = "SAME"});
}
TEST(DepthwiseConv2DGrad, NoBias) { check({.input = {5, 5, 8}, .bias = false}); }
TEST(DepthwiseConv2DGrad, Relu) { check({.input = {6, 6, 8}, .activation = "RELU"}); }
TEST(DepthwiseConv2DGrad, Relu6) { check({.input = {6, 6, 5}, .padding = "SAME", .activation = "RELU6"}); }

}  // namespace
}  // namespace thimble::testing
