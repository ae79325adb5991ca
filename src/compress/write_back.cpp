#include "compress/write_back.h"

#include <algorithm>

#include "ops/op.h"

namespace thimble {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// Where a node has weights, first of all; -1: nowhere. Normalization that folds has none.
int first_weights(const Graph& graph, const Node& node) {
  const Op& op = op_of(node);
  const auto constant = [&](int i) {
    return node.inputs[at(i)] != kNoTensor && graph.tensor(node.inputs[at(i)]).constant();
  };
  if (op.expand == nullptr) {
    const int weights = op.quantization.weights_input;
    return weights >= 0 && constant(weights) ? weights : -1;
  }
  return node.op != "BATCH_NORMALIZATION" && node.inputs.size() > 1 && constant(1) ? 1 : -1;
}

/// The nodes with weights of their own, in order.
std::vector<const Node*> weighted_nodes(const Graph& graph) {
  std::vector<const Node*> result;
  for (const Node& node : graph.nodes) {
    if (first_weights(graph, node) >= 0) result.push_back(&node);
  }
  return result;
}

TensorId operand(const Node& node, int index) {
  return index < 0 || at(index) >= node.inputs.size() ? kNoTensor : node.inputs[at(index)];
}

const Node* normalization_after(const Graph& graph, const Node& node) {
  const auto found = std::ranges::find_if(graph.nodes, [&](const Node& reader) {
    return reader.op == "BATCH_NORMALIZATION" && reader.inputs[0] == node.outputs[0];
  });
  return found == graph.nodes.end() ? nullptr : &*found;
}

void fill(Tensor& tensor, float value) {
  tensor.data = make_data(std::vector<float>(static_cast<std::size_t>(tensor.elements()), value));
}

/// gamma, beta, mean and variance such that y = x + bias.
void become_bias(Graph& graph, const Node& normalization, const Tensor& bias) {
  fill(graph.tensor(normalization.inputs[1]), 1.0F);
  graph.tensor(normalization.inputs[2]).data = bias.data;
  fill(graph.tensor(normalization.inputs[3]), 0.0F);
  const double variance = 1.0 - double{normalization.attributes.real("epsilon")};
  fill(graph.tensor(normalization.inputs[4]), static_cast<float>(variance));
}

}  // namespace

bool write_back(Model& model, const Graph& chip) {
  const std::vector<const Node*> theirs = weighted_nodes(chip), ours = weighted_nodes(model.graph);
  const auto same_layer = [&](const Node* a, const Node* b) {
    const int weights = first_weights(chip, *b);
    return a->op == b->op && a->inputs.size() > at(weights) &&
           model.graph.tensor(a->inputs[at(weights)]).name == chip.tensor(b->inputs[at(weights)]).name;
  };
  if (!std::ranges::equal(ours, theirs, same_layer)) return false;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const QuantizationRule& rule = op_of(*ours[i]).quantization;
    if (rule.weights_input < 0) {  // a layer that training has kept as it is
      for (std::size_t k = 1; k < ours[i]->inputs.size(); ++k) {
        model.graph.tensor(ours[i]->inputs[k]).data = chip.tensor(theirs[i]->inputs[k]).data;
      }
      continue;
    }
    model.graph.tensor(ours[i]->inputs[at(rule.weights_input)]).data =
        chip.tensor(theirs[i]->inputs[at(rule.weights_input)]).data;
    const TensorId trained = operand(*theirs[i], rule.bias_input), own = operand(*ours[i], rule.bias_input);
    if (trained == kNoTensor) continue;
    if (const Node* normalization = normalization_after(model.graph, *ours[i])) {
      become_bias(model.graph, *normalization, chip.tensor(trained));
      if (own != kNoTensor) fill(model.graph.tensor(own), 0.0F);
    } else if (own != kNoTensor) {
      model.graph.tensor(own).data = chip.tensor(trained).data;
    }
  }
  return true;
}

}  // namespace thimble
