#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase layer(bool backwards, bool sequences, bool bias) {
  constexpr int kUnits = 11;  // more than a vector of lanes
  GradientCase spec = {.op = "LSTM",
                       .inputs = {activation({1, 5, 3}), parameter({3, 4 * kUnits}), parameter({kUnits, 4 * kUnits})},
                       .attributes = {{"go_backwards", backwards},
                                      {"return_sequences", sequences},
                                      {"activation_name", std::string("tanh")},
                                      {"recurrent_activation_name", std::string("sigmoid")}},
                       .scale = 0.7f};
  if (bias) spec.inputs.push_back(parameter({4 * kUnits}));
  return spec;
}

TEST(LstmGrad, LastState) { check_gradient(layer(false, false, true)); }
TEST(LstmGrad, AllStates) { check_gradient(layer(false, true, true)); }
TEST(LstmGrad, WithoutBias) { check_gradient(layer(false, true, false)); }
TEST(LstmGrad, Backwards) { check_gradient(layer(true, true, true)); }

}  // namespace
}  // namespace thimble::testing
