#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ops/op.h"
#include "passes/passes.h"

namespace thimble {
namespace {

/// Where an operator keeps the channels that BatchNormalization scales.
struct Foldable {
  const char* op;
  std::size_t channel_axis;  // of the weights, input 1
};
constexpr Foldable kFoldable[] = {{"CONV_2D", 0}, {"FULLY_CONNECTED", 0}, {"DEPTHWISE_CONV_2D", 3}};

const Foldable* foldable(const Graph& graph, const Node& node) {
  for (const Foldable& entry : kFoldable) {
    if (node.op == entry.op && node.attributes.text("activation") == "NONE" &&
        graph.tensor(node.inputs[1]).constant() && graph.tensor(node.inputs[1]).type == Type::kFloat32) {
      return &entry;
    }
  }
  return nullptr;
}

/// What BatchNormalization does to channel c: y = x * factor[c] + offset[c].
struct Affine {
  std::vector<float> factor;
  std::vector<float> offset;
};

Affine affine_of(const Graph& graph, const Node& node) {
  const auto values = [&](std::size_t input) { return graph.tensor(node.inputs[input]).values<float>(); };
  const auto gamma = values(1);
  const auto beta = values(2);
  const auto mean = values(3);
  const auto variance = values(4);
  const double epsilon = double{node.attributes.real("epsilon")};
  Affine result;
  for (std::size_t c = 0; c < mean.size(); ++c) {
    const double factor = double{gamma[c]} / std::sqrt(double{variance[c]} + epsilon);
    result.factor.push_back(static_cast<float>(factor));
    result.offset.push_back(static_cast<float>(double{beta[c]} - double{mean[c]} * factor));
  }
  return result;
}

void fold_into(Graph& graph, Node& producer, const Foldable& where, const Affine& affine) {
  Tensor weights = graph.tensor(producer.inputs[1]);
  const auto old_weights = weights.values<float>();
  std::size_t inner = 1;
  for (std::size_t axis = where.channel_axis + 1; axis < weights.shape.size(); ++axis) {
    inner *= static_cast<std::size_t>(weights.shape[axis]);
  }
  const std::size_t channels = affine.factor.size();
  std::vector<float> scaled(old_weights.begin(), old_weights.end());
  for (std::size_t i = 0; i < scaled.size(); ++i) scaled[i] *= affine.factor[i / inner % channels];
  std::vector<float> bias = affine.offset;
  const bool had_bias = producer.inputs.size() > 2 && producer.inputs[2] != kNoTensor;
  if (had_bias) {
    const auto old_bias = graph.tensor(producer.inputs[2]).values<float>();
    for (std::size_t c = 0; c < channels; ++c) bias[c] += old_bias[c] * affine.factor[c];
  }
  Tensor bias_tensor;
  bias_tensor.name = had_bias ? graph.tensor(producer.inputs[2]).name : weights.name + "/bias";
  bias_tensor.shape = {static_cast<int>(channels)};
  bias_tensor.data = make_data(bias);
  weights.data = make_data(scaled);
  producer.inputs.resize(3);
  producer.inputs[1] = graph.add(std::move(weights));
  producer.inputs[2] = graph.add(std::move(bias_tensor));
}

}  // namespace

void fold_batch_normalization(Graph& graph) {
  for (std::size_t i = 0; i < graph.nodes.size();) {
    const Node node = graph.nodes[i];
    const int producer =
        node.op == "BATCH_NORMALIZATION" ? producers(graph)[static_cast<std::size_t>(node.inputs[0])] : -1;
    const Foldable* where = producer >= 0 ? foldable(graph, graph.nodes[static_cast<std::size_t>(producer)]) : nullptr;
    if (where == nullptr || use_counts(graph)[static_cast<std::size_t>(node.inputs[0])] != 1) {
      ++i;
      continue;
    }
    fold_into(graph, graph.nodes[static_cast<std::size_t>(producer)], *where, affine_of(graph, node));
    graph.nodes[static_cast<std::size_t>(producer)].outputs[0] = node.outputs[0];
    graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace thimble
