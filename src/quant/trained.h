// Quantization of a model that was trained for integers: nothing is left to choose.
#pragma once

#include <string>

#include "quant/quantize.h"

namespace thimble {

/// The scheme that a simplified graph was trained for, `forms` being Model::integer_forms.
Scheme trained_scheme(const Graph& graph, const std::map<std::string, IntegerForm>& forms);

/// Quantizes a simplified graph as it was trained for. Throws InputError when `forms` are not of this graph.
Graph quantize_as_trained(const Graph& graph, const std::map<std::string, IntegerForm>& forms, bool float_io);

}  // namespace thimble
