#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase layer(bool backwards, bool sequences, bool bias, const std::string& activation_name = "tanh") {
  constexpr int kUnits = 11;  // more than a vector of lanes
  GradientCase spec = {.op = "SIMPLE_RNN",
                       .inputs = {activation({1, 5, 3}), parameter({3, kUnits}), parameter({kUnits, kUnits})},
                       .attributes = {{"go_backwards", backwards},
                                      {"return_sequences", sequences},
                                      {"activation_name", activation_name}},
                       .scale = 0.35f,
                       .epsilon = 4e-3f,
                       .tolerance = 4e-3};
  if (bias) spec.inputs.push_back(parameter({kUnits}));
  return spec;
}

TEST(SimpleRnnGrad, LastState) { check_gradient(layer(false, false, true)); }
TEST(SimpleRnnGrad, AllStates) { check_gradient(layer(false, true, true)); }
TEST(SimpleRnnGrad, WithoutBias) { check_gradient(layer(false, true, false)); }
TEST(SimpleRnnGrad, Backwards) { check_gradient(layer(true, true, true)); }
TEST(SimpleRnnGrad, Linear) { check_gradient(layer(false, true, true, "linear")); }

}  // namespace
}  // namespace thimble::testing
