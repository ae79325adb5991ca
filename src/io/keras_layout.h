// Where Keras keeps things: the paths of layers in the weights file, and the layout of variables.
#pragma once

#include <map>
#include <string>

#include "base/npy.h"
#include "ir/layer.h"

namespace thimble {

/// Keras's own: "MaxPooling2D" -> "max_pooling2d", "ReLU" -> "re_lu".
std::string keras_snake_case(const std::string& class_name);

/// What Keras calls the model's input, or a layer, of this name: "input" is its own "input_layer".
std::string keras_input_name(const std::string& name);

/// The model's layers in the order in which Keras has those of a Functional model, whatever the order in the file: by
/// their distance from the outputs, the farthest first, then as a walk from the outputs comes to them. -1 - i stands
/// for the i-th input.
std::vector<int> keras_layer_order(const Model& model);

/// The paths of the layers, asked for one after the other: "layers/conv2d", "layers/conv2d_1", by class, not by name.
class KerasLayerPaths {
 public:
  std::string next(const std::string& class_name);

 private:
  std::map<std::string, int> used_;
};

/// How the elements of a graph's tensor lie in Keras's variable.
struct KerasLayout {
  Shape graph_shape;
  Shape keras_shape;
  std::vector<int> permutation;  // empty: same order
  Shape permuted_shape = {};     // the graph's dimensions in Keras's order; Keras may cut them into more

  /// Where Keras has the element that the graph has at `index`; both row-major.
  std::size_t keras_index(std::size_t index) const;
};
KerasLayout keras_layout(const LayerWeight& weight, const Shape& graph_shape);

/// A weight's values in the graph's layout, from Keras's variable. Throws InputError when that is of another kind.
std::vector<float> values_from_keras(const LayerWeight& weight, const Shape& shape, const NpyArray& variable);

}  // namespace thimble
