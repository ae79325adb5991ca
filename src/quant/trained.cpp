#include "quant/trained.h"

#include <algorithm>

#include "base/error.h"

namespace thimble {
namespace {

void check(const Tensor& tensor, const IntegerForm& form) {
  const Quantization& quantization = form.quantization;
  const auto axis = static_cast<std::size_t>(quantization.axis);
  const bool fits =
      tensor.type == Type::kFloat32 &&
      (quantization.scales.size() == 1 || (tensor.constant() && axis < tensor.shape.size() &&
                                           quantization.scales.size() == static_cast<std::size_t>(tensor.shape[axis])));
  require(fits, "'{}' was trained with {} scales, which do not fit its shape {}", tensor.name,
          quantization.scales.size(), to_string(tensor.shape));
}

}  // namespace

std::vector<std::string> form_names(const Graph& graph) {
  std::vector<std::string> names(graph.tensors.size());
  std::map<std::string, int> counts;
  const auto name = [&](TensorId id) {
    if (id == kNoTensor) return;
    std::string& own = names[static_cast<std::size_t>(id)];
    if (!own.empty()) return;
    own = graph.tensor(id).name;
    const int count = ++counts[own];
    if (count > 1) own += fmt::format("#{}", count);
  };
  std::ranges::for_each(graph.inputs, name);
  for (const Node& node : graph.nodes) {
    std::ranges::for_each(node.inputs, name);
    std::ranges::for_each(node.outputs, name);
  }
  return names;
}

Scheme trained_scheme(const Graph& graph, const std::map<std::string, IntegerForm>& forms) {
  const auto output = forms.find(form_names(graph)[static_cast<std::size_t>(graph.outputs[0])]);
  require(output != forms.end(), "the scales that the model was trained with lack its output");
  return output->second.type == Type::kInt16 ? Scheme::kInt16x8 : Scheme::kInt8;
}

Graph quantize_as_trained(const Graph& graph, const std::map<std::string, IntegerForm>& forms, bool float_io) {
  QuantizeOptions options{.scheme = trained_scheme(graph, forms), .float_io = float_io, .given = {}};
  std::vector<Range> ranges(graph.tensors.size());
  const std::vector<std::string> names = form_names(graph);
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    const Tensor& tensor = graph.tensors[i];
    if (tensor.type != Type::kFloat32) continue;
    const auto form = forms.find(names[i]);
    if (form != forms.end()) {
      check(tensor, form->second);
      options.given[static_cast<TensorId>(i)] = form->second;
    } else {
      require(tensor.constant(), "the scales that the model was trained with lack '{}'", tensor.name);
      ranges[i] = range_of(tensor.values<float>());
    }
  }
  return quantize(graph, ranges, options);
}

}  // namespace thimble
