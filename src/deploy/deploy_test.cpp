// Kernels made for a CPU, on an emulated board that has it: all outputs equal the portable kernels' on the host.
#include "deploy/deploy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "base/subprocess.h"
#include "deploy/layer_costs.h"
#include "deploy/layers_testing.h"

namespace thimble {
namespace {

/// One channel, then a maximum: one kernel for both; a depthwise filter of 3 x 3, with channels left over; a dense
/// layer with inputs and units left over.
Graph image_network() {
  Layers layers(1, {1, 17, 14, 1});
  layers.convolve("CONV_2D", {7, 3, 3, 1}, 1, "SAME");
  layers.pool("MAX_POOL_2D", 2);
  layers.convolve("DEPTHWISE_CONV_2D", {1, 3, 3, 7}, 1, "SAME");
  layers.convolve("CONV_2D", {9, 1, 1, 7}, 1, "VALID");
  layers.connect(6, 8 * 7 * 9);
  return layers.finish();
}

/// A residual block, strides, other filters, pooling.
Graph residual_network() {
  Layers layers(2, {1, 12, 11, 3});
  layers.convolve("CONV_2D", {8, 3, 3, 3}, 1, "SAME");
  const TensorId first = layers.last();
  layers.convolve("CONV_2D", {8, 3, 3, 8}, 1, "SAME");
  layers.add_to(first);
  layers.convolve("DEPTHWISE_CONV_2D", {1, 4, 5, 8}, 2, "SAME");
  layers.convolve("CONV_2D", {20, 1, 1, 8}, 1, "SAME");
  layers.pool("MAX_POOL_2D", 2);
  layers.pool("AVERAGE_POOL_2D", 2);
  layers.connect(10, 20);
  return layers.finish();
}

/// Windows of 1, 2, 4, 5 and 9 vectors; channels and pixels left over; with and without an activation.
Graph vector_network() {
  Layers layers(3, {1, 9, 8, 1});
  layers.convolve("CONV_2D", {16, 3, 3, 1}, 1, "SAME");
  layers.convolve("CONV_2D", {20, 3, 3, 16}, 1, "SAME", "NONE");
  layers.convolve("CONV_2D", {32, 1, 1, 20}, 1, "VALID");
  layers.convolve("CONV_2D", {64, 1, 1, 32}, 2, "SAME", "NONE");
  layers.convolve("CONV_2D", {40, 1, 1, 64}, 1, "VALID");
  layers.convolve("CONV_2D", {18, 3, 3, 8 * 5}, 1, "SAME", "RELU_N1_TO_1");
  layers.connect(21, 5 * 4 * 18);
  layers.connect(9, 21);
  return layers.finish();
}

/// Depthwise filters in pairs of outputs and one by one, over rows of all widths; more channels than are computed at a
/// time.
Graph depthwise_network() {
  Layers layers(4, {1, 9, 7, 20});
  layers.convolve("DEPTHWISE_CONV_2D", {1, 3, 3, 20}, 1, "SAME");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 4, 4, 20}, 1, "SAME", "NONE");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 2, 3, 20}, 1, "SAME", "NONE");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 3, 3, 20}, 2, "SAME");
  layers.convolve("CONV_2D", {160, 1, 1, 20}, 1, "VALID");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 3, 3, 160}, 1, "SAME");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 2, 2, 160}, 1, "VALID");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 1, 1, 160}, 1, "VALID", "RELU6");
  layers.convolve("CONV_2D", {24, 3, 3, 160}, 1, "VALID", "NONE");
  return layers.finish();
}

/// Sums over many inputs: of a convolution, and of dense layers with few and many units.
Graph wide_network() {
  Layers layers(3, {1, 3, 3, 40});
  layers.convolve("CONV_2D", {11, 3, 3, 40}, 1, "SAME");
  layers.connect(33, 99);
  layers.connect(1, 33);
  layers.connect(16, 1);
  return layers.finish();
}

/// Images of one column, as sounds are: filters of up to and beyond a vector.
Graph sound_network() {
  Layers layers(3, {1, 40, 1, 20});
  layers.convolve("DEPTHWISE_CONV_2D", {1, 3, 1, 20}, 1, "VALID", "NONE");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 6, 1, 20}, 1, "SAME");
  layers.convolve("CONV_2D", {33, 1, 1, 20}, 1, "VALID");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 16, 1, 33}, 1, "VALID", "RELU6");
  return layers.finish();
}

/// Padding of its own, as models have that were made by other tools: above and left, on all sides, below and right.
Graph padded_network() {
  Layers layers(3, {1, 11, 12, 3});
  layers.pad({1, 0, 1, 0});
  layers.convolve("CONV_2D", {8, 3, 3, 3}, 2, "VALID");
  layers.pad({1, 1, 1, 1});
  layers.convolve("DEPTHWISE_CONV_2D", {1, 3, 3, 8}, 1, "VALID");
  layers.pad({0, 1, 0, 1});
  layers.convolve("DEPTHWISE_CONV_2D", {1, 3, 3, 8}, 2, "VALID", "NONE");
  layers.pad({2, 0, 2, 1});
  layers.convolve("CONV_2D", {16, 3, 3, 8}, 1, "VALID");
  return layers.finish();
}

class CpuBoards : public ::testing::TestWithParam<const char*> {};

TEST_P(CpuBoards, ComputeWhatThePortableKernelsCompute) {
  const Board& board = find_board(GetParam());
  if (!find_program(std::string(board.tools) + "gcc") || !find_program(std::string(board.emulator))) {
    GTEST_SKIP() << "not installed: " << board.tools_packages << " or " << board.emulator_package;
  }
  for (const Graph& graph : {image_network(), residual_network(), vector_network(), depthwise_network(), wide_network(),
                             sound_network(), padded_network()}) {
    constexpr std::size_t kInvocations = 3;
    const Optimize optimize = Optimize::kSpeed;
    const Deployment deployment = deploy(graph, optimize, lower_options_for(board));
    const TemporaryFolder folder;
    const Measurement measurement =
        measure(deployment, board, optimize, made_up_inputs(graph, kInvocations), kInvocations, folder.path());
    EXPECT_TRUE(measurement.bits_equal);
    EXPECT_EQ(measurement.firmware.warnings, "");
    const auto other = [](const Step& step) {
      const std::string& symbol = step.call.symbol;
      const auto ends = [&](const char* end) { return symbol.ends_with(end); };
      return std::ranges::none_of(std::array{"_dsp", "_mve", "_lanes", "_units"}, ends);
    };
    const Program& program = deployment.executable->program;
    EXPECT_EQ(std::count_if(program.begin(), program.end(), other), 0);
  }
}

/// Strides of a depthwise filter of 3 x 3, more output than input channels, and rows of an odd width.
Graph growing_network(int most_weight = 127, int units = 5) {
  Layers layers(3, {1, 14, 9, 2}, most_weight);
  layers.convolve("CONV_2D", {8, 3, 3, 2}, 1, "SAME");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 3, 3, 8}, 1, "SAME");
  layers.convolve("CONV_2D", {16, 1, 1, 8}, 1, "SAME");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 3, 3, 16}, 2, "SAME");
  layers.convolve("CONV_2D", {24, 1, 1, 16}, 1, "SAME");
  layers.connect(units, 24 * 7 * 5);
  return layers.finish();
}

TEST(MergedPads, RowByRow) {
  const Board& board = find_board("m4");
  if (!find_program(std::string(board.tools) + "gcc") || !find_program(std::string(board.emulator))) {
    GTEST_SKIP() << "not installed: " << board.tools_packages << " or " << board.emulator_package;
  }
  const Graph graph = padded_network();
  const Deployment deployment = deploy(graph, Optimize::kRam, lower_options_for(board));
  EXPECT_FALSE(deployment.executable->plan.streams.empty());
  const TemporaryFolder folder;
  const Measurement measurement =
      measure(deployment, board, Optimize::kRam, made_up_inputs(graph, 3), 3, folder.path());
  EXPECT_TRUE(measurement.bits_equal);
}

TEST(RamLimit, KeepsTheBitsOnTheBoard) {
  const Board& board = find_board("m4");
  if (!find_program(std::string(board.tools) + "gcc") || !find_program(std::string(board.emulator))) {
    GTEST_SKIP() << "not installed: " << board.tools_packages << " or " << board.emulator_package;
  }
  const Graph graph = growing_network();
  for (const Optimize optimize : {Optimize::kSpeed, Optimize::kSize}) {
    for (const std::size_t limit : {std::size_t{1600}, std::size_t{2400}}) {
      const TemporaryFolder folder;
      const Deployment deployment = deploy(graph, optimize, lower_options_for(board), {.ram = limit});
      const Measurement measurement = measure(deployment, board, optimize, made_up_inputs(graph, 2), 2, folder.path());
      EXPECT_TRUE(measurement.bits_equal) << limit;
      EXPECT_LE(measurement.firmware.ram_bytes, limit);
      EXPECT_EQ(measurement.firmware.warnings, "");
    }
  }
}

/// What the refusal of one byte says that it takes.
std::size_t least_ram(const Graph& graph, const Board& board, Optimize optimize) {
  try {
    deploy(graph, optimize, lower_options_for(board), {.ram = 1});
  } catch (const NotEnoughRam& error) {
    return error.least;
  }
  return 0;
}

TEST(RamLimit, TheLeastIsTheSameHoweverItIsOptimizedAndIsEnough) {
  for (const char* const name : {"m0", "m4", "m55"}) {
    const Board& board = find_board(name);
    const Graph graph = growing_network();
    const std::size_t least = least_ram(graph, board, Optimize::kSize);
    ASSERT_GT(least, 1U) << name;
    for (const Optimize optimize : {Optimize::kSize, Optimize::kSpeed, Optimize::kRam}) {
      EXPECT_EQ(least_ram(graph, board, optimize), least) << name;
      const Deployment deployment = deploy(graph, optimize, lower_options_for(board), {.ram = least});
      EXPECT_LE(deployment.executable->plan.arena_bytes, least) << name;
      if (!find_program(std::string(board.tools) + "gcc") || !find_program(std::string(board.emulator))) continue;
      const TemporaryFolder folder;
      const Measurement measurement = measure(deployment, board, optimize, made_up_inputs(graph, 2), 2, folder.path());
      EXPECT_TRUE(measurement.bits_equal) << name;
      EXPECT_EQ(measurement.firmware.warnings, "") << name;
    }
  }
}

TEST(InputOfCaller, KeepsTheBitsOnTheBoardInLessMemory) {
  const Board& board = find_board("m4");
  if (!find_program(std::string(board.tools) + "gcc") || !find_program(std::string(board.emulator))) {
    GTEST_SKIP() << "not installed: " << board.tools_packages << " or " << board.emulator_package;
  }
  Layers layers(3, {1, 16, 16, 4});
  layers.convolve("CONV_2D", {2, 3, 3, 4}, 2, "SAME");
  const Graph graph = layers.finish();
  const auto input_bytes = static_cast<std::uint32_t>(graph.tensor(graph.inputs[0]).bytes());
  // The output, which may lie over an input in the arena, and the pointer to the input, with padding.
  const auto own = static_cast<std::uint32_t>(graph.tensor(graph.outputs[0]).bytes()) + 8;
  for (const Optimize optimize : {Optimize::kSpeed, Optimize::kSize, Optimize::kRam}) {
    const auto measured_with = [&](CallerMemory caller) {
      const TemporaryFolder folder;
      return measure(deploy(graph, optimize, lower_options_for(board), {.caller = caller}), board, optimize,
                     made_up_inputs(graph, 2), 2, folder.path());
    };
    const Measurement in_arena = measured_with({}), of_caller = measured_with({.inputs = true});
    EXPECT_TRUE(of_caller.bits_equal);
    EXPECT_EQ(of_caller.firmware.warnings, "");
    EXPECT_GE(of_caller.firmware.board_ram_bytes, in_arena.firmware.board_ram_bytes + input_bytes);
    if (optimize == Optimize::kRam) {  // its first rows overlapped with the input
      EXPECT_LT(of_caller.firmware.ram_bytes, in_arena.firmware.ram_bytes);
    } else {
      EXPECT_LE(of_caller.firmware.ram_bytes + input_bytes, in_arena.firmware.ram_bytes + own);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, CpuBoards, ::testing::Values("m0", "m3", "m4", "m7", "m55", "rv32"));

/// What a board with that name measures of `graph`; none when its tools are not installed.
std::optional<Measurement> measured(const std::string& name, const Graph& graph, Optimize optimize,
                                    const std::filesystem::path& folder) {
  const Board& board = find_board(name);
  const bool emulator = board.emulator.empty() || find_program(std::string(board.emulator));
  if (!emulator || !find_program(std::string(board.tools) + "gcc")) return {};
  return measure(deploy(graph, optimize, lower_options_for(board)), board, optimize, made_up_inputs(graph, 1), 1,
                 folder);
}

class Boards : public ::testing::TestWithParam<const char*> {};

TEST_P(Boards, TheStackStaysWithinItsBound) {
  for (const Optimize optimize : {Optimize::kSpeed, Optimize::kRam, Optimize::kSize}) {
    const TemporaryFolder folder;
    const auto measurement = measured(GetParam(), image_network(), optimize, folder.path());
    if (!measurement) GTEST_SKIP() << "not installed";
    ASSERT_TRUE(measurement->firmware.stack_bound.has_value());
    EXPECT_LE(measurement->run.stack_bytes, *measurement->firmware.stack_bound);
    EXPECT_LE(*measurement->firmware.stack_bound, measurement->run.stack_bytes + 300) << "far from what is needed";
  }
}

TEST_P(Boards, LayersAndClassesMakeUpTheCount) {
  const Graph graph = image_network();
  const Board& board = find_board(GetParam());
  for (const Optimize optimize : {Optimize::kRam, Optimize::kSpeed, Optimize::kSize}) {
    const TemporaryFolder folder;
    const auto whole = measured(GetParam(), graph, optimize, folder.path());
    if (!whole) GTEST_SKIP() << "not installed";
    const LayerCosts costs =
        measure_layers(graph, board, optimize, lower_options_for(board), {}, made_up_inputs(graph, 1), whole->firmware);
    std::uint64_t sum = costs.between;
    std::size_t own_code = 0, shared_code = 0;
    for (const LayerCost& layer : costs.layers) {
      sum += layer.instructions;
      own_code += layer.code_bytes;
      EXPECT_GT(layer.instructions, static_cast<std::uint64_t>(layer.macs) / 2) << layer.op;
      EXPECT_GT(layer.code_bytes, 0U) << layer.op;
    }
    for (const SharedFunctions& shared : costs.shared_code) {
      shared_code += shared.bytes;
      EXPECT_GT(shared.layers.size(), 1U);
      EXPECT_FALSE(shared.names.empty());
    }
    EXPECT_NEAR(static_cast<double>(sum), static_cast<double>(whole->instructions), 0.15 * static_cast<double>(sum));
    EXPECT_EQ(own_code + shared_code + costs.other_code_bytes, whole->firmware.code_bytes);
    EXPECT_LT(costs.other_code_bytes, optimize == Optimize::kRam ? 2300U : 500U) << static_cast<int>(optimize);
  }
}

TEST_P(Boards, ClassesMakeUpTheCount) {
  const TemporaryFolder folder;
  const auto whole = measured(GetParam(), image_network(), Optimize::kRam, folder.path());
  if (!whole) GTEST_SKIP() << "not installed";
  const Board& board = find_board(GetParam());
  std::uint64_t classes = 0;
  for (const auto& [name, count] : whole->run.classes) {
    if (name != "loaded" && name != "stored" && name != "taken") classes += count;
  }
  EXPECT_EQ(classes, board.family == "arm" ? whole->instructions : 0);
}

/// By rows the dense layer, nearly all of the weights, takes its input row by row, and stays plain.
TEST(PackedWeights, StayPlainWhereThatIsSmaller) {
  Layers layers(5, {1, 20, 20, 1}, 40);
  layers.convolve("CONV_2D", {8, 3, 3, 1}, 1, "VALID");
  layers.connect(10, 18 * 18 * 8);
  const Graph graph = layers.finish();
  const Board& board = find_board("m4");
  for (const Optimize optimize : {Optimize::kSize, Optimize::kRam}) {
    LowerOptions options = lower_options_for(board);
    const std::size_t plain = constant_bytes(*prepare_for_board(graph, optimize, options));
    options.pack_weights = true;
    const auto packed = prepare_for_board(graph, optimize, options);
    EXPECT_LE(constant_bytes(*packed), plain);
    const bool is_packed = packed->program[0].call.symbol == "thimble_packed_conv_s8";
    EXPECT_EQ(is_packed, optimize == Optimize::kSize);
  }
}

/// 4-bit weights, whole and by rows, in whatever way they are unpacked; and a request that cannot be met.
TEST_P(Boards, PackedWeightsKeepTheBits) {
  const Board& board = find_board(GetParam());
  const bool emulator = board.emulator.empty() || find_program(std::string(board.emulator));
  if (!emulator || !find_program(std::string(board.tools) + "gcc")) GTEST_SKIP() << "not installed";
  const Graph graph = growing_network(7, 9);
  for (const Optimize optimize : {Optimize::kSize, Optimize::kSpeed, Optimize::kRam}) {
    if (board.avr && optimize != Optimize::kSize) continue;  // its emulator is slow
    LowerOptions options = lower_options_for(board);
    const Deployment plain = deploy(graph, optimize, options);
    EXPECT_FALSE(plain.package.contains("kernels/packed_bits.h"));
    options.pack_weights = true;
    for (const std::size_t ram : {std::size_t{6000}, std::size_t{2000}}) {
      const Deployment packed = deploy(graph, optimize, options, {.ram = ram});
      EXPECT_LE(packed.executable->plan.arena_bytes, ram);
      EXPECT_TRUE(ram < 6000 || packed.package.contains("kernels/packed_bits.h"));
      const bool unpacks = packed.package.contains("kernels/unpack.inc");
      EXPECT_TRUE(optimize == Optimize::kSpeed || !unpacks);
      EXPECT_TRUE(optimize != Optimize::kSpeed || ram < 6000 || board.avr || unpacks);
      const TemporaryFolder folder;
      const Measurement measurement = measure(packed, board, optimize, made_up_inputs(graph, 1), 1, folder.path());
      EXPECT_TRUE(measurement.bits_equal);
      EXPECT_EQ(measurement.firmware.warnings, "");
    }
    try {
      deploy(graph, optimize, options, {.ram = 100});
      FAIL() << "100 bytes are enough";
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find("100 bytes of RAM are not enough: it takes"), std::string::npos);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Boards, ::testing::Values("m0", "m4", "rv32", "avr"));

/// One channel only: every pixel is computed by the very same call.
Graph narrow_network() {
  Layers layers(3, {1, 11, 6, 1});
  layers.convolve("CONV_2D", {1, 2, 1, 1}, 2, "VALID");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 3, 2, 1}, 1, "SAME");
  layers.connect(1, 5 * 3);
  return layers.finish();
}

/// The weights stay in flash; all is read from where it lies.
TEST(AvrBoard, ComputesWhatThePortableKernelsCompute) {
  const Board& board = find_board("avr");
  if (!find_program("avr-gcc")) GTEST_SKIP() << "not installed: " << board.tools_packages;
  for (const Graph& graph : {image_network(), residual_network(), narrow_network()}) {
    for (const Optimize optimize : {Optimize::kSize, Optimize::kSpeed, Optimize::kRam}) {
      const Deployment deployment = deploy(graph, optimize, lower_options_for(board));
      const TemporaryFolder folder;
      const Measurement measurement = measure(deployment, board, optimize, made_up_inputs(graph, 2), 2, folder.path());
      EXPECT_TRUE(measurement.bits_equal);
      EXPECT_EQ(measurement.firmware.warnings, "");
      EXPECT_EQ(measurement.firmware.contents.section_bytes(".weights_data"), 0U);
      EXPECT_LT(measurement.instructions, measurement.run.cycles[0]);
      EXPECT_LE(measurement.run.stack_bytes, measurement.firmware.stack_bound.value_or(0));
    }
  }
}

/// Its C library lacks erfcf, expm1f and rintf (kernel/float_math.h).
TEST(AvrBoard, HasTheFunctionsThatItsLibraryLacks) {
  const Board& board = find_board("avr");
  if (!find_program("avr-gcc")) GTEST_SKIP() << "not installed: " << board.tools_packages;
  std::vector<float> values;
  for (int i = -24; i <= 24; ++i) values.push_back(static_cast<float>(i) / 4.0f);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());
  const Bytes input(bytes, bytes + values.size() * sizeof(float));
  GraphBuilder builder;
  const TensorId x = builder.input({1, static_cast<int>(values.size())}, Type::kFloat32);
  const TensorId gelu = builder.node("GELU", {x}, {{"approximate", false}});
  const TensorId elu = builder.node("ELU", {x}), round = builder.node("ROUND", {x});
  const Graph graph = builder.finish({gelu, elu, round});
  const TemporaryFolder folder;
  const Optimize optimize = Optimize::kSize;
  const Measurement measurement =
      measure(deploy(graph, optimize, lower_options_for(board)), board, optimize, {input}, 1, folder.path());
  EXPECT_LE(measurement.largest_error, 1e-6f);
  EXPECT_EQ(measurement.firmware.warnings, "");
}

}  // namespace
}  // namespace thimble
