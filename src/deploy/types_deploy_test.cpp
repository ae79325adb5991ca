// Kernels made for a CPU that compute with other types than bytes, on an emulated board that has it.
#include <gtest/gtest.h>

#include "base/subprocess.h"
#include "deploy/deploy.h"
#include "deploy/layers_testing.h"

namespace thimble {
namespace {

/// Rows of whole fours and others, padding, strides, pixels, channels, inputs and units left over.
Graph convolutions(Type type) {
  Layers layers(1, {1, 11, 9, 3}, 127, type);
  layers.convolve("CONV_2D", {8, 3, 3, 3}, 1, "SAME");
  layers.convolve("CONV_2D", {9, 3, 3, 8}, 2, "SAME", "NONE");
  layers.convolve("CONV_2D", {20, 1, 1, 9}, 1, "VALID");
  layers.convolve("CONV_2D", {5, 2, 2, 20}, 1, "VALID", "RELU6");
  layers.connect(33, 5 * 4 * 5);
  layers.connect(1, 33);
  layers.connect(6, 1);
  return layers.finish();
}

/// Windows of 1, 2, 4 and other numbers of vectors, 3 x 3 over rows of one and of more planes.
Graph vectors(Type type) {
  Layers layers(3, {1, 9, 8, 1}, 127, type);
  layers.convolve("CONV_2D", {8, 3, 3, 1}, 1, "SAME");
  layers.convolve("CONV_2D", {16, 3, 3, 8}, 1, "SAME", "NONE");
  layers.convolve("CONV_2D", {20, 3, 3, 16}, 1, "SAME", "RELU6");
  layers.convolve("CONV_2D", {8, 1, 1, 20}, 1, "VALID");
  layers.convolve("CONV_2D", {16, 1, 1, 8}, 1, "VALID");
  layers.convolve("CONV_2D", {32, 1, 1, 16}, 2, "SAME", "NONE");
  layers.convolve("CONV_2D", {11, 1, 1, 32}, 1, "VALID");
  return layers.finish();
}

/// A residual block, with elements left over.
Graph residual(Type type) {
  Layers layers(5, {1, 5, 5, 9}, 127, type);
  const TensorId input = layers.last();
  layers.convolve("CONV_2D", {9, 3, 3, 9}, 1, "SAME", "NONE");
  layers.add_to(input);
  return layers.finish();
}

/// Dense layers whose sums may pass 32 bits, with inputs and units left over.
Graph long_sums() {
  Layers layers(4, {1, 1500}, 127, Type::kInt16);
  layers.connect(21, 1500);
  layers.connect(9, 21);
  return layers.finish();
}

/// Filters of 3 x 3 that move by 1 and 2 over rows of even and odd widths, and others.
Graph depthwise(Type type) {
  Layers layers(2, {1, 13, 11, 7}, 127, type);
  layers.convolve("DEPTHWISE_CONV_2D", {1, 3, 3, 7}, 1, "SAME");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 3, 3, 7}, 1, "SAME", "NONE");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 3, 3, 7}, 2, "SAME");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 2, 4, 7}, 1, "SAME", "NONE");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 3, 3, 7}, 1, "VALID", "RELU6");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 2, 2, 7}, 2, "SAME");
  return layers.finish();
}

/// Floats with 8-bit weights: windows that the border cuts off, pixels, elements and units left over.
Graph hybrid() {
  Layers layers(3, {1, 9, 7, 3}, 127, Type::kFloat32, true);
  layers.convolve("CONV_2D", {8, 3, 3, 3}, 1, "SAME");
  layers.convolve("DEPTHWISE_CONV_2D", {1, 3, 3, 8}, 1, "SAME", "NONE");
  layers.convolve("CONV_2D", {5, 1, 1, 8}, 2, "SAME", "RELU6");
  layers.connect(7, 5 * 4 * 5);
  layers.connect(6, 7);
  return layers.finish();
}

class TypesOnBoards : public ::testing::TestWithParam<const char*> {};

void expect_equal_outputs(const std::string& name, const Graph& graph) {
  const Board& board = find_board(name);
  if (!find_program(std::string(board.tools) + "gcc") || !find_program(std::string(board.emulator))) {
    GTEST_SKIP() << "not installed: " << board.tools_packages << " or " << board.emulator_package;
  }
  for (const Optimize optimize : {Optimize::kSpeed, Optimize::kRam}) {
    const Deployment deployment = deploy(graph, optimize, lower_options_for(board));
    const TemporaryFolder folder;
    const Measurement measurement = measure(deployment, board, optimize, made_up_inputs(graph, 3), 3, folder.path());
    // Helium's vectors round a product and its sum at once.
    const bool is_float = graph.tensor(graph.inputs[0]).type == Type::kFloat32;
    EXPECT_TRUE(measurement.bits_equal || (is_float && board.mve)) << name;
    EXPECT_LT(measurement.largest_error, 1e-5f);
    EXPECT_EQ(measurement.firmware.warnings, "");
    for (const Step& step : deployment.executable->program) {
      const std::string& symbol = step.call.symbol;
      const auto ends = [&](const char* end) { return symbol.ends_with(end); };
      const bool is_made_for_it = board.mve && !is_float ? ends("_s16_mve")
                                  : board.lanes          ? ends("_s16_dsp") || ends("_s16_units")
                                                         : ends("_s16_dsp") || ends("_hybrid_dsp") || ends("_fpu");
      EXPECT_TRUE(is_made_for_it) << symbol;
    }
  }
}

class Int16OnBoards : public TypesOnBoards {};

TEST_P(Int16OnBoards, Convolutions) { expect_equal_outputs(GetParam(), convolutions(Type::kInt16)); }

TEST_P(Int16OnBoards, Vectors) { expect_equal_outputs(GetParam(), vectors(Type::kInt16)); }

TEST_P(TypesOnBoards, Float) { expect_equal_outputs(GetParam(), convolutions(Type::kFloat32)); }

TEST_P(Int16OnBoards, Residual) { expect_equal_outputs(GetParam(), residual(Type::kInt16)); }

TEST_P(Int16OnBoards, LongSums) { expect_equal_outputs(GetParam(), long_sums()); }

TEST_P(Int16OnBoards, Depthwise) { expect_equal_outputs(GetParam(), depthwise(Type::kInt16)); }

TEST_P(TypesOnBoards, Hybrid) { expect_equal_outputs(GetParam(), hybrid()); }

TEST_P(TypesOnBoards, FloatDepthwise) { expect_equal_outputs(GetParam(), depthwise(Type::kFloat32)); }

/// DSP instructions without a floating-point unit: floats are computed by the portable kernels.
TEST(DspWithoutFpu, ComputesFloatsWithTheLibrary) {
  Board board = find_board("m4");
  if (!find_program("arm-none-eabi-gcc") || !find_program(std::string(board.emulator))) {
    GTEST_SKIP() << "not installed: " << board.tools_packages << " or " << board.emulator_package;
  }
  board.fpu = false;
  board.cpu_flags = {"-mthumb", "-mcpu=cortex-m4", "-mfloat-abi=soft"};
  const Graph graph = convolutions(Type::kFloat32);
  const Deployment deployment = deploy(graph, Optimize::kSpeed, lower_options_for(board));
  for (const Step& step : deployment.executable->program) EXPECT_TRUE(step.call.symbol.ends_with("_f32"));
  const TemporaryFolder folder;
  const Measurement measurement =
      measure(deployment, board, Optimize::kSpeed, made_up_inputs(graph, 2), 2, folder.path());
  EXPECT_TRUE(measurement.bits_equal);
}

/// Targets get the kernels that their CPU has the instructions for: their package is compiled, and the stack known.
TEST(Targets, HaveTheKernelsForTheirCpu) {
  for (const char* name :
       {"cortex-m4+nofp", "cortex-m33", "cortex-m33+nofp", "cortex-m33+nodsp+nofp", "cortex-m55+nofp"}) {
    const Target& target = find_target(name);
    if (!find_program(target.compiler)) GTEST_SKIP() << "not installed: " << target.compiler;
    const auto package_of = [&](Type type) {
      Layers layers(1, {1, 5, 5, 3}, 127, type);
      layers.convolve("CONV_2D", {8, 3, 3, 3}, 1, "SAME");
      const auto executable =
          prepare_for_board(layers.finish(), Optimize::kSpeed, LowerOptions{.features = target.features});
      return generate_package(executable->graph, executable->program, executable->plan,
                              {.optimize = Optimize::kSpeed, .target = target});
    };
    EXPECT_EQ(package_of(Type::kFloat32).contains("kernels/conv_fpu.inc"), target.features.fpu) << name;
    const FileSet package = package_of(Type::kInt8);
    EXPECT_EQ(package.contains("kernels/conv_2d_mve_kernel.inc"), target.features.mve) << name;
    EXPECT_EQ(package.contains("kernels/conv_2d_dsp_kernel.inc"), !target.features.mve) << name;
    EXPECT_TRUE(stack_of(package, target, Optimize::kSpeed).has_value()) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, TypesOnBoards, ::testing::Values("m4", "m7", "m55"));
INSTANTIATE_TEST_SUITE_P(All, Int16OnBoards, ::testing::Values("m4", "m7", "m55", "m3", "m0", "rv32"));

}  // namespace
}  // namespace thimble
