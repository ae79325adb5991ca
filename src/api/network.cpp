// The C++ API: networks that are built and trained.
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "api/errors.h"
#include "api/inference.h"
#include "api/samples.h"
#include "io/keras.h"
#include "io/layer_config.h"
#include "io/model_builder.h"
#include "io/names.h"
#include "ops/op.h"
#include "ops/training_codec.h"
#include "passes/pipeline.h"
#include "quant/calibrate.h"
#include "thimble/thimble.h"
#include "train/train.h"

namespace thimble {
namespace {

using nlohmann::json;

json json_of(const Arguments& arguments) {
  json result = json::object();
  for (const auto& [name, argument] : arguments) {
    std::visit([&, &key = name](const auto& value) { result[key] = value; }, argument.value());
  }
  return result;
}

/// `given` as arguments of `what`; any that it does not have is an error.
Attributes checked_arguments(std::span<const LayerArgument> known, const Arguments& given, const std::string& what) {
  std::vector<std::string_view> names;
  for (const LayerArgument& argument : known) names.push_back(argument.name);
  for (const auto& [name, value] : given) {
    require(std::ranges::find(names, std::string_view(name)) != names.end(), "{}",
            unknown_name(what + "'s argument", name, names));
  }
  return config_from_json(known, json_of(given));
}

std::vector<std::string_view> layer_names() {
  std::vector<std::string_view> names;
  for (const Op* op : all_ops()) {
    for (const LayerCodec& layer : op->layers) names.push_back(layer.class_name);
  }
  return names;
}

}  // namespace

/// A network is built layer by layer; the first use that needs all of it ends that.
struct Network::State {
  std::unique_ptr<ModelBuilder> builder;  // null once the model is complete
  std::unique_ptr<InitialWeights> weights;
  std::vector<TensorId> outputs;  // of input and layers, by Network::Output
  Model model;
  int epochs = 0;  // that fit() has made

  Model& complete() {
    if (builder) {
      model = builder->finish(outputs.back());
      builder.reset();
    }
    return model;
  }
};

Network::Network(std::unique_ptr<State> state) : state_(std::move(state)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

Network::Network(std::vector<int> shape, std::uint64_t seed) : state_(std::make_unique<State>()) {
  with_public_errors([&] {
    state_->builder = std::make_unique<ModelBuilder>("network");
    state_->weights = std::make_unique<InitialWeights>(seed);
    state_->outputs = {state_->builder->add_input("input", shape)};
  });
}

Network Network::load(const std::filesystem::path& keras) {
  return with_public_errors([&] {
    auto state = std::make_unique<State>();
    with_context(keras.string(), [&] { state->model = read_keras(real_file_system().read(keras)); });
    return Network(std::move(state));
  });
}

Network::Output Network::input() const { return {}; }

Network::Output Network::add(const std::string& layer, const Arguments& arguments) {
  Output last;
  last.id_ = static_cast<int>(state_->outputs.size()) - 1;
  return add(layer, arguments, {last});
}

Network::Output Network::add(const std::string& layer, const Arguments& arguments, const std::vector<Output>& inputs) {
  return with_public_errors([&] {
    require(state_->builder != nullptr, "{}: a network takes no more layers once it is compiled", layer);
    const LayerCodec* codec = find_layer(layer);
    require(codec != nullptr, "{}", unknown_name("layer", layer, layer_names()));
    Arguments own = arguments;
    std::string name;
    if (const auto given = own.find("name"); given != own.end()) {
      const auto* text = std::get_if<std::string>(&given->second.value());
      require(text != nullptr, "{}: name is not a text", layer);
      name = *text;
      own.erase(given);
    }
    std::vector<TensorId> ids;
    for (const Output& input : inputs) {
      ensure(input.id_ >= 0 && input.id_ < std::ssize(state_->outputs), "an output of another network");
      ids.push_back(state_->outputs[static_cast<std::size_t>(input.id_)]);
    }
    with_context(layer, [&] {
      const Attributes config = checked_arguments(codec->arguments, own, layer);
      state_->outputs.push_back(state_->builder->add_layer(*codec, name, config, ids, *state_->weights));
    });
    Output output;
    output.id_ = static_cast<int>(state_->outputs.size()) - 1;
    return output;
  });
}

void Network::compile(const std::string& optimizer, const std::string& loss, const Arguments& arguments) {
  with_public_errors([&] {
    std::vector<std::string_view> optimizers, losses;
    for (const OptimizerCodec& codec : optimizer_codecs()) optimizers.push_back(codec.name);
    for (const LossCodec& codec : loss_codecs()) losses.push_back(codec.name);
    const OptimizerCodec* optimizer_codec = find_optimizer(optimizer);
    require(optimizer_codec != nullptr, "{}", unknown_name("optimizer", optimizer, optimizers));
    const LossCodec* loss_codec = find_loss(loss);
    require(loss_codec != nullptr, "{}", unknown_name("loss", loss, losses));
    Model& model = state_->complete();
    model.optimizer = {};
    model.optimizer.class_name = optimizer_codec->class_name;
    model.optimizer.config = checked_arguments(optimizer_codec->arguments, arguments, optimizer);
    model.loss = loss_codec->class_name;
    model.loss_config = config_from_json(loss_codec->arguments, json::object());
    const int last = producers(model.graph)[static_cast<std::size_t>(model.graph.outputs[0])];
    const bool probabilities = last >= 0 && model.graph.nodes[static_cast<std::size_t>(last)].op == "SOFTMAX";
    model.loss_from_logits = loss_codec->has_from_logits && !probabilities;
  });
}

std::vector<EpochScore> Network::fit(const Samples& samples, const FitOptions& options) {
  return with_public_errors([&] {
    Model& model = state_->complete();
    require(!model.loss.empty(), "compile the network before it is fitted");
    TrainOptions train_options;
    train_options.batch_size = options.batch_size;
    train_options.seed = options.seed;
    train_options.threads = options.threads;
    Trainer trainer(model, train_options);
    std::vector<EpochScore> scores;
    for (int i = 0; i < options.epochs; ++i) {
      const auto start = std::chrono::steady_clock::now();
      const LossAndAccuracy trained = trainer.run_epoch(samples.data().splits.train, state_->epochs++);
      EpochScore score;
      score.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      const LossAndAccuracy tested = trainer.evaluate(samples.data().splits.test);
      score.epoch = state_->epochs;
      score.train = {trained.loss, trained.accuracy};
      score.test = {tested.loss, tested.accuracy};
      scores.push_back(score);
      if (options.after_epoch) options.after_epoch(score);
    }
    trainer.save();
    return scores;
  });
}

Score Network::evaluate(const Samples& samples) {
  return with_public_errors([&] {
    Model& model = state_->complete();
    require(!model.loss.empty(), "compile the network before it is evaluated, or evaluate its inference()");
    const LossAndAccuracy result = Trainer(model, {}).evaluate(samples.data().splits.test);
    return Score{result.loss, result.accuracy};
  });
}

void Network::save(const std::filesystem::path& keras) const {
  with_public_errors([&] { real_file_system().write(keras, write_keras(state_->complete())); });
}

Inference Network::inference() const {
  return with_public_errors([&] {
    Graph graph = state_->complete().graph;
    simplify(graph);
    return make_inference(std::move(graph));
  });
}

Inference Network::quantize(const Samples& samples, const std::string& scheme, std::size_t count) const {
  return with_public_errors([&] {
    require(scheme == "int8" || scheme == "int16x8", "{}", unknown_name("scheme", scheme, {"int8", "int16x8"}));
    Graph graph = state_->complete().graph;
    simplify(graph);
    const QuantizeOptions options{scheme == "int8" ? Scheme::kInt8 : Scheme::kInt16x8, false};
    return make_inference(calibrate_and_quantize(graph, samples.data().splits.train.first(count), options));
  });
}

}  // namespace thimble
