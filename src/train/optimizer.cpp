#include "train/optimizer.h"

#include <cmath>

#include "base/error.h"
#include "ops/simd.h"

namespace thimble {
namespace {

template <typename I>
THIMBLE_INLINE typename I::Vector sum_at(std::span<const float* const> gradients, std::size_t i) {
  typename I::Vector sum = I::load(gradients[0] + i);
  for (std::size_t g = 1; g < gradients.size(); ++g) sum += I::load(gradients[g] + i);
  return sum;
}

template <typename I>
THIMBLE_INLINE typename I::Vector square_root(const typename I::Vector& v) {
  float lanes[I::kLanes];
  I::store(lanes, v);
  for (int l = 0; l < I::kLanes; ++l) lanes[l] = __builtin_sqrtf(lanes[l]);
  return I::load(lanes);
}

/// Kingma, Ba 2015, in the form of their section 2: epsilon is added to the root of the uncorrected second moment.
class Adam final : public Optimizer {
 public:
  Adam(const Attributes& config, std::size_t parameters)
      : rate_(config.real("learning_rate")),
        beta_1_(config.real("beta_1")),
        beta_2_(config.real("beta_2")),
        epsilon_(config.real("epsilon")) {
    slots_.emplace_back(parameters);
    slots_.emplace_back(parameters);
  }

  void begin_step(std::int64_t step) override {
    const auto exponent = static_cast<float>(step);
    alpha_ = rate_ * std::sqrt(1.0f - std::pow(beta_2_, exponent)) / (1.0f - std::pow(beta_1_, exponent));
  }

  void update(std::size_t first, std::size_t count, std::span<const float* const> gradients,
              float* parameters) override {
    float* const m = slots_[0].data();
    float* const v = slots_[1].data();
    simd([=, this](auto isa) THIMBLE_INLINE_LAMBDA {
      using I = decltype(isa);
      using Vector = typename I::Vector;
      const Vector take_1 = I::all(1.0f - beta_1_);
      const Vector take_2 = I::all(1.0f - beta_2_);
      const Vector alpha = I::all(alpha_);
      const Vector epsilon = I::all(epsilon_);
      for (std::size_t i = first; i < first + count; i += I::kLanes) {
        const Vector g = sum_at<I>(gradients, i);
        const Vector old_m = I::load(m + i);
        const Vector old_v = I::load(v + i);
        const Vector new_m = old_m + (g - old_m) * take_1;
        const Vector new_v = old_v + (g * g - old_v) * take_2;
        I::store(m + i, new_m);
        I::store(v + i, new_v);
        I::store(parameters + i, I::load(parameters + i) - new_m * alpha / (square_root<I>(new_v) + epsilon));
      }
    });
  }

 private:
  float rate_, beta_1_, beta_2_, epsilon_;
  float alpha_ = 0.0f;
};

class Sgd final : public Optimizer {
 public:
  Sgd(const Attributes& config, std::size_t parameters)
      : rate_(config.real("learning_rate")), momentum_(config.real("momentum")), nesterov_(config.flag("nesterov")) {
    if (momentum_ != 0.0f) slots_.emplace_back(parameters);
  }

  void begin_step(std::int64_t) override {}

  void update(std::size_t first, std::size_t count, std::span<const float* const> gradients,
              float* parameters) override {
    float* const m = slots_.empty() ? nullptr : slots_[0].data();
    simd([=, this](auto isa) THIMBLE_INLINE_LAMBDA {
      using I = decltype(isa);
      using Vector = typename I::Vector;
      const Vector rate = I::all(rate_);
      const Vector momentum = I::all(momentum_);
      for (std::size_t i = first; i < first + count; i += I::kLanes) {
        Vector step = Vector{} - rate * sum_at<I>(gradients, i);
        if (m) {
          const Vector new_m = momentum * I::load(m + i) + step;
          I::store(m + i, new_m);
          step = nesterov_ ? momentum * new_m + step : new_m;
        }
        I::store(parameters + i, I::load(parameters + i) + step);
      }
    });
  }

 private:
  float rate_, momentum_;
  bool nesterov_;
};

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const OptimizerState& state, std::size_t parameters) {
  if (state.class_name == "Adam") return std::make_unique<Adam>(state.config, parameters);
  if (state.class_name == "SGD") return std::make_unique<Sgd>(state.config, parameters);
  input_error("the optimizer {} cannot be trained with; use Adam or SGD",
              state.class_name.empty() ? "is missing: it" : "'" + state.class_name + "'");
}

}  // namespace thimble
