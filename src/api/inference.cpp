#include "api/inference.h"

#include <cmath>
#include <cstring>

#include "api/errors.h"
#include "api/samples.h"
#include "base/optimize.h"
#include "codegen/package.h"
#include "deploy/deploy.h"
#include "io/load.h"
#include "io/tflite.h"
#include "passes/passes.h"
#include "passes/pipeline.h"
#include "run/evaluate.h"
#include "run/samples.h"

namespace thimble {
namespace {

/// `values` as the one sample of a data set.
Dataset one_sample(const Tensor& input, std::span<const float> values) {
  require(values.size() == static_cast<std::size_t>(input.elements()), "{} numbers for the input '{}' of {}",
          values.size(), input.name, to_string(input.shape));
  Dataset data;
  data.sample_shape.assign(input.shape.begin(), input.shape.end());
  data.floats.assign(values.begin(), values.end());
  data.labels = {0};
  return data;
}

template <typename T>
std::vector<float> dequantized(const Tensor& tensor, std::span<const std::uint8_t> bytes) {
  std::vector<float> values(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<float>(stored);
    if (tensor.quantization.present()) {
      values[i] = (values[i] - static_cast<float>(tensor.zero_point())) * tensor.scale();
    }
  }
  return values;
}

std::vector<float> real_values(const Tensor& tensor, std::span<const std::uint8_t> bytes) {
  switch (tensor.type) {
    case Type::kFloat32:
      return dequantized<float>(tensor, bytes);
    case Type::kInt8:
      return dequantized<std::int8_t>(tensor, bytes);
    case Type::kUint8:
      return dequantized<std::uint8_t>(tensor, bytes);
    case Type::kInt16:
      return dequantized<std::int16_t>(tensor, bytes);
    case Type::kInt32:
      return dequantized<std::int32_t>(tensor, bytes);
    default:
      input_error("the output '{}' is {}, which is not read as real numbers", tensor.name, name_of(tensor.type));
  }
}

Optimize optimize_named(const std::string& name) {
  if (name == "size") return Optimize::kSize;
  if (name == "speed") return Optimize::kSpeed;
  require(name == "ram", "optimize is '{}'; it must be size, speed or ram", name);
  return Optimize::kRam;
}

}  // namespace

Inference make_inference(Graph graph) {
  Bytes tflite = write_tflite(graph);
  return Inference(
      std::make_shared<const Inference::State>(Inference::State{prepare(std::move(graph)), std::move(tflite)}));
}

Inference Inference::load(const std::filesystem::path& path) {
  return with_public_errors([&] {
    Graph graph = load_graph(real_file_system(), path);
    return with_context(path.string(), [&] {
      simplify(graph);
      return make_inference(std::move(graph));
    });
  });
}

std::vector<float> Inference::run(std::span<const float> input) const {
  return with_public_errors([&] {
    const Graph& graph = state_->executable->graph;
    require(graph.inputs.size() == 1, "the model has {} inputs; run() is for models with one", graph.inputs.size());
    const Bytes bytes = samples_as_input(graph, one_sample(graph.tensor(graph.inputs[0]), input));
    Executor executor(state_->executable);
    executor.reset();
    std::memcpy(executor.input(0).data(), bytes.data(), bytes.size());
    executor.invoke();
    return real_values(graph.tensor(graph.outputs[0]), executor.output(0));
  });
}

std::vector<std::vector<float>> Inference::run(const std::vector<std::vector<float>>& inputs) const {
  return with_public_errors([&] {
    const Graph& graph = state_->executable->graph;
    require(graph.inputs.size() == inputs.size(), "{} inputs for a model of {}", inputs.size(), graph.inputs.size());
    Dataset sample;
    sample.labels = {0};
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const Dataset own = one_sample(graph.tensor(graph.inputs[k]), inputs[k]);
      sample.parts.push_back(own.sample_shape);
      sample.floats.insert(sample.floats.end(), own.floats.begin(), own.floats.end());
    }
    sample.sample_shape = {static_cast<std::int32_t>(sample.floats.size())};
    const std::vector<Bytes> bytes = samples_as_inputs(graph, sample);
    Executor executor(state_->executable);
    executor.reset();
    for (std::size_t k = 0; k < bytes.size(); ++k) {
      std::memcpy(executor.input(static_cast<int>(k)).data(), bytes[k].data(), bytes[k].size());
    }
    executor.invoke();
    std::vector<std::vector<float>> outputs;
    for (std::size_t k = 0; k < graph.outputs.size(); ++k) {
      outputs.push_back(real_values(graph.tensor(graph.outputs[k]), executor.output(static_cast<int>(k))));
    }
    return outputs;
  });
}

Score Inference::evaluate(const Samples& samples) const {
  return with_public_errors([&] {
    const std::vector<Evaluation> results = evaluate_outputs(state_->executable, samples.data().splits.test);
    if (results.size() == 1) return Score{results[0].loss, results[0].accuracy};
    Score score{0.0, std::nan("")};
    const std::vector<std::string> names = array_names(state_->executable->graph).outputs;
    for (std::size_t k = 0; k < results.size(); ++k) {
      score.loss += results[k].loss;
      score.outputs[names[k] + "_loss"] = results[k].loss;
      if (results[k].has_accuracy) score.outputs[names[k] + "_accuracy"] = results[k].accuracy;
    }
    return score;
  });
}

std::size_t Inference::size() const { return state_->tflite.size(); }

void Inference::save(const std::filesystem::path& tflite) const {
  with_public_errors([&] { real_file_system().write(tflite, state_->tflite); });
}

void Inference::generate_c(const std::filesystem::path& folder, const std::string& target,
                           const std::string& optimize) const {
  generate_c(folder, CompileOptions{.target = target, .optimize = optimize});
}

void Inference::generate_c(const std::filesystem::path& folder, const CompileOptions& compile) const {
  with_public_errors([&] {
    const PackageOptions options{optimize_named(compile.optimize), find_target(compile.target)};
    const LowerOptions lower_options{.features = options.target.features, .pack_weights = compile.packed_weights};
    MemoryOptions memory{.caller = {.inputs = compile.input_of_caller, .outputs = compile.output_of_caller}};
    if (compile.ram > 0) memory.ram = compile.ram;
    Graph graph = state_->executable->graph;
    if (compile.class_only) output_class(graph);
    const auto executable = prepare_for_board(std::move(graph), options.optimize, lower_options, memory);
    real_file_system().write_all(folder,
                                 generate_package(executable->graph, executable->program, executable->plan, options));
  });
}

}  // namespace thimble
