#include "wire/tflite.h"

#include <flatbuffers/flatbuffers.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/error.h"

namespace thimble {
namespace {

Bytes golden() { return real_file_system().read(THIMBLE_SOURCE_DIR "/tests/golden/conv_dense_int8.tflite"); }

SharedBytes bytes_of(std::size_t count, std::uint8_t value) { return SharedBytes(Bytes(count, value)); }

/// A bit of everything that a model may hold: two subgraphs, quantization by channel, all kinds of options.
TfliteModel sample() {
  TfliteModel model;
  model.description = "sample";
  model.operator_codes = {{.builtin_code = 3, .custom_code = "", .version = 2},
                          {.builtin_code = 32, .custom_code = "Wake", .version = 1},
                          {.builtin_code = 150, .custom_code = "", .version = 1}};
  TfliteSubgraph main;
  main.name = "main";
  main.tensors = {{.name = "x", .type = kTfliteInt8, .shape = {1, 4, 4, 2}, .shape_signature = {-1, 4, 4, 2}},
                  {.name = "w",
                   .type = kTfliteInt8,
                   .shape = {3, 1, 1, 2},
                   .data = bytes_of(6, 1),
                   .quantization = {.scale = {0.5F, 0.25F, 1}, .zero_point = {0, 0, 0}}},
                  {.name = "scalar", .type = kTfliteFloat32, .data = bytes_of(4, 0), .has_rank = true},
                  {.name = "none", .type = kTfliteInt32, .shape = {0}, .data = SharedBytes(Bytes())},
                  {.name = "nibbles", .type = kTfliteInt4, .shape = {5}, .data = bytes_of(3, 0x21)},
                  {.name = "state", .type = kTfliteInt8, .shape = {2}, .is_variable = true},
                  {.name = "y",
                   .type = kTfliteUint8,
                   .shape = {1, 4, 4, 3},
                   .quantization = {.scale = {0.5F}, .zero_point = {255}, .min = {-1}, .max = {1}}}};
  main.inputs = {0};
  main.outputs = {6};
  TfliteOperator conv{.inputs = {0, 1, -1}, .outputs = {6}, .intermediates = {-1, 5}};
  conv.mutating_variable_inputs = {false, true, false};
  conv.options = {.type = 1, .table = OptionsTable({{0, std::int8_t{1}}, {1, 2}, {2, -3}, {6, true}, {7, 0.5F}})};
  conv.options_2 = {.type = 5,
                    .table = OptionsTable({{0, std::int64_t{1} << 40},
                                           {1, std::vector<std::int32_t>{1, -2, 3}},
                                           {2, std::string("name")},
                                           {3, std::vector<float>{0.25F}},
                                           {4, std::vector<std::int64_t>{-7}}})};
  TfliteOperator custom{.opcode_index = 1, .inputs = {6}, .outputs = {0}, .custom_options = bytes_of(5, 9)};
  main.operators = {conv, custom};
  TfliteSubgraph second = main;
  second.name = "";
  second.operators.clear();
  model.subgraphs = {main, second};
  return model;
}

std::string fault(const std::function<void()>& body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no fault";
}

void expect_same_graph(const TfliteSubgraph& a, const TfliteSubgraph& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.tensors, b.tensors);
  EXPECT_EQ(a.inputs, b.inputs);
  EXPECT_EQ(a.outputs, b.outputs);
  ASSERT_EQ(a.operators.size(), b.operators.size());
  for (std::size_t i = 0; i < a.operators.size(); ++i) {
    const TfliteOperator &x = a.operators[i], &y = b.operators[i];
    EXPECT_EQ(x.opcode_index, y.opcode_index);
    EXPECT_EQ(x.inputs, y.inputs);
    EXPECT_EQ(x.outputs, y.outputs);
    EXPECT_EQ(x.intermediates, y.intermediates);
    EXPECT_EQ(x.mutating_variable_inputs, y.mutating_variable_inputs);
    EXPECT_EQ(x.custom_options, y.custom_options);
    EXPECT_EQ(x.options.type, y.options.type);
    EXPECT_EQ(x.options_2.type, y.options_2.type);
  }
}

TEST(Tflite, ReadsWhatTensorFlowWrote) {
  const TfliteModel model = parse_tflite(golden());
  EXPECT_EQ(model.description, "MLIR Converted.");
  ASSERT_EQ(model.operator_codes.size(), 6U);
  EXPECT_EQ(model.operator_codes[0], (TfliteOperatorCode{.builtin_code = 3, .custom_code = "", .version = 3}));
  ASSERT_EQ(model.subgraphs.size(), 1U);
  const TfliteSubgraph& graph = model.subgraphs[0];
  ASSERT_EQ(graph.tensors.size(), 13U);
  EXPECT_EQ(graph.inputs, std::vector<std::int32_t>{0});
  EXPECT_EQ(graph.outputs, std::vector<std::int32_t>{12});
  const TfliteTensor& input = graph.tensors[0];
  EXPECT_EQ(input.name, "serving_default_keras_tensor:0");
  EXPECT_EQ(input.shape, (std::vector<std::int32_t>{1, 4, 4, 1}));
  EXPECT_EQ(input.shape_signature, (std::vector<std::int32_t>{-1, 4, 4, 1}));
  EXPECT_FALSE(input.data);
  const TfliteTensor& weights = graph.tensors[4];
  EXPECT_EQ(weights.type, kTfliteInt8);
  EXPECT_EQ(weights.data.size(), 24U);
  EXPECT_EQ(weights.quantization.scale.size(), 3U);
  EXPECT_FLOAT_EQ(weights.quantization.scale[0], 0.00463205F);
  EXPECT_EQ(graph.tensors[12].quantization.zero_point, std::vector<std::int64_t>{89});
  ASSERT_EQ(graph.operators.size(), 6U);
  EXPECT_EQ(graph.operators[5].inputs, (std::vector<std::int32_t>{11, 4, -1}));
  const TfliteOptions& conv = graph.operators[0].options;
  EXPECT_EQ(conv.type, 1);
  EXPECT_EQ(conv.table.i8(0, 9), 9);   // padding SAME is the schema's default, and not in the file
  EXPECT_EQ(conv.table.i32(1, 0), 2);  // stride_w
  EXPECT_EQ(conv.table.i8(3, 0), 1);   // activation RELU
  EXPECT_EQ(conv.table.i32(500, -4), -4);
}

TEST(Tflite, WritesWhatItReads) {
  const TfliteModel model = sample();
  const Bytes file = write_tflite(model);
  EXPECT_EQ(file, write_tflite(model));
  const TfliteModel again = parse_tflite(file);
  EXPECT_EQ(again.description, model.description);
  EXPECT_EQ(again.operator_codes, model.operator_codes);
  ASSERT_EQ(again.subgraphs.size(), 2U);
  expect_same_graph(again.subgraphs[0], model.subgraphs[0]);
  expect_same_graph(again.subgraphs[1], model.subgraphs[1]);
}

TEST(Tflite, OptionsReadTheSameMadeAndFromAFile) {
  const TfliteModel model = sample();
  const TfliteModel again = parse_tflite(write_tflite(model));
  for (const TfliteModel& each : {model, again}) {
    const OptionsTable& one = each.subgraphs[0].operators[0].options.table;
    EXPECT_EQ(one.i8(0, 0), 1);
    EXPECT_EQ(one.i32(1, 0), 2);
    EXPECT_EQ(one.i32(2, 0), -3);
    EXPECT_EQ(one.i32(3, 8), 8);
    EXPECT_TRUE(one.b8(6, false));
    EXPECT_EQ(one.f32(7, 0), 0.5F);
    EXPECT_TRUE(one.has(7));
    EXPECT_FALSE(one.has(3));
    EXPECT_TRUE(one.i32_vector(4).empty());
    const OptionsTable& two = each.subgraphs[0].operators[0].options_2.table;
    EXPECT_EQ(two.i64(0, 0), std::int64_t{1} << 40);
    EXPECT_EQ(two.i32_vector(1), (std::vector<std::int32_t>{1, -2, 3}));
    EXPECT_EQ(two.text(2), "name");
    EXPECT_EQ(two.f32_vector(3), std::vector<float>{0.25F});
    EXPECT_EQ(two.i64_vector(4), std::vector<std::int64_t>{-7});
    EXPECT_FALSE(each.subgraphs[0].operators[1].options.table.has(0));
  }
  EXPECT_THROW(model.subgraphs[0].operators[0].options.table.f32(1, 0), InternalError);
  EXPECT_THROW(write_tflite(again), InternalError);
}

TEST(Tflite, AlignsDataAndStoresEqualDataOnce) {
  TfliteModel model;
  model.subgraphs.resize(1);
  for (int i = 0; i < 20; ++i) {
    const auto value = static_cast<std::uint8_t>(i % 2);
    model.subgraphs[0].tensors.push_back({.type = kTfliteUint8, .shape = {999}, .data = bytes_of(999, value)});
  }
  const Bytes file = write_tflite(model);
  EXPECT_LT(file.size(), 3 * 999U);
  for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{1}}) {
    const Bytes data(999, value);
    const auto place = std::search(file.begin() + 8, file.end(), data.begin(), data.end());
    ASSERT_NE(place, file.end());
    if (value == 1) {
      EXPECT_EQ((place - file.begin()) % 16, 0);
    }
  }
  const TfliteModel again = parse_tflite(file);
  EXPECT_EQ(again.subgraphs[0].tensors, model.subgraphs[0].tensors);
  EXPECT_EQ(again.subgraphs[0].tensors[0].data.data(), again.subgraphs[0].tensors[2].data.data());
}

TEST(Tflite, DataOutlivesTheModel) {
  TfliteTensor weights;
  OptionsTable options;
  {
    const TfliteModel model = parse_tflite(write_tflite(sample()));
    weights = model.subgraphs[0].tensors[1];
    options = model.subgraphs[0].operators[0].options.table;
  }
  EXPECT_EQ(weights.data, bytes_of(6, 1));
  EXPECT_EQ(options.i32(1, 0), 2);
}

TEST(Tflite, AVectorHasOneDimensionWhateverTheFileSays) {
  TfliteModel model;
  model.subgraphs.resize(1);
  model.subgraphs[0].tensors.push_back(
      {.type = kTfliteInt32, .shape = {2}, .quantization = {.scale = {0.5F, 0.25F}, .quantized_dimension = 3}});
  const TfliteModel again = parse_tflite(write_tflite(model));
  EXPECT_EQ(quantized_dimension_of(again.subgraphs[0].tensors[0]), 0);
}

struct Fault {
  std::string message;
  std::function<void(TfliteModel&)> make;
};

TEST(Tflite, RefusesWithTheReason) {
  using Graph = TfliteSubgraph;
  const auto graph = [](const std::function<void(Graph&)>& make) {
    return [make](TfliteModel& model) { make(model.subgraphs[0]); };
  };
  const Fault faults[] = {
      {"the model has no subgraph", [](TfliteModel& model) { model.subgraphs.clear(); }},
      {"an operator code is -1", [](TfliteModel& model) { model.operator_codes[0].builtin_code = -1; }},
      {"a custom operator has no name", [](TfliteModel& model) { model.operator_codes[1].custom_code.clear(); }},
      {"subgraph 1: a model input names tensor 7, there are 7",
       [](TfliteModel& model) { model.subgraphs[1].inputs = {7}; }},
      {"tensor 0 'x': a dimension of its shape is -1; only static shapes are supported, export with fixed ones",
       graph([](Graph& g) { g.tensors[0].shape[1] = -1; })},
      {"tensor 0 'x': has more than 1073741824 elements", graph([](Graph& g) {
         g.tensors[0].shape = {1 << 30, 0, 2};
       })},
      {"tensor 0 'x': has 9 dimensions; at most 8 are supported",
       graph([](Graph& g) { g.tensors[0].shape.assign(9, 1); })},
      {"tensor 0 'x': shape_signature has 1 dimensions, shape has 4",
       graph([](Graph& g) { g.tensors[0].shape_signature = {1}; })},
      {"tensor 0 'x': type 77 is unknown", graph([](Graph& g) { g.tensors[0].type = 77; })},
      {"tensor 0 'x': type STRING is not supported", graph([](Graph& g) { g.tensors[0].type = kTfliteString; })},
      {"tensor 1 'w': its data has 6 bytes, its shape and type need 5",
       graph([](Graph& g) { g.tensors[1].shape = {5}; })},
      {"tensor 4 'nibbles': its data has 3 bytes, its shape and type need 4",
       graph([](Graph& g) { g.tensors[4].shape = {7}; })},
      {"tensor 1 'w': has 3 scales but 2 zero points",
       graph([](Graph& g) { g.tensors[1].quantization.zero_point.pop_back(); })},
      {"tensor 5 '': has 1 scales but 9 zero points", graph([](Graph& g) {
         g.tensors[5] = {.type = kTfliteInt64, .shape = {3}};
         g.tensors[5].quantization = {.scale = {1}, .zero_point = std::vector<std::int64_t>(9)};
       })},
      {"tensor 1 'w': a scale is -1; it must be positive",
       graph([](Graph& g) { g.tensors[1].quantization.scale[2] = -1; })},
      {"tensor 6 'y': a scale is 0; it must be positive",
       graph([](Graph& g) { g.tensors[6].quantization.scale[0] = 0; })},
      {"tensor 6 'y': a scale is inf; it must be positive",
       graph([](Graph& g) { g.tensors[6].quantization.scale[0] = std::numeric_limits<float>::infinity(); })},
      {"tensor 1 'w': zero point 128 does not fit INT8",
       graph([](Graph& g) { g.tensors[1].quantization.zero_point[1] = 128; })},
      {"tensor 6 'y': zero point -1 does not fit UINT8",
       graph([](Graph& g) { g.tensors[6].quantization.zero_point[0] = -1; })},
      {"tensor 1 'w': quantized dimension 4 of 4",
       graph([](Graph& g) { g.tensors[1].quantization.quantized_dimension = 4; })},
      {"tensor 1 'w': has 3 scales for the 2 channels of dimension 3",
       graph([](Graph& g) { g.tensors[1].quantization.quantized_dimension = 3; })},
      {"tensor 0 'a?b': type 77 is unknown",
       graph([](Graph& g) { g.tensors[0] = {.name = "a\nb", .type = 77, .shape = {}}; })},
      {"operator 0: its operator code is number 3, there are 3",
       graph([](Graph& g) { g.operators[0].opcode_index = 3; })},
      {"operator 0: an input names tensor 7, there are 7", graph([](Graph& g) { g.operators[0].inputs[0] = 7; })},
      {"operator 0: an input names tensor -2, there are 7", graph([](Graph& g) { g.operators[0].inputs[2] = -2; })},
      {"operator 1: an output names tensor -1, there are 7", graph([](Graph& g) { g.operators[1].outputs[0] = -1; })},
      {"operator 0: an intermediate names tensor 9, there are 7",
       graph([](Graph& g) { g.operators[0].intermediates = {9}; })},
      {"operator 1: has 1 inputs but 2 flags for mutating ones", graph([](Graph& g) {
         g.operators[1].mutating_variable_inputs = {true, true};
       })},
      {"a model output names tensor -1, there are 7", graph([](Graph& g) { g.outputs = {-1}; })},
  };
  for (const Fault& each : faults) {
    TfliteModel model = sample();
    each.make(model);
    EXPECT_EQ(fault([&] { check_tflite(model); }), each.message);
    EXPECT_THROW(write_tflite(model), InternalError);
  }
  EXPECT_EQ(fault([] { check_tflite(sample()); }), "no fault");
}

TEST(Tflite, RefusesOtherFiles) {
  EXPECT_EQ(fault([] { parse_tflite({}); }), "not a .tflite file: it does not have TFL3 at byte 4");
  EXPECT_EQ(fault([] { parse_tflite(Bytes(100, 7)); }), "not a .tflite file: it does not have TFL3 at byte 4");
  Bytes cut = golden();
  cut.resize(cut.size() / 2);
  EXPECT_EQ(fault([&] { parse_tflite(cut); }),
            "damaged .tflite file: an offset leads outside of it, or it has more than 200000 tables");
  EXPECT_TRUE(is_tflite(golden()));
  EXPECT_FALSE(is_tflite(as_bytes("TFL3TFL")));
}

/// A file whose one tensor, with `floats` minima, is listed `count` times.
Bytes repeated_tensor(std::size_t count, std::size_t floats) {
  using flatbuffers::FieldIndexToOffset;
  flatbuffers::FlatBufferBuilder builder;
  const auto table = [&](flatbuffers::voffset_t slot, auto value) {
    const auto start = builder.StartTable();
    builder.AddOffset(FieldIndexToOffset(slot), value);
    if (slot == 2) builder.AddElement<std::uint32_t>(FieldIndexToOffset(0), 3);  // the version, in the model
    return flatbuffers::Offset<void>(builder.EndTable(start));
  };
  const auto quantization = table(0, builder.CreateVector(std::vector<float>(floats)));
  const auto tensor = table(4, quantization);
  const auto graph = table(0, builder.CreateVector(std::vector<flatbuffers::Offset<void>>(count, tensor)));
  builder.Finish(table(2, builder.CreateVector(std::vector<flatbuffers::Offset<void>>{graph})), "TFL3");
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

TEST(Tflite, RefusesASmallFileThatUnfoldsToMuch) {
  EXPECT_EQ(parse_tflite(repeated_tensor(1000, 100)).subgraphs[0].tensors.size(), 1000U);
  EXPECT_EQ(fault([] { parse_tflite(repeated_tensor(50'000, 10'000)); }),
            "tensor 1600 '': the lists in the model take more than 64000000 bytes");
  EXPECT_EQ(fault([] { parse_tflite(repeated_tensor(300'000, 1)); }),
            "damaged .tflite file: an offset leads outside of it, or it has more than 200000 tables");
}

/// Reads all that a reader of the model might read.
void use(const TfliteModel& model) {
  for (const TfliteSubgraph& graph : model.subgraphs) {
    for (const TfliteOperator& op : graph.operators) {
      for (int slot = 0; slot < 12; ++slot) {
        const OptionsTable& table = op.options.table;
        fault([&] { table.b8(slot, false), table.i8(slot, 0), table.i32(slot, 0), table.i64(slot, 0); });
        fault([&] { table.i32_vector(slot); });
        fault([&] { table.f32_vector(slot), table.i64_vector(slot), table.text(slot); });
      }
    }
  }
}

/// parse_tflite must return or throw InputError; anything else ends the test.
void survive(Bytes file) {
  try {
    use(parse_tflite(std::move(file)));
  } catch (const InputError& error) {
    EXPECT_EQ(std::string_view(error.what()).find('\n'), std::string_view::npos);
  }
}

TEST(Tflite, SurvivesTruncation) {
  for (const Bytes& file : {golden(), write_tflite(sample())}) {
    for (std::size_t size = 0; size < file.size(); ++size) {
      survive(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)));
    }
  }
}

TEST(Tflite, SurvivesAnyByteChanged) {
  for (const Bytes& file : {golden(), write_tflite(sample())}) {
    for (std::size_t i = 0; i < file.size(); ++i) {
      for (const int flip : {0x01, 0x80, 0xff, 0x44}) {
        Bytes changed = file;
        changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
        survive(std::move(changed));
      }
    }
  }
}

}  // namespace
}  // namespace thimble
