#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace thimble {
namespace {

double number(const Attributes& config, const char* name) { return double{config.real(name)}; }
double steps(const Attributes& config, const char* name) { return config.integer(name); }

/// From 1 down to 0.
double cosine(double fraction) { return 0.5 * (1.0 + std::cos(std::numbers::pi * fraction)); }

double cosine_decay(const Attributes& config, double step) {
  const double length = steps(config, "decay_steps"), alpha = number(config, "alpha");
  double peak = number(config, "initial_learning_rate");
  if (config.has("warmup_target")) {
    const double warmup = steps(config, "warmup_steps"), target = number(config, "warmup_target");
    if (step < warmup) return peak + (target - peak) * step / warmup;
    step -= warmup;
    peak = target;
  }
  return peak * ((1.0 - alpha) * cosine(std::min(step, length) / length) + alpha);
}

double cosine_decay_restarts(const Attributes& config, double step) {
  const double t_mul = number(config, "t_mul"), alpha = number(config, "alpha");
  double fraction = step / steps(config, "first_decay_steps");
  double restarts = std::floor(fraction);
  if (t_mul == 1.0) {
    fraction -= restarts;
  } else {
    restarts = std::floor(std::log(1.0 - fraction * (1.0 - t_mul)) / std::log(t_mul));
    const double length = std::pow(t_mul, restarts);
    fraction = (fraction - (1.0 - length) / (1.0 - t_mul)) / length;
  }
  const double height = std::pow(number(config, "m_mul"), restarts);
  return number(config, "initial_learning_rate") * ((1.0 - alpha) * height * cosine(fraction) + alpha);
}

double decay_periods(const Attributes& config, double step) {
  const double periods = step / steps(config, "decay_steps");
  return config.flag("staircase") ? std::floor(periods) : periods;
}

double polynomial_decay(const Attributes& config, double step) {
  double length = steps(config, "decay_steps");
  if (config.flag("cycle")) {
    length *= std::max(1.0, std::ceil(step / length));
  } else {
    step = std::min(step, length);
  }
  const double end = number(config, "end_learning_rate"), start = number(config, "initial_learning_rate");
  return (start - end) * std::pow(1.0 - step / length, number(config, "power")) + end;
}

/// Smith, Topin 2017, as PyTorch's OneCycleLR has it: up to the maximum and down again, along cosines.
double one_cycle(const Attributes& config, double step) {
  const double most = number(config, "max_learning_rate"), start = most / number(config, "div_factor");
  const double least = start / number(config, "final_div_factor");
  const double last = steps(config, "total_steps") - 1.0;
  const double top = number(config, "pct_start") * steps(config, "total_steps") - 1.0;
  step = std::min(step, last);
  if (step <= top) return most + (start - most) * cosine(top > 0 ? step / top : 1.0);
  return least + (most - least) * cosine((step - top) / (last - top));
}

double piecewise_constant(const LearningRateSchedule& schedule, std::int64_t step) {
  const std::vector<int> boundaries = schedule.config.integers("boundaries");
  const auto passed = std::ranges::count_if(boundaries, [&](int boundary) { return step > boundary; });
  return schedule.values[static_cast<std::size_t>(passed)];
}

void require_positive(const Attributes& config, const char* name) {
  require(!config.has(name) || config.real(name) > 0.0f, "{} = {}: must be above 0", name,
          config.has(name) ? config.real(name) : 0.0f);
}

}  // namespace

LearningRateSchedule resolved(LearningRateSchedule schedule, std::int64_t total_steps) {
  Attributes& config = schedule.config;
  const std::string& name = schedule.class_name;
  if (name == "PiecewiseConstantDecay") {
    const std::vector<int> boundaries = config.integers("boundaries");
    require(std::ranges::is_sorted(boundaries), "boundaries must rise");
    require(schedule.values.size() == boundaries.size() + 1,
            "values has {} numbers for {} boundaries; one more is needed", schedule.values.size(), boundaries.size());
    return schedule;
  }
  for (const char* positive :
       {"initial_learning_rate", "max_learning_rate", "t_mul", "div_factor", "final_div_factor"}) {
    if (name != "CosineDecay") require_positive(config, positive);
  }
  if (name == "CosineDecay" && !config.has("warmup_target")) {
    require(config.integer("warmup_steps") == 0, "warmup_steps needs a warmup_target");
  }
  const std::string open = name == "OneCycle" ? "total_steps" : "decay_steps";
  if (name != "CosineDecayRestarts" && !config.has(open)) {
    const std::int64_t warmup = config.has("warmup_steps") ? config.integer("warmup_steps") : 0;
    config.set(open, std::max<std::int64_t>(1, total_steps - warmup));
  }
  if (name == "OneCycle") {
    const float start = config.real("pct_start");
    require(start >= 0.0f && start < 1.0f, "pct_start = {}: must be from 0 to below 1", start);
  }
  return schedule;
}

double rate_at(const LearningRateSchedule& schedule, std::int64_t step) {
  const Attributes& config = schedule.config;
  const auto at = static_cast<double>(step);
  const std::string& name = schedule.class_name;
  if (name == "CosineDecay") return cosine_decay(config, at);
  if (name == "CosineDecayRestarts") return cosine_decay_restarts(config, at);
  if (name == "ExponentialDecay")
    return number(config, "initial_learning_rate") * std::pow(number(config, "decay_rate"), decay_periods(config, at));
  if (name == "InverseTimeDecay")
    return number(config, "initial_learning_rate") / (1.0 + number(config, "decay_rate") * decay_periods(config, at));
  if (name == "PolynomialDecay") return polynomial_decay(config, at);
  if (name == "PiecewiseConstantDecay") return piecewise_constant(schedule, step);
  if (name == "OneCycle") return one_cycle(config, at);
  input_error("there is no learning rate schedule '{}'", name);
}

}  // namespace thimble
