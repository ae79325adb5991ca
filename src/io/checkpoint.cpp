#include "io/checkpoint.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "io/keras.h"
#include "wire/zip.h"

namespace thimble {
namespace {

constexpr const char* kState = "training.npz";
constexpr std::size_t kMostBytes = std::size_t{1} << 31;

}  // namespace

Bytes write_checkpoint(const Model& model, const NpzArrays& state) {
  std::vector<ZipEntry> entries = parse_zip(write_keras(model), kMostBytes);
  entries.push_back({kState, write_npz(state)});
  return write_zip(entries);
}

Checkpoint read_checkpoint(ByteSpan file) {
  const std::vector<ZipEntry> entries = parse_zip(file, kMostBytes, [](auto name) { return name == kState; });
  require(entries.size() == 1, "is no checkpoint of a training: it has no {}", kState);
  return {read_keras(file), with_context(kState, [&] { return parse_npz(entries[0].contents); })};
}

void restore(Model& model, const Model& saved) {
  constexpr const char* kAdvice = "the checkpoint is of another model: {} differs; train without --resume";
  require(model.layers.size() == saved.layers.size(), kAdvice, "the number of layers");
  require(model.optimizer.class_name == saved.optimizer.class_name, kAdvice, "the optimizer");
  std::map<TensorId, TensorId> places;  // saved -> model
  for (const Layer& layer : model.layers) {
    const auto found = std::ranges::find(saved.layers, layer.name, &Layer::name);  // files have an order of their own
    require(found != saved.layers.end(), kAdvice, layer.name);
    const Layer& other = *found;
    require(layer.class_name == other.class_name && layer.weights.size() == other.weights.size(), kAdvice, layer.name);
    for (std::size_t w = 0; w < layer.weights.size(); ++w) {
      Tensor& tensor = model.graph.tensor(layer.weights[w].tensor);
      const Tensor& from = saved.graph.tensor(other.weights[w].tensor);
      require(tensor.shape == from.shape && tensor.type == from.type, kAdvice, layer.name);
      tensor.data = from.data;
      places[other.weights[w].tensor] = layer.weights[w].tensor;
    }
  }
  model.optimizer.iterations = saved.optimizer.iterations;
  model.optimizer.slots = saved.optimizer.slots;
  model.optimizer.tensors.clear();
  for (const TensorId id : saved.optimizer.tensors) model.optimizer.tensors.push_back(places.at(id));
}

}  // namespace thimble
