// Quantization of a model that was trained for integers: nothing is left to choose.
#pragma once

#include <string>

#include "quant/quantize.h"

namespace thimble {

/// By TensorId, what Model::integer_forms calls the tensors that a simplified graph's nodes name: their names, and
/// "NAME#2" for the second one of a name, in the order of the nodes.
std::vector<std::string> form_names(const Graph& graph);

/// The scheme that a simplified graph was trained for, `forms` being Model::integer_forms.
Scheme trained_scheme(const Graph& graph, const std::map<std::string, IntegerForm>& forms);

/// Quantizes a simplified graph as it was trained for. Throws InputError when `forms` are not of this graph.
Graph quantize_as_trained(const Graph& graph, const std::map<std::string, IntegerForm>& forms, bool float_io);

}  // namespace thimble
