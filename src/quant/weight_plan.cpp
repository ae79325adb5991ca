#include "quant/weight_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thimble {
namespace {

/// The indices of the `count` smallest of `sizes`; of equals, the first.
std::vector<std::size_t> smallest(std::span<const double> sizes, std::size_t count) {
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return sizes[i]; });
  order.resize(count);
  return order;
}

std::size_t part_of(float part, std::size_t whole) {
  return std::min(whole, static_cast<std::size_t>(std::lround(double{part} * static_cast<double>(whole))));
}

/// How often each step from -127 to 127 occurs, as sums from the first on: entry i is of the steps below i - 127.
struct StepCounts {
  static constexpr int kSteps = 255;
  std::vector<double> count = std::vector<double>(kSteps + 1), sum = count, squares = count;

  void add(int step) {
    for (int i = step + 128; i <= kSteps; ++i) {
      count[at(i)] += 1;
      sum[at(i)] += step;
      squares[at(i)] += step * step;
    }
  }
  double mean(int first, int end) const {
    const double n = count[at(end)] - count[at(first)];
    return n > 0 ? (sum[at(end)] - sum[at(first)]) / n : 0.0;
  }
  /// The squares of the distances to the mean.
  double cost(int first, int end) const {
    const double n = count[at(end)] - count[at(first)], s = sum[at(end)] - sum[at(first)];
    return n > 0 ? squares[at(end)] - squares[at(first)] - s * s / n : 0.0;
  }

 private:
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
};

/// The `levels` integers whose distances to the steps have the least squares: k-means in one dimension, where dynamic
/// programming finds the best (Wang, Song: Ckmeans.1d.dp, 2011).
std::vector<std::int8_t> best_levels(const StepCounts& counts, int levels) {
  constexpr auto kEnds = static_cast<std::size_t>(StepCounts::kSteps) + 1;
  const auto k_most = static_cast<std::size_t>(levels);
  std::vector<std::vector<double>> cost(k_most + 1, std::vector<double>(kEnds, HUGE_VAL));  // [levels][end]
  std::vector<std::vector<int>> from(k_most + 1, std::vector<int>(kEnds, 0));
  cost[0][0] = 0;
  for (std::size_t k = 1; k <= k_most; ++k) {
    for (std::size_t end = 0; end < kEnds; ++end) {
      for (std::size_t first = 0; first <= end; ++first) {
        const double total = cost[k - 1][first] + counts.cost(static_cast<int>(first), static_cast<int>(end));
        if (total < cost[k][end]) cost[k][end] = total, from[k][end] = static_cast<int>(first);
      }
    }
  }
  std::vector<std::int8_t> result;
  int end = StepCounts::kSteps;
  for (std::size_t k = k_most; k > 0; --k) {
    const int first = from[k][static_cast<std::size_t>(end)];
    if (first < end) result.push_back(static_cast<std::int8_t>(std::lround(counts.mean(first, end))));
    end = first;
  }
  return result;
}

/// The index of the level nearest to `value`; levels are in order.
std::size_t nearest(std::span<const double> levels, double value) {
  const auto above = static_cast<std::size_t>(std::ranges::lower_bound(levels, value) - levels.begin());
  if (above == 0) return 0;
  if (above == levels.size()) return above - 1;
  return value - levels[above - 1] <= levels[above] - value ? above - 1 : above;
}

}  // namespace

float sparsity_in(const Compression& compression, int epoch) {
  const int reached = std::max(1, compression.epochs / 2);
  const float left = 1.0F - std::min(1.0F, static_cast<float>(epoch + 1) / static_cast<float>(reached));
  return compression.sparsity * (1.0F - left * left * left);
}

WeightPlan::WeightPlan(std::span<const float> values, const Shape& shape, int axis, const Options& options)
    : shape_(shape), axis_(axis), layout_(shape, axis), options_(options) {
  if (options.sparsity > 0) options.structured ? prune_channels(values) : prune_smallest(values);
  if (options.clusters > 0) find_clusters(values);
}

void WeightPlan::prune_smallest(std::span<const float> values) {
  std::vector<double> sizes;
  for (const float value : values) sizes.push_back(std::fabs(double{value}));
  kept_.assign(values.size(), true);
  for (const std::size_t i : smallest(sizes, part_of(options_.sparsity, values.size()))) kept_[i] = false;
}

void WeightPlan::prune_channels(std::span<const float> values) {
  std::vector<double> norms(layout_.channels, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) norms[layout_.channel(i)] += double{values[i]} * double{values[i]};
  channel_kept_.assign(layout_.channels, true);
  // One channel stays: a layer must have an output.
  const std::size_t gone = std::min(part_of(options_.sparsity, layout_.channels), layout_.channels - 1);
  for (const std::size_t c : smallest(norms, gone)) channel_kept_[c] = false;
  kept_.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) kept_[i] = channel_kept_[layout_.channel(i)];
}

/// The least squares of the weights in steps of their channel's scale. 0 is a level where weights are pruned.
void WeightPlan::find_clusters(std::span<const float> values) {
  const std::vector<std::int8_t> steps = to_integers(values, shape_, quantization(values), most_of(options_.form));
  StepCounts counts;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (kept_.empty() || kept_[i]) counts.add(steps[i]);
  }
  const int zero = kept_.empty() ? 0 : 1;
  levels_ = best_levels(counts, std::max(1, options_.clusters - zero));
  if (zero) levels_.push_back(0);
  std::ranges::sort(levels_);
  levels_.erase(std::unique(levels_.begin(), levels_.end()), levels_.end());
}

std::vector<float> WeightPlan::pruned(std::span<const float> values) const {
  std::vector<float> result(values.begin(), values.end());
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    if (!kept_[i]) result[i] = 0.0F;
  }
  return result;
}

Quantization WeightPlan::quantization(std::span<const float> values, const BiasOf& bias) const {
  return choose_weights(pruned(values), shape_, axis_, options_.form, bias);
}

std::vector<std::int8_t> WeightPlan::integers(std::span<const float> values, const Quantization& quantization) const {
  const std::vector<float> left = pruned(values);
  if (levels_.empty()) return to_integers(left, shape_, quantization, most_of(options_.form));
  const std::vector<double> levels(levels_.begin(), levels_.end());
  std::vector<std::int8_t> result;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const bool zero = !kept_.empty() && !kept_[i];
    const double step = double{left[i]} / double{quantization.scales[layout_.channel(i)]};
    result.push_back(zero ? std::int8_t{0} : levels_[nearest(levels, step)]);
  }
  return result;
}

void WeightPlan::see(std::span<const float> values, std::span<float> seen) const {
  const std::vector<float> left = kept_.empty() ? std::vector<float>() : pruned(values);
  const std::span<const float> weights = kept_.empty() ? values : std::span<const float>(left);
  const Quantization scales = choose_weights(weights, shape_, axis_, options_.form);
  if (!levels_.empty()) {
    const std::vector<std::int8_t> steps = integers(values, scales);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      seen[i] = static_cast<float>(steps[i]) * scales.scales[layout_.channel(i)];
    }
    return;
  }
  const auto most = static_cast<double>(most_of(options_.form));
  layout_.for_runs(seen.size(), [&](std::size_t channel, std::size_t first, std::size_t end) {
    const float scale = scales.scales[channel];
    for (std::size_t i = first; i < end; ++i) {
      const double step = std::clamp(double{weights[i]} / double{scale}, -most, most);
      seen[i] = static_cast<float>(static_cast<std::int32_t>(step + (step < 0 ? -0.5 : 0.5))) * scale;
    }
  });
}

void WeightPlan::see_bias(std::span<const float> values, std::span<float> seen) const {
  for (std::size_t c = 0; c < seen.size(); ++c) {
    seen[c] = channel_kept_.empty() || channel_kept_[c] ? values[c] : 0.0F;
  }
}

}  // namespace thimble
