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
      : beta_1_(config.real("beta_1")), beta_2_(config.real("beta_2")), epsilon_(config.real("epsilon")) {
    slots_.emplace_back(parameters);
    slots_.emplace_back(parameters);
  }

  void begin_step(std::int64_t step, float rate) override {
    const auto exponent = static_cast<float>(step);
    alpha_ = rate * std::sqrt(1.0f - std::pow(beta_2_, exponent)) / (1.0f - std::pow(beta_1_, exponent));
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
  float beta_1_, beta_2_, epsilon_;
  float alpha_ = 0.0f;
};

class Sgd final : public Optimizer {
 public:
  Sgd(const Attributes& config, std::size_t parameters)
      : momentum_(config.real("momentum")), nesterov_(config.flag("nesterov")) {
    if (momentum_ != 0.0f) slots_.emplace_back(parameters);
  }

  void begin_step(std::int64_t, float rate) override { rate_ = rate; }

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
  float rate_ = 0.0f;
  float momentum_;
  bool nesterov_;
};

/// Hinton's (unpublished lecture 6e, 2012), with Keras's places of epsilon; Graves 2013 where centered.
class RmsProp final : public Optimizer {
 public:
  RmsProp(const Attributes& config, std::size_t parameters)
      : rho_(config.real("rho")),
        momentum_(config.real("momentum")),
        epsilon_(config.real("epsilon")),
        centered_(config.flag("centered")) {
    const int slots = 1 + (momentum_ > 0.0f ? 1 : 0) + (centered_ ? 1 : 0);
    for (int i = 0; i < slots; ++i) slots_.emplace_back(parameters);
  }

  void begin_step(std::int64_t, float rate) override { rate_ = rate; }

  void update(std::size_t first, std::size_t count, std::span<const float* const> gradients,
              float* parameters) override {
    float* const v = slots_[0].data();
    float* const m = momentum_ > 0.0f ? slots_[1].data() : nullptr;
    float* const mean = centered_ ? slots_.back().data() : nullptr;
    simd([=, this](auto isa) THIMBLE_INLINE_LAMBDA {
      using I = decltype(isa);
      using Vector = typename I::Vector;
      const Vector rho = I::all(rho_), take = I::all(1.0f - rho_), rate = I::all(rate_);
      const Vector epsilon = I::all(epsilon_), momentum = I::all(momentum_);
      for (std::size_t i = first; i < first + count; i += I::kLanes) {
        const Vector g = sum_at<I>(gradients, i);
        const Vector new_v = rho * I::load(v + i) + take * (g * g);
        I::store(v + i, new_v);
        Vector below = new_v + epsilon;
        if (mean) {
          const Vector new_mean = rho * I::load(mean + i) + take * g;
          I::store(mean + i, new_mean);
          below = new_v - new_mean * new_mean + epsilon;
        }
        Vector step = rate * g / square_root<I>(below);
        if (m) {
          step = momentum * I::load(m + i) + step;
          I::store(m + i, step);
        }
        I::store(parameters + i, I::load(parameters + i) - step);
      }
    });
  }

 private:
  float rate_ = 0.0f;
  float rho_, momentum_, epsilon_;
  bool centered_;
};

/// Chen et al. 2023: the sign of an average of gradients.
class Lion final : public Optimizer {
 public:
  Lion(const Attributes& config, std::size_t parameters)
      : beta_1_(config.real("beta_1")), beta_2_(config.real("beta_2")) {
    slots_.emplace_back(parameters);
  }

  void begin_step(std::int64_t, float rate) override { rate_ = rate; }

  void update(std::size_t first, std::size_t count, std::span<const float* const> gradients,
              float* parameters) override {
    float* const m = slots_[0].data();
    simd([=, this](auto isa) THIMBLE_INLINE_LAMBDA {
      using I = typename decltype(isa)::Comparing;
      using Vector = typename I::Vector;
      const Vector keep_1 = I::all(beta_1_), take_1 = I::all(1.0f - beta_1_);
      const Vector keep_2 = I::all(beta_2_), take_2 = I::all(1.0f - beta_2_);
      const Vector up = I::all(rate_), down = I::all(-rate_), zero = Vector{};
      for (std::size_t i = first; i < first + count; i += I::kLanes) {
        const Vector g = sum_at<I>(gradients, i);
        const Vector old_m = I::load(m + i);
        const Vector direction = old_m * keep_1 + g * take_1;
        const Vector step = direction > zero ? up : direction < zero ? down : zero;
        I::store(parameters + i, I::load(parameters + i) - step);
        I::store(m + i, old_m * keep_2 + g * take_2);
      }
    });
  }

 private:
  float rate_ = 0.0f;
  float beta_1_, beta_2_;
};

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const OptimizerState& state, std::size_t parameters) {
  const std::string& name = state.class_name;
  if (name == "Adam" || name == "AdamW") return std::make_unique<Adam>(state.config, parameters);
  if (name == "SGD") return std::make_unique<Sgd>(state.config, parameters);
  if (name == "RMSprop") return std::make_unique<RmsProp>(state.config, parameters);
  if (name == "Lion") return std::make_unique<Lion>(state.config, parameters);
  input_error("the optimizer {} cannot be trained with; use Adam, AdamW, SGD, RMSprop or Lion",
              name.empty() ? "is missing: it" : "'" + name + "'");
}

}  // namespace thimble
