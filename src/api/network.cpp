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

Score score_of(const LossAndAccuracy& result) {
  return {result.loss, result.accuracy, {result.metrics.begin(), result.metrics.end()}};
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
  std::vector<TensorId> outputs;  // of inputs and layers, by Network::Output
  std::size_t inputs = 1;         // how many of those are inputs
  std::vector<TensorId> ends;     // the model's outputs; empty: the last one
  Model model;
  int epochs = 0;  // that fit() has made

  Model& complete() {
    if (builder) {
      model = builder->finish(ends.empty() ? std::vector{outputs.back()} : ends);
      builder.reset();
    }
    return model;
  }
};

Network::Network(std::unique_ptr<State> state) : state_(std::move(state)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

Network::Network(std::vector<int> shape, std::uint64_t seed)
    : Network(with_inputs({{"input", std::move(shape)}}, seed)) {}

Network Network::with_inputs(const std::vector<Input>& inputs, std::uint64_t seed) {
  return with_public_errors([&] {
    require(!inputs.empty(), "a network needs an input");
    auto state = std::make_unique<State>();
    state->builder = std::make_unique<ModelBuilder>("network");
    state->weights = std::make_unique<InitialWeights>(seed);
    for (const Input& input : inputs) state->outputs.push_back(state->builder->add_input(input.name, input.shape));
    state->inputs = inputs.size();
    return Network(std::move(state));
  });
}

Network Network::load(const std::filesystem::path& keras) {
  return with_public_errors([&] {
    auto state = std::make_unique<State>();
    with_context(keras.string(), [&] { state->model = read_keras(real_file_system().read(keras)); });
    return Network(std::move(state));
  });
}

Network::Output Network::input(std::size_t number) const {
  return with_public_errors([&] {
    require(number < state_->inputs, "the network has {} inputs, no input {}", state_->inputs, number);
    Output output;
    output.id_ = static_cast<int>(number);
    return output;
  });
}

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
    const std::vector<TensorId> ids = ids_of(inputs);
    with_context(layer, [&] {
      const Attributes config = checked_arguments(codec->arguments, own, layer);
      state_->outputs.push_back(state_->builder->add_layer(*codec, name, config, ids, *state_->weights));
    });
    Output output;
    output.id_ = static_cast<int>(state_->outputs.size()) - 1;
    return output;
  });
}

std::vector<TensorId> Network::ids_of(const std::vector<Output>& outputs) const {
  std::vector<TensorId> ids;
  for (const Output& output : outputs) {
    ensure(output.id_ >= 0 && output.id_ < std::ssize(state_->outputs), "an output of another network");
    ids.push_back(state_->outputs[static_cast<std::size_t>(output.id_)]);
  }
  return ids;
}

Network::Output Network::call(const std::string& layer, const std::vector<Output>& inputs) {
  return with_public_errors([&] {
    require(state_->builder != nullptr, "{}: a network takes no more layers once it is compiled", layer);
    const std::vector<TensorId> ids = ids_of(inputs);
    with_context(layer, [&] { state_->outputs.push_back(state_->builder->call_layer(layer, "", ids)); });
    Output output;
    output.id_ = static_cast<int>(state_->outputs.size()) - 1;
    return output;
  });
}

void Network::set_outputs(const std::vector<Output>& outputs) {
  with_public_errors([&] {
    require(state_->builder != nullptr, "the outputs must be said before a network is compiled");
    require(!outputs.empty(), "a network needs an output");
    state_->ends = ids_of(outputs);
  });
}

namespace {

/// The loss by its name; of logits where the output is not what a loss's own activation makes.
OutputLoss loss_of(const Model& model, std::size_t output, const std::string& name) {
  std::vector<std::string_view> names;
  for (const LossCodec& codec : loss_codecs()) names.push_back(codec.name);
  const LossCodec* codec = find_loss(name);
  require(codec != nullptr, "{}", unknown_name("loss", name, names));
  const int last = producers(model.graph)[static_cast<std::size_t>(model.graph.outputs[output])];
  const char* activation = codec->class_name == "BinaryCrossentropy" ? "LOGISTIC" : "SOFTMAX";
  const bool activated = last >= 0 && model.graph.nodes[static_cast<std::size_t>(last)].op == activation;
  return {std::string(codec->class_name), codec->has_from_logits && !activated,
          config_from_json(codec->arguments, json::object())};
}

}  // namespace

void Network::compile(const std::string& optimizer, const std::string& loss, const Arguments& arguments) {
  compile(optimizer, std::vector{loss}, {}, arguments);
}

void Network::compile(const std::string& optimizer, const std::vector<std::string>& losses,
                      const std::vector<double>& loss_weights, const Arguments& arguments) {
  with_public_errors([&] {
    std::vector<std::string_view> optimizers;
    for (const OptimizerCodec& codec : optimizer_codecs()) optimizers.push_back(codec.name);
    const OptimizerCodec* codec = find_optimizer(optimizer);
    require(codec != nullptr, "{}", unknown_name("optimizer", optimizer, optimizers));
    Model& model = state_->complete();
    const std::size_t outputs = model.graph.outputs.size();
    require(losses.size() == outputs && (loss_weights.empty() || loss_weights.size() == outputs),
            "{} losses and {} weights of losses for a network of {} outputs", losses.size(), loss_weights.size(),
            outputs);
    model.optimizer = {};
    model.optimizer.class_name = codec->class_name;
    model.optimizer.config = checked_arguments(codec->arguments, arguments, optimizer);
    model.losses.clear();
    for (std::size_t k = 0; k < outputs; ++k) {
      model.losses.push_back(loss_of(model, k, losses[k]));
      if (!loss_weights.empty()) model.losses[k].weight = loss_weights[k];
    }
  });
}

std::vector<EpochScore> Network::fit(const Samples& samples, const FitOptions& options) {
  return with_public_errors([&] {
    Model& model = state_->complete();
    require(!model.losses.empty(), "compile the network before it is fitted");
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
      score.train = score_of(trained);
      score.test = score_of(tested);
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
    require(!model.losses.empty(), "compile the network before it is evaluated, or evaluate its inference()");
    return score_of(Trainer(model, {}).evaluate(samples.data().splits.test));
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
