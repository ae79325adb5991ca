// The passes, each in the file of its name. All but `output_class` keep the graph's inputs and outputs.
#pragma once

#include "ir/graph.h"
#include "ops/expansion.h"
#include "ops/op.h"

namespace thimble {

/// Computes the nodes that read nothing but constants, such as the chain of SHAPE, STRIDED_SLICE and PACK that Keras's
/// Flatten leaves, and puts constants in the place of their outputs. Skips results that need more than
/// `kMostFoldedBytes`.
void fold_constants(Graph& graph);
inline constexpr std::size_t kMostFoldedBytes = std::size_t{1} << 24;

/// Takes out nodes that do nothing at inference: Dropout, and reshapes to the shape that is there already. Of reshapes
/// one after the other the last one is left.
void remove_identities(Graph& graph);

/// Multiplies a BatchNormalization into the weights and bias of the convolution or dense layer before it:
/// w' = w * gamma / sqrt(variance + epsilon), b' = (b - mean) * gamma / sqrt(variance + epsilon) + beta.
/// Float only. One that follows nothing of the kind stays as it is.
void fold_batch_normalization(Graph& graph);

/// Writes layers of Keras's that TFLite does not have in TFLite's operators: Op::expand. Names the constants that are
/// columns of such a layer's weights.
std::vector<WeightColumns> expand_layers(Graph& graph);
/// Likewise, but only layers that can be trained when written so: with the same weights, and through every node.
void expand_trainable_layers(Graph& graph);

/// Fuses RELU and RELU6 into the node before, where that has an activation attribute and nothing else reads its output.
/// A quantized pair is fused only if it has one scale and zero point.
void fuse_activations(Graph& graph);

/// 4-bit constants lie in bytes in memory: for boards that is what they are.
void bytes_for_int4(Graph& graph);

/// Takes out each int8 PAD of an image before a convolution, which then pads by itself: padding "EXPLICIT"
/// (ops/window.h).
void merge_pads(Graph& graph);

/// Makes an int8 depthwise convolution of one input channel the CONV_2D that it is: the same sums, and kernels that
/// read a pixel once for all filters.
void depthwise_as_convolution(Graph& graph);

/// Takes out channels of int8 convolutions and dense layers, without changing a bit of the outputs: those that are the
/// same whatever the input (all weights zero, or always cut off by a ReLU) go into the bias of the layers that read
/// them, those that nothing reads go, and equal ones become one. A constant channel stays where padding that differs
/// from it makes it none: at the border of a convolution of 3 x 3, say. `options`: as the graph will be lowered.
void fold_constant_channels(Graph& graph, const LowerOptions& options);

/// Makes the index of the greatest value of the only output, an int32, the output; layers that only turn the values
/// into probabilities go. Throws InputError when there is no such output.
void output_class(Graph& graph);

/// Takes out nodes whose outputs nobody reads, and tensors that nobody names.
void remove_dead_code(Graph& graph);

}  // namespace thimble
