#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase layer(bool backwards, bool sequences, bool bias, const std::string& activation_name = "tanh",
                   bool reset_after = true) {
  constexpr int kUnits = 11;  // more than a vector of lanes
  GradientCase spec = {.op = "GRU",
                       .inputs = {activation({1, 5, 3}), parameter({3, 3 * kUnits}), parameter({kUnits, 3 * kUnits})},
                       .attributes = {{"go_backwards", backwards},
                                      {"return_sequences", sequences},
                                      {"reset_after", reset_after},
                                      {"activation_name", activation_name},
                                      {"recurrent_activation_name", std::string("sigmoid")}},
                       .scale = 0.35f};
  if (bias) spec.inputs.push_back(parameter(reset_after ? Shape{2, 3 * kUnits} : Shape{3 * kUnits}));
  return spec;
}

TEST(GruGrad, LastState) { check_gradient(layer(false, false, true)); }
TEST(GruGrad, AllStates) { check_gradient(layer(false, true, true)); }
TEST(GruGrad, WithoutBias) { check_gradient(layer(false, true, false)); }
TEST(GruGrad, Backwards) { check_gradient(layer(true, true, true)); }
TEST(GruGrad, Linear) { check_gradient(layer(false, true, true, "linear")); }
TEST(GruGrad, ResetBefore) { check_gradient(layer(false, false, true, "tanh", false)); }
TEST(GruGrad, ResetBeforeAllStatesBackwards) { check_gradient(layer(true, true, true, "tanh", false)); }
TEST(GruGrad, ResetBeforeWithoutBias) { check_gradient(layer(false, true, false, "tanh", false)); }

}  // namespace
}  // namespace thimble::testing
