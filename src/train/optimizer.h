// How parameters follow their gradients: Keras's optimizers, to the place of epsilon.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "ir/layer.h"
#include "train/aligned_floats.h"

namespace thimble {

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// Once before each step, which is number `step`, from 1 on, with the learning rate `rate`.
  virtual void begin_step(std::int64_t step, float rate) = 0;
  /// Moves the parameters [first, first + count) by the sum of `gradients`, each as long as all parameters, added up in
  /// their order. Threads may share out the ranges of a step. `first` and `count` are multiples of
  /// AlignedFloats::kLine.
  virtual void update(std::size_t first, std::size_t count, std::span<const float* const> gradients,
                      float* parameters) = 0;

  /// The optimizer's own values, one for each parameter: Adam's m, then v; SGD's momentum, if it has any.
  std::vector<AlignedFloats>& slots() { return slots_; }

 protected:
  std::vector<AlignedFloats> slots_;
};

/// The optimizer of `state.class_name` and `state.config`, with slots of 0 for `parameters` numbers. Weight decay,
/// clipping and moving averages are the ParameterUpdate's.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerState& state, std::size_t parameters);

}  // namespace thimble
