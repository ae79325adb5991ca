// How the weights of one layer are made few: pruned, clustered, rounded.
#pragma once

#include "ir/graph.h"
#include "quant/compression.h"

namespace thimble {

/// What is decided before an epoch, from the weights as they are then.
class WeightPlan {
 public:
  struct Options {
    WeightForm form = WeightForm::kInt8;
    float sparsity = 0.0F;
    bool structured = false;  // whole channels
    int clusters = 0;
  };

  /// `values`, of `shape`, have a scale for each index of `axis`.
  WeightPlan(std::span<const float> values, const Shape& shape, int axis, const Options& options);

  /// `values` with 0 in the place of those that are pruned.
  std::vector<float> pruned(std::span<const float> values) const;
  /// Of weights as they have become: what pruning leaves, and its scales. `bias` is the layer's, as input_scale.
  Quantization quantization(std::span<const float> values, const BiasOf& bias = {}) const;
  /// The integers that stand for `values` under quantization().
  std::vector<std::int8_t> integers(std::span<const float> values, const Quantization& quantization) const;
  /// What the integers stand for: the weights as the converted model has them.
  void see(std::span<const float> values, std::span<float> seen) const;
  /// Channels that are pruned as a whole have no bias.
  void see_bias(std::span<const float> values, std::span<float> seen) const;

 private:
  void prune_smallest(std::span<const float> values);
  void prune_channels(std::span<const float> values);
  void find_clusters(std::span<const float> values);

  Shape shape_;
  int axis_;
  WeightLayout layout_;
  Options options_;
  std::vector<bool> kept_;           // of each weight; empty: all
  std::vector<bool> channel_kept_;   // empty: all
  std::vector<std::int8_t> levels_;  // the integers there are, in order; empty: all of the form
};

}  // namespace thimble
