// Which layers' weights are packed, and how; the call of a packed layer.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "ops/op.h"
#include "ops/weight_code.h"

namespace thimble {

/// Made for a graph (choose_packing); LowerOptions::packing.
struct Packing {
  /// By the tensor of weights. Layers share a code where its table would take more than codes of their own save.
  std::map<TensorId, std::shared_ptr<const WeightCode>> codes;
  std::size_t plain_bytes = 0;   // what the weights, biases and factors of these layers take without packing
  std::size_t packed_bytes = 0;  // and packed, tables of codes included
};

/// The code of packed layers, beyond that of plain ones, at most: measured with the models of docs/weights.md.
std::size_t decoder_bytes(const LowerOptions& options);

enum class PackedLayers {
  kAll,
  kOnePixel,  // those whose weights are used once anyway: dense layers, as a rule
};

/// Packs the layers that take fewer bytes so; none, if all of them do not save what the decoder takes.
Packing choose_packing(const Graph& graph, const LowerOptions& options, PackedLayers which = PackedLayers::kAll);

/// The call of a node whose weights are packed by `options`; none otherwise.
std::optional<KernelCall> packed_call(const NodeView& node, const LowerOptions& options);

}  // namespace thimble
