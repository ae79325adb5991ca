#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase transposed(int stride, const char* padding, Shape input, Shape output, bool bias, const char* fused) {
  const int channels = input.back();
  const int filters = output.back();
  GradientCase spec = {.op = "TRANSPOSE_CONV",
                       .inputs = {integers({output.begin(), output.end()}), parameter({filters, 3, 2, channels}),
                                  activation(std::move(input))},
                       .attributes = {{"padding", std::string(padding)},
                                      {"stride_h", std::int64_t{stride}},
                                      {"stride_w", std::int64_t{stride}},
                                      {"activation", std::string(fused)}},
                       .epsilon = 1e-3f,
                       .tolerance = 4e-3};
  if (bias) spec.inputs.push_back(parameter({filters}));
  return spec;
}

TEST(TransposeConvGrad, Same) { check_gradient(transposed(2, "SAME", {1, 3, 4, 5}, {1, 6, 8, 2}, true, "NONE")); }
TEST(TransposeConvGrad, Valid) { check_gradient(transposed(1, "VALID", {1, 3, 4, 2}, {1, 5, 5, 3}, false, "NONE")); }
TEST(TransposeConvGrad, ValidWithStrideAndRelu) {
  check_gradient(transposed(2, "VALID", {1, 3, 2, 2}, {1, 7, 4, 3}, false, "RELU"));
}

}  // namespace
}  // namespace thimble::testing
