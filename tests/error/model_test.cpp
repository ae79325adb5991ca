// What `thimble run` does with damaged and dishonest models: exit code 2, one line that names the file, the tensor or
// operator, and the fault; at most 256 MB and 2 seconds.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <limits>
#include <ostream>

#include "base/npy.h"
#include "base/random.h"
#include "base/subprocess.h"
#include "wire/tflite.h"

namespace thimble {
namespace {

enum Ids { kImage, kFilter, kBias, kConvolved, kSum };
constexpr std::int32_t kAdd = 0, kConv2d = 3;

TfliteTensor tensor(const std::string& name, std::int32_t type, std::vector<std::int32_t> shape, float scale) {
  TfliteTensor made;
  made.name = name;
  made.type = type;
  made.shape = std::move(shape);
  made.quantization.scale = {scale};
  made.quantization.zero_point = {0};
  return made;
}

/// image 1x4x4x2 -> CONV_2D, 3 filters of 2x2 -> ADD to itself, all int8.
TfliteModel honest() {
  TfliteModel model;
  model.operator_codes = {{kConv2d, "", 3}, {kAdd, "", 2}};
  TfliteSubgraph& graph = model.subgraphs.emplace_back();
  graph.tensors = {tensor("image", kTfliteInt8, {1, 4, 4, 2}, 0.5F), tensor("filter", kTfliteInt8, {3, 2, 2, 2}, 0.25F),
                   tensor("bias", kTfliteInt32, {1, 3}, 0.125F), tensor("convolved", kTfliteInt8, {1, 3, 3, 3}, 1),
                   tensor("sum", kTfliteInt8, {1, 3, 3, 3}, 2)};
  graph.tensors[kFilter].data = SharedBytes(Bytes(24, 1));
  graph.tensors[kBias].data = SharedBytes(Bytes(12, 0));
  graph.inputs = {kImage};
  graph.outputs = {kSum};
  graph.operators.resize(2);
  graph.operators[0].inputs = {kImage, kFilter, kBias};
  graph.operators[0].outputs = {kConvolved};
  graph.operators[0].options = {1, OptionsTable({{0, std::int8_t{1}}, {1, 1}, {2, 1}})};
  graph.operators[1].opcode_index = 1;
  graph.operators[1].inputs = {kConvolved, kConvolved};
  graph.operators[1].outputs = {kSum};
  graph.operators[1].options = {11, OptionsTable(std::vector<OptionField>{})};
  return model;
}

/// Just enough of FlatBuffers to change a file in ways that no writer has.
class Patch {
 public:
  explicit Patch(Bytes& file) : file_(file) {}

  template <typename T>
  T get(std::size_t at) const {
    T value;
    std::memcpy(&value, file_.data() + at, sizeof(T));
    return value;
  }
  template <typename T>
  void set(std::size_t at, T value) {
    std::memcpy(file_.data() + at, &value, sizeof(T));
  }
  /// Where the table keeps its field's place, from the table's start.
  std::size_t entry(std::size_t table, std::size_t slot) const {
    return table - static_cast<std::size_t>(get<std::int32_t>(table)) + 4 + 2 * slot;
  }
  std::size_t field(std::size_t table, std::size_t slot) const {
    return table + get<std::uint16_t>(entry(table, slot));
  }
  /// The table, or the list, which starts with its length, that a field leads to.
  std::size_t there(std::size_t table, std::size_t slot) const { return follow(field(table, slot)); }
  std::size_t element(std::size_t list, std::size_t index) const { return follow(list + 4 + 4 * index); }

  std::size_t model() const { return follow(0); }
  std::size_t subgraph() const { return element(there(model(), 2), 0); }
  std::size_t tensor(std::size_t index) const { return element(there(subgraph(), 0), index); }
  std::size_t operation(std::size_t index) const { return element(there(subgraph(), 3), index); }
  std::size_t quantization(std::size_t tensor_index) const { return there(tensor(tensor_index), 4); }

 private:
  std::size_t follow(std::size_t at) const { return at + get<std::uint32_t>(at); }

  Bytes& file_;
};

struct Fault {
  std::string name;
  std::function<void(TfliteModel&, TfliteSubgraph&)> change;
  std::string expected;  // part of the message
};
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

struct Damage {
  std::string name;
  std::function<void(Patch)> change;
  std::string expected;
};
void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }

using Model = TfliteModel;
using Graph = TfliteSubgraph;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// All dimensions but the first.
void set_dimensions(Patch patch, std::size_t tensor, std::int32_t size) {
  const std::size_t shape = patch.there(patch.tensor(tensor), 0);
  for (std::size_t i = 1; i < patch.get<std::uint32_t>(shape); ++i) patch.set(shape + 4 + 4 * i, size);
}

void set_scale(Patch patch, std::size_t tensor, float scale) {
  patch.set(patch.there(patch.quantization(tensor), 2) + 4, scale);
}

OptionsTable conv_options(std::int8_t padding, std::int32_t stride, std::int32_t dilation = 1) {
  return OptionsTable({{0, padding}, {1, stride}, {2, stride}, {4, dilation}, {5, dilation}});
}

/// Faults that a writer could make.
const std::vector<Fault> kFaults = {
    {"HugeActivations",
     [](Model&, Graph& graph) {
       graph.tensors[kImage].shape = {1, 16000, 16000, 2};
       graph.tensors[kConvolved].shape = graph.tensors[kSum].shape = {1, 15999, 15999, 3};
     },
     "too large"},
    {"DynamicShape",
     [](Model&, Graph& graph) {
       graph.tensors[kImage].shape_signature = {-1, -1, -1, 2};
     },
     "tensor 0 'image': has a dynamic shape, -1x-1x-1x2; only the first dimension, the batch, may be open"},
    {"NoScale", [](Model&, Graph& graph) { graph.tensors[kConvolved].quantization = {}; }, "CONV_2D"},
    {"StrideOf0", [](Model&, Graph& graph) { graph.operators[0].options.table = conv_options(1, 0); },
     "operator 0: CONV_2D: "},
    {"NegativeStride", [](Model&, Graph& graph) { graph.operators[0].options.table = conv_options(1, -2); },
     "operator 0: CONV_2D: "},
    {"DilationOf0", [](Model&, Graph& graph) { graph.operators[0].options.table = conv_options(1, 1, 0); },
     "operator 0: CONV_2D: "},
    {"UnknownPadding", [](Model&, Graph& graph) { graph.operators[0].options.table = conv_options(9, 1); },
     "operator 0: option 'padding' is 9"},
    {"OptionsOfAnotherOperator", [](Model&, Graph& graph) { graph.operators[0].options.type = 11; },
     "operator 0: CONV_2D has options of type 11"},
    {"AbsentInput", [](Model&, Graph& graph) { graph.operators[0].inputs[1] = -1; }, "operator 0: CONV_2D: "},
    {"Cycle", [](Model&, Graph& graph) { graph.operators[0].inputs[0] = kSum; },
     "operator 0: CONV_2D: reads tensor 4 'sum' before it is made"},
    {"OperatorThatReadsItself", [](Model&, Graph& graph) { graph.operators[1].inputs[0] = kSum; },
     "operator 1: ADD: reads tensor 4 'sum' before it is made"},
    {"TensorMadeTwice", [](Model&, Graph& graph) { graph.operators[1].outputs = {kConvolved}; },
     "operator 1: ADD: makes tensor 3 'convolved', which is there already"},
    {"UnknownOperator",
     [](Model& model, Graph&) {
       model.operator_codes[1] = {119, "", 1};
     },
     "operator 1: WHILE is not supported; docs/operators.md lists"},
    {"OperatorOfTheFuture",
     [](Model& model, Graph&) {
       model.operator_codes[1] = {5000, "", 1};
     },
     "operator 1: builtin operator 5000 is not supported"},
    {"CustomOperator",
     [](Model& model, Graph&) {
       model.operator_codes[1] = {32, "Mine\n", 1};
     },
     "operator 1: custom operator 'Mine?' is not supported"},
    {"UnknownVersion", [](Model& model, Graph&) { model.operator_codes[0].version = 77; },
     "operator 0: CONV_2D has version 77"},
    {"NoBuffer", [](Model&, Graph& graph) { graph.tensors[kFilter].data = {}; },
     "operator 0: CONV_2D: reads tensor 1 'filter', which has no data and which nothing makes"},
    {"UnsupportedType", [](Model&, Graph& graph) { graph.tensors[kConvolved].type = kTfliteComplex64; },
     "tensor 3 'convolved': elements of COMPLEX64 are not supported"},
    {"OtherShape",
     [](Model&, Graph& graph) {
       graph.tensors[kConvolved].shape = {1, 2, 2, 3};
     },
     "output 'convolved' is int8 1x2x2x3 in the file, but its inputs make int8 1x3x3x3"},
    {"OtherRank", [](Model&, Graph& graph) { graph.tensors[kImage].shape = {32}; }, "operator 0: CONV_2D: "},
};

/// Faults that no writer makes: the bytes of an honest file are changed.
const std::vector<Damage> kDamages = {
    {"OffsetOutside", [](Patch patch) { patch.set<std::uint32_t>(0, 0xFFFFFFF0U); }, "damaged .tflite file"},
    {"OffsetOfTensors", [](Patch patch) { patch.set<std::uint32_t>(patch.field(patch.subgraph(), 0), 0x7FFFFFF0U); },
     "damaged .tflite file"},
    {"OtherFile", [](Patch patch) { patch.set<char>(4, 'X'); }, "is no model that Thimble reads"},
    {"OtherSchema", [](Patch patch) { patch.set<std::uint32_t>(patch.field(patch.model(), 0), 4); }, "has version 4"},
    {"NoGraph", [](Patch patch) { patch.set<std::uint32_t>(patch.there(patch.model(), 2), 0); }, "has no subgraph"},
    {"BufferOutOfRange", [](Patch patch) { patch.set<std::uint32_t>(patch.field(patch.tensor(kFilter), 2), 999); },
     "tensor 1 'filter': buffer 999 of 3"},
    {"BufferTooSmall",
     [](Patch patch) { patch.set<std::uint32_t>(patch.there(patch.element(patch.there(patch.model(), 4), 1), 0), 23); },
     "tensor 1 'filter': its data has 23 bytes, its shape and type need 24"},
    {"SparseWeights",
     [](Patch patch) {  // any table will do for the sparsity: the quantization
       const std::size_t filter = patch.tensor(kFilter);
       patch.set(patch.entry(filter, 6), patch.get<std::uint16_t>(patch.entry(filter, 4)));
     },
     "tensor 1 'filter': has sparse weights, which are not supported"},
    {"HugeDimensions", [](Patch patch) { set_dimensions(patch, kImage, 1 << 30); }, "tensor 0 'image': has more than"},
    {"NegativeDimensions", [](Patch patch) { set_dimensions(patch, kImage, -4); },
     "tensor 0 'image': a dimension of its shape is -4"},
    {"FilterOf0", [](Patch patch) { set_dimensions(patch, kFilter, 0); }, "tensor 1 'filter': its data has 24 bytes"},
    {"ZeroScale", [](Patch patch) { set_scale(patch, kConvolved, 0); }, "tensor 3 'convolved': a scale is 0"},
    {"NegativeScale", [](Patch patch) { set_scale(patch, kConvolved, -1); }, "tensor 3 'convolved': a scale is -1"},
    {"ScaleIsNoNumber", [](Patch patch) { set_scale(patch, kFilter, kNan); }, "tensor 1 'filter': a scale is nan"},
    {"ZeroPointTooLarge",
     [](Patch patch) { patch.set<std::int64_t>(patch.there(patch.quantization(kImage), 3) + 4, 300); },
     "tensor 0 'image': zero point 300 does not fit INT8"},
    {"UnknownType", [](Patch patch) { patch.set<std::int8_t>(patch.field(patch.tensor(kConvolved), 1), 99); },
     "tensor 3 'convolved': type 99 is unknown"},
    {"InputOutOfRange", [](Patch patch) { patch.set(patch.there(patch.operation(0), 1) + 4, 99); },
     "operator 0: an input names tensor 99, there are 5"},
    {"OutputOutOfRange", [](Patch patch) { patch.set(patch.there(patch.operation(0), 2) + 4, -1); },
     "operator 0: an output names tensor -1"},
    {"ModelOutputOutOfRange", [](Patch patch) { patch.set(patch.there(patch.subgraph(), 2) + 4, 7); },
     "a model output names tensor 7"},
    {"OperatorCodeOutOfRange", [](Patch patch) { patch.set<std::uint32_t>(patch.field(patch.operation(1), 0), 5); },
     "operator 1: its operator code is number 5, there are 2"},
};

constexpr double kMostSeconds = 2;
constexpr std::int64_t kMostKilobytes = 256 << 10;

/// A folder with an image, and models put into it one by one.
class Desk {
 public:
  Desk() {
    NpyArray image;
    image.shape = {1, 1, 4, 4, 2};
    image.type = NpyType::kInt8;
    image.bytes.assign(32, 1);
    real_file_system().write(folder_.path() / "image.npy", write_npy(image));
  }

  ProcessResult run(const Bytes& model) const {
    real_file_system().write(folder_.path() / "model.tflite", as_text(model));
    const auto start = std::chrono::steady_clock::now();
    const ProcessResult result =
        run_process({THIMBLE_PROGRAM, "run", "model.tflite", "--input", "image.npy", "--output", "out.npy"},
                    {.folder = folder_.path()});
    EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), kMostSeconds);
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    EXPECT_LT(usage.ru_maxrss, kMostKilobytes);
    return result;
  }

  bool has_output() const { return real_file_system().is_file(folder_.path() / "out.npy"); }

 private:
  TemporaryFolder folder_;
};

void expect_refusal(const ProcessResult& result, const std::string& expected) {
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_TRUE(result.err.starts_with("thimble: model.tflite: ")) << result.err;
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  EXPECT_NE(result.err.find(expected), std::string::npos) << result.err;
}

void expect_refused(const Bytes& file, const std::string& expected) {
  const Desk desk;
  expect_refusal(desk.run(file), expected);
  EXPECT_FALSE(desk.has_output());
}

class DishonestModel : public testing::TestWithParam<Fault> {};

TEST_P(DishonestModel, IsRefusedInOneLine) {
  TfliteModel model = honest();
  GetParam().change(model, model.subgraphs[0]);
  expect_refused(write_tflite(model), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Error, DishonestModel, testing::ValuesIn(kFaults),
                         [](const auto& info) { return info.param.name; });

class DamagedModel : public testing::TestWithParam<Damage> {};

TEST_P(DamagedModel, IsRefusedInOneLine) {
  TfliteModel model = honest();
  model.subgraphs[0].tensors[kFilter].shape_signature = {3, 2, 2, 2};  // makes room for a sparsity
  Bytes file = write_tflite(model);
  GetParam().change(Patch(file));
  expect_refused(file, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Error, DamagedModel, testing::ValuesIn(kDamages),
                         [](const auto& info) { return info.param.name; });

TEST(GoodModel, Runs) {
  const Desk desk;
  const ProcessResult result = desk.run(write_tflite(honest()));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(desk.has_output());
}

TEST(DamagedModels, ATruncatedFileIsRefused) {
  const Bytes whole = write_tflite(honest());
  const Desk desk;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{7}, std::size_t{40}, whole.size() / 2, whole.size() - 30}) {
    expect_refusal(desk.run(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))), "");
  }
}

TEST(DamagedModels, FlippedBitsAreRefusedOrHarmless) {
  const Bytes whole = write_tflite(honest());
  const Desk desk;
  Random random(3);
  for (int round = 0; round < 60; ++round) {
    Bytes damaged = whole;
    std::uint8_t& byte = damaged[random.below(static_cast<std::uint32_t>(damaged.size()))];
    byte = static_cast<std::uint8_t>(byte ^ 1U << random.below(8));
    const ProcessResult result = desk.run(damaged);
    if (result.exit_code == 0) continue;
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    EXPECT_TRUE(result.err.starts_with("thimble: model.tflite: ")) << result.err;
  }
}

}  // namespace
}  // namespace thimble
