// The forms that the DSP kernels have on CPUs without those instructions (kernel/dsp.h), compiled for the host:
// packages of many made-up nodes pass their self-tests, whose outputs the host's own form gave. On boards:
// src/deploy/deploy_test.cpp.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/subprocess.h"
#include "codegen/package.h"
#include "ops/variant_testing.h"
#include "run/executor.h"

namespace thimble {
namespace {

/// Nodes apart from each other, each with an input and an output of the graph.
class Nodes {
 public:
  explicit Nodes(int seed) : make_(seed) {}

  void convolution() {
    const int depth = make_.between(0, 1) ? 4 * make_.between(1, 5) : make_.between(1, 9);
    const int channels = make_.between(1, 9), height = make_.between(1, 3), width = make_.between(1, 3);
    const TensorId input = add_input({1, make_.between(5, 9), make_.between(5, 12), depth});
    add("CONV_2D", {input, weights({channels, height, width, depth}, channels, 0), bias(channels)},
        convolution_attributes(make_));
  }
  /// More products than a sum of 23 bits holds.
  void large_convolution() {
    const TensorId input = add_input({1, 5, 5, 96});
    add("CONV_2D", {input, weights({3, 3, 3, 96}, 3, 0), bias(3)}, convolution_attributes(make_));
  }
  void convolution_and_maximum() {
    const int channels = make_.between(1, 9);
    const TensorId input = add_input({1, make_.between(4, 9), make_.between(4, 9), 1});
    const Attributes attributes = {{"padding", make_.one_of({"SAME", "VALID"})},
                                   {"stride_h", std::int64_t{1}},
                                   {"stride_w", std::int64_t{1}},
                                   {"activation", std::string("NONE")}};
    const TensorId sums =
        add("CONV_2D", {input, weights({channels, 3, 3, 1}, channels, 0), bias(channels)}, attributes);
    graph_.outputs.pop_back();
    const Attributes pool = {{"padding", std::string("VALID")}, {"filter_h", std::int64_t{2}},
                             {"filter_w", std::int64_t{2}},     {"stride_h", std::int64_t{2}},
                             {"stride_w", std::int64_t{2}},     {"activation", std::string("NONE")}};
    const TensorId largest = add("MAX_POOL_2D", {sums}, pool);
    graph_.tensor(largest).quantization = graph_.tensor(sums).quantization;
  }
  void depthwise() {
    const bool usual = make_.between(0, 1);
    const int height = usual ? 3 : make_.between(1, 4), width = usual ? 3 : make_.between(1, 5);
    const int channels = make_.between(1, 11);
    Attributes attributes = window_attributes(make_);
    attributes.set("depth_multiplier", std::int64_t{1});
    const TensorId input = add_input({1, make_.between(5, 9), make_.between(5, 12), channels});
    add("DEPTHWISE_CONV_2D", {input, weights({1, height, width, channels}, channels, 3), bias(channels)}, attributes);
  }
  void dense() {
    const int depth = make_.between(1, 300), units = make_.between(1, 13);
    add("FULLY_CONNECTED", {add_input({make_.between(1, 2), depth}), weights({units, depth}, units, 0), bias(units)},
        {{"activation", make_.one_of({"NONE", "RELU"})}, {"keep_num_dims", false}});
  }
  /// With weights so small that eight products fit a lane.
  void dense_of_small_weights() {
    const int depth = make_.between(1, 100);
    Tensor small = named(make_.weights({4, depth}, 4, 0), "weights");
    std::vector<std::int8_t> values;
    for (int i = 0; i < 4 * depth; ++i) values.push_back(static_cast<std::int8_t>(make_.between(-20, 20)));
    small.data = make_data(values);
    add("FULLY_CONNECTED", {add_input({1, depth}), graph_.add(small), bias(4)},
        {{"activation", std::string("NONE")}, {"keep_num_dims", false}});
  }
  /// The same of 16 bits.
  void layers_of_16_bits() {
    type_ = Type::kInt16;
    convolution();
    depthwise();
    dense();
    type_ = Type::kInt8;
  }
  void sum() {
    const Shape shape = {1, make_.between(1, 40)};
    const TensorId a = add_input(shape), b = add_input(shape);
    add("ADD", {a, b}, {{"activation", std::string("NONE")}});
  }

  Graph take() { return std::move(graph_); }

 private:
  TensorId add_input(const Shape& shape) {
    const bool is_wide = type_ == Type::kInt16;
    const Tensor input = is_wide ? make_.activation_16(shape, 0.0001f, 0.001f) : make_.activation(shape, 0.01f, 0.1f);
    graph_.inputs.push_back(graph_.add(named(input, "input")));
    return graph_.inputs.back();
  }
  TensorId weights(const Shape& shape, int channels, int axis) {
    return graph_.add(named(make_.weights(shape, channels, axis), "weights"));
  }
  TensorId bias(int channels) {
    return graph_.add(named(type_ == Type::kInt16 ? make_.bias_64(channels) : make_.bias(channels), "bias"));
  }
  TensorId add(const std::string& op, std::vector<TensorId> inputs, const Attributes& attributes) {
    const std::string name = op + std::to_string(graph_.nodes.size());
    const TensorId output = append(graph_, {op, name, std::move(inputs), {}, attributes}, name);
    graph_.tensor(output).quantization =
        (type_ == Type::kInt16 ? make_.activation_16({}, 0.001f, 0.01f) : make_.activation({}, 0.05f, 0.3f))
            .quantization;
    graph_.outputs.push_back(output);
    return output;
  }
  static Tensor named(Tensor tensor, const std::string& name) {
    tensor.name = name;
    return tensor;
  }

  Generator make_;
  Graph graph_;
  Type type_ = Type::kInt8;
};

Graph many_nodes(int seed) {
  Nodes nodes(seed);
  for (int i = 0; i < 12; ++i) {
    nodes.convolution();
    nodes.convolution_and_maximum();
    nodes.depthwise();
    nodes.dense();
    nodes.dense_of_small_weights();
    nodes.sum();
    nodes.layers_of_16_bits();
  }
  nodes.large_convolution();
  return nodes.take();
}

class DspForms : public ::testing::TestWithParam<std::string> {};

TEST_P(DspForms, ComputeTheSame) {
  if (!find_program("gcc")) GTEST_SKIP() << "gcc is not installed";
  for (int seed = 0; seed < 3; ++seed) {
    const Graph graph = many_nodes(seed);
    const bool multiply_add = seed > 0 || GetParam() == "THIMBLE_DSP_LONG";  // which stands for a CPU that has it
    const Program program = lower(graph, {.features = {.lanes = true, .multiply_add = multiply_add}, .pairs = true});
    const TemporaryFolder folder;
    real_file_system().write_all(folder.path(),
                                 generate_package(graph, program, make_plan(graph, program),
                                                  {.optimize = Optimize::kSpeed, .target = find_target("host")}));
    std::vector<std::string> command = {"gcc", "-std=c99", "-O1", "-Wall", "-Wextra", "-pedantic"};
    if (!GetParam().empty()) command.push_back("-D" + GetParam());
    command.insert(command.end(), {"-o", (folder.path() / "example").string()});
    for (const char* file : {"model.c", "weights.c", "selftest.c", "main.c"}) {
      command.push_back((folder.path() / file).string());
    }
    const ProcessResult compiled = run_process(command);
    ASSERT_EQ(compiled.exit_code, 0) << compiled.err;
    EXPECT_EQ(compiled.err, "");
    const ProcessResult ran = run_process({(folder.path() / "example").string()});
    EXPECT_NE(ran.out.find("self-test: passed"), std::string::npos) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(All, DspForms, ::testing::Values("", "THIMBLE_DSP_LONG", "THIMBLE_DSP_PLAIN"));

}  // namespace
}  // namespace thimble
