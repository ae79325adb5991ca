// What the pooling operators share: their window, their Keras arguments, their TFLite options.
#pragma once

#include "ops/op.h"
#include "ops/window.h"

namespace thimble {

/// The geometry of the attributes filter_h, filter_w, stride_h, stride_w, padding over input 0. Throws InputError when
/// it does not fit.
thimble_window pool_window(const NodeView& node);

/// Pool2DOptions.
std::vector<TfliteField> pool_fields();

/// Keras's keepdims, of global pooling.
std::vector<LayerArgument> global_pool_arguments();

/// Throws InputError unless a layer's input has `rank` dimensions: 4, an image, or 3, a sequence.
void require_layer_rank(const Tensor& input, std::size_t rank);

/// Adds a pooling node for a sequence, steps x channels: as an image of one row. `config` has pool_arguments_1d.
TensorId pool_1d(LayerBuilder& builder, std::string_view op, const Attributes& config, TensorId input);
std::vector<LayerArgument> pool_arguments_1d();

/// Keras's pool_size, strides, padding.
std::vector<LayerArgument> pool_arguments();
/// The attributes that they make.
Attributes pool_attributes(const Attributes& config);

}  // namespace thimble
