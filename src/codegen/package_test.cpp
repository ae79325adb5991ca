// The generated C on the host: compiled with every compiler that is here, without a warning, and its self-test run.
#include "codegen/package.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/subprocess.h"
#include "codegen/c_text.h"
#include "ops/graph_builder.h"

namespace thimble {
namespace {

/// int8 or float: a padded convolution, pooling, another convolution, a reshape, three dense layers.
Graph network(Type type) {
  const bool is_float = type == Type::kFloat32;
  const Quantization activations = is_float ? Quantization{} : Quantization{{0.05f}, {-3}, 0};
  const Quantization weights = is_float ? Quantization{} : Quantization{{0.01f}, {0}, 0};
  GraphBuilder builder;
  const auto constant = [&](const Shape& shape) {
    const auto count = static_cast<std::size_t>(element_count(shape));
    std::vector<float> floats(count);
    std::vector<std::int8_t> bytes(count);
    for (std::size_t i = 0; i < count; ++i) {
      bytes[i] = static_cast<std::int8_t>(i * 37 % 251 - 125);
      floats[i] = static_cast<float>(bytes[i]) / 100.0f;
    }
    return is_float ? builder.constant(shape, floats) : builder.constant(shape, type, bytes, weights);
  };
  const TensorId input = builder.input({1, 8, 8, 2}, type, activations);
  const TensorId conv = builder.node("CONV_2D", {input, constant({4, 3, 3, 2})},
                                     {{"padding", std::string("SAME")},
                                      {"stride_h", std::int64_t{1}},
                                      {"stride_w", std::int64_t{1}},
                                      {"activation", std::string("RELU")}});
  if (!is_float) builder.quantize(conv, 0.1f, -128);
  const TensorId pool = builder.node("MAX_POOL_2D", {conv},
                                     {{"padding", std::string("VALID")},
                                      {"filter_h", std::int64_t{2}},
                                      {"filter_w", std::int64_t{2}},
                                      {"stride_h", std::int64_t{2}},
                                      {"stride_w", std::int64_t{2}},
                                      {"activation", std::string("NONE")}});
  if (!is_float) builder.quantize(pool, 0.1f, -128);
  const TensorId pointwise = builder.node("CONV_2D", {pool, constant({3, 1, 1, 4})},
                                          {{"padding", std::string("VALID")},
                                           {"stride_h", std::int64_t{1}},
                                           {"stride_w", std::int64_t{1}},
                                           {"activation", std::string("NONE")}});
  if (!is_float) builder.quantize(pointwise, 0.2f, 9);
  TensorId last = builder.node("RESHAPE", {pointwise, builder.constant<std::int32_t>({2}, Type::kInt32, {1, 48})});
  if (!is_float) builder.quantize(last, 0.2f, 9);
  int depth = 48;
  for (const int units : {5, 300, 7}) {
    last = builder.node("FULLY_CONNECTED", {last, constant({units, depth})},
                        {{"activation", std::string("NONE")}, {"keep_num_dims", false}});
    if (!is_float) builder.quantize(last, 0.5f, units % 9);
    depth = units;
  }
  return builder.finish({last});
}

FileSet package_of(const Graph& graph, Optimize optimize, const Features& features = {}) {
  const Program program = lower(graph, {.features = features});
  return generate_package(graph, program, make_plan(graph, program),
                          {.optimize = optimize, .target = find_target("host")});
}

/// Compiles all sources of the package at `folder` with its example into `folder`/example; returns what the compiler
/// said.
std::string compile(const std::string& compiler, const std::filesystem::path& folder) {
  std::vector<std::string> command = {compiler,  "-std=c99",  "-O1", "-Wall",
                                      "-Wextra", "-pedantic", "-o",  (folder / "example").string()};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".c") command.push_back(entry.path().string());
  }
  command.push_back("-lm");
  const auto done = run_process(command);
  EXPECT_EQ(done.exit_code, 0) << done.err;
  return done.err;
}

std::string example_output(const std::filesystem::path& folder) {
  return run_process({(folder / "example").string()}).out;
}

/// As --optimize and a limit on RAM make them: layers by rows.
FileSet package_by_rows(const Graph& graph, Optimize optimize) {
  const Program program = lower(graph);
  const Plan plan = make_plan(graph, program, {.by_rows = true});
  EXPECT_FALSE(plan.streams.empty());
  return generate_package(graph, program, plan, {.optimize = optimize, .target = find_target("host")});
}

class Package : public ::testing::TestWithParam<std::tuple<Type, Optimize, std::string>> {};

TEST_P(Package, CompilesWithoutWarningsAndPassesItsSelfTest) {
  const auto [type, optimize, compiler] = GetParam();
  if (!find_program(compiler)) GTEST_SKIP() << compiler << " is not installed";
  const TemporaryFolder folder;
  real_file_system().write_all(folder.path(), package_of(network(type), optimize));
  EXPECT_EQ(compile(compiler, folder.path()), "");
  EXPECT_NE(example_output(folder.path()).find("self-test: passed"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, Package,
                         ::testing::Combine(::testing::Values(Type::kInt8, Type::kFloat32),
                                            ::testing::Values(Optimize::kSize, Optimize::kSpeed),
                                            ::testing::Values("gcc", "clang")));

/// Enough convolutions by rows that they share a body.
Graph many_layers() {
  GraphBuilder builder;
  const std::vector<std::int8_t> filter(2 * 9 * 2, 21);
  TensorId last = builder.input({1, 12, 6, 2}, Type::kInt8, {{0.05f}, {-3}, 0});
  for (int i = 0; i < 5; ++i) {
    const TensorId before = last;
    last = builder.node("CONV_2D", {last, builder.constant({2, 3, 3, 2}, Type::kInt8, filter, {{0.01f}, {0}, 0})},
                        {{"padding", std::string(i % 2 == 0 ? "SAME" : "VALID")},
                         {"stride_h", std::int64_t{1}},
                         {"stride_w", std::int64_t{1}},
                         {"activation", std::string("NONE")}});
    builder.quantize(last, 0.1f, i);
    if (i % 2 == 1) continue;
    last = builder.node("ADD", {before, last}, {{"activation", std::string("NONE")}});
    builder.quantize(last, 0.1f, -i);
  }
  return builder.finish({last});
}

TEST(PackageByRows, ManyLayersShareABody) {
  const TemporaryFolder folder;
  const FileSet package = package_by_rows(many_layers(), Optimize::kSize);
  EXPECT_NE(package.at("model.c").find("conv_2d_s8_layer_2(1, input, output)"), std::string::npos);
  real_file_system().write_all(folder.path(), package);
  EXPECT_EQ(compile("gcc", folder.path()), "");
  EXPECT_NE(example_output(folder.path()).find("self-test: passed"), std::string::npos);
}

/// The self-test's inputs are constants, in memory that nothing can write to.
TEST(PackageWithCallersMemory, CompilesWithoutWarningsAndPassesItsSelfTest) {
  const CallerMemory all_ways[] = {{.inputs = true}, {.outputs = true}, {.inputs = true, .outputs = true}};
  int number = 0;

  for (const Graph& graph : {network(Type::kInt8), network(Type::kFloat32), many_layers()}) {
    for (const Optimize optimize : {Optimize::kSize, Optimize::kSpeed}) {
      for (const bool by_rows : {false, true}) {
        const CallerMemory caller = all_ways[number++ % 3];
        const Program program = lower(graph);
        const Plan plan = make_plan(graph, program, {.by_rows = by_rows, .caller = caller});
        const FileSet package =
            generate_package(graph, program, plan, {.optimize = optimize, .target = find_target("host")});
        EXPECT_EQ(package.at("model.h").find("model_input(int") == std::string::npos, caller.inputs);
        EXPECT_EQ(package.at("model.h").find("model_output(int") == std::string::npos, caller.outputs);
        const bool clang = by_rows && find_program("clang");
        const TemporaryFolder folder;
        real_file_system().write_all(folder.path(), package);
        EXPECT_EQ(compile(clang ? "clang" : "gcc", folder.path()), "");
        EXPECT_NE(example_output(folder.path()).find("self-test: passed"), std::string::npos);
      }
    }
  }
}

/// Nothing but a change of shape and a constant: the output is the input, where the caller has it, or its copy.
TEST(PackageWithCallersMemory, MayGiveTheInputBack) {
  GraphBuilder builder;
  const TensorId input = builder.input({1, 6}, Type::kFloat32);
  const TensorId last = builder.node("RESHAPE", {input, builder.constant<std::int32_t>({2}, Type::kInt32, {2, 3})});
  const TensorId constant = builder.constant<float>({3}, Type::kFloat32, {1.0f, 2.0f, 3.0f});
  const Graph graph = builder.finish({last, constant});
  const Program program = lower(graph);
  for (const bool outputs : {false, true}) {
    const Plan plan = make_plan(graph, program, {.caller = {.inputs = true, .outputs = outputs}});
    EXPECT_EQ(plan.arena_bytes, 0U);
    const TemporaryFolder folder;
    real_file_system().write_all(folder.path(),
                                 generate_package(graph, program, plan, {.target = find_target("host")}));
    EXPECT_EQ(compile("gcc", folder.path()), "");
    EXPECT_NE(example_output(folder.path()).find("self-test: passed"), std::string::npos);
  }
}

TEST(PackageByRows, CompilesWithoutWarningsAndPassesItsSelfTest) {
  for (const Optimize optimize : {Optimize::kSize, Optimize::kRam}) {
    const TemporaryFolder folder;
    real_file_system().write_all(folder.path(), package_by_rows(network(Type::kInt8), optimize));
    EXPECT_EQ(compile("gcc", folder.path()), "");
    EXPECT_NE(example_output(folder.path()).find("self-test: passed"), std::string::npos);
  }
}

TEST(PackageFeatures, KernelsForAnotherCpuCompileAndComputeTheSameHere) {
  for (const char* compiler : {"gcc", "clang"}) {
    if (!find_program(compiler)) continue;
    const TemporaryFolder folder;
    const FileSet package = package_of(network(Type::kInt8), Optimize::kSpeed, {.dsp = true});
    EXPECT_TRUE(package.contains("kernels/conv_2d_dsp_kernel.inc"));
    real_file_system().write_all(folder.path(), package);
    EXPECT_EQ(compile(compiler, folder.path()), "");
    EXPECT_NE(example_output(folder.path()).find("self-test: passed"), std::string::npos);
  }
}

TEST(PackageSelfTest, FailsWhenAWeightIsWrong) {
  const TemporaryFolder folder;
  FileSet package = package_of(network(Type::kInt8), Optimize::kSize);
  std::string& weights = package["weights.c"];
  const std::size_t first = weights.find("-125, ");
  ASSERT_NE(first, std::string::npos);
  weights.replace(first, 4, " 125");
  real_file_system().write_all(folder.path(), package);
  compile("gcc", folder.path());
  EXPECT_NE(example_output(folder.path()).find("self-test: FAILED"), std::string::npos);
}

TEST(PackageBuild, ItsMakefileMakesALibrary) {
  const TemporaryFolder folder;
  real_file_system().write_all(folder.path(), package_of(network(Type::kInt8), Optimize::kSize));
  const auto done = run_process({"make", "-C", folder.path().string()});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "libmodel.a"));
}

TEST(PackageBuild, EveryTargetHasBothOptimizations) {
  const Graph graph = network(Type::kInt8);
  const Program program = lower(graph);
  const Plan plan = make_plan(graph, program);
  for (const char* name : {"host", "wasm", "cortex-m4", "rv32imc", "avr"}) {
    SCOPED_TRACE(name);
    const auto makefile = [&](Optimize optimize) {
      return generate_package(graph, program, plan, {.optimize = optimize, .target = find_target(name)})["Makefile"];
    };
    EXPECT_NE(makefile(Optimize::kSize).find("-Os "), std::string::npos);
    EXPECT_EQ(makefile(Optimize::kSpeed).find("-Os "), std::string::npos);
  }
}

TEST(PackageBuild, RunsAsWebAssembly) {
  if (!find_program("emcc") || !find_program("node")) GTEST_SKIP() << "not installed: emscripten";
  const Graph graph = network(Type::kInt8);
  const Program program = lower(graph);
  const FileSet package = generate_package(graph, program, make_plan(graph, program),
                                           {.optimize = Optimize::kSpeed, .target = find_target("wasm")});
  const TemporaryFolder folder;
  real_file_system().write_all(folder.path(), package);
  ProcessOptions options;
  options.folder = folder.path();
  const auto made = run_process({"make"}, options);
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_EQ(made.err.find("warning"), std::string::npos) << made.err;
  const auto linked = run_process({"emcc", "main.c", "libmodel.a", "-sSINGLE_FILE=1", "-o", "example.js"}, options);
  ASSERT_EQ(linked.exit_code, 0) << linked.err;
  const auto done = run_process({"node", "example.js"}, options);
  EXPECT_EQ(done.out.substr(0, done.out.find('\n')), "self-test: passed") << done.err;
}

TEST(PackageStack, IsHeldAgainstTheUsersLimitWhenItIsCompiled) {
  const Graph graph = network(Type::kInt8);
  const Program program = lower(graph);
  PackageOptions options{Optimize::kSize, find_target("host")};
  options.stack = StackNote{300, "cc -Os"};
  const TemporaryFolder folder;
  real_file_system().write_all(folder.path(), generate_package(graph, program, make_plan(graph, program), options));
  const auto compiles = [&](const char* limit) {
    const std::string source = (folder.path() / "model.c").string();
    return run_process({"gcc", "-fsyntax-only", std::string("-DTHIMBLE_STACK_LIMIT=") + limit, source}).exit_code == 0;
  };
  EXPECT_TRUE(compiles("300"));
  EXPECT_FALSE(compiles("299"));
}

TEST(CText, IdentifiersAreUniqueAndValid) {
  Identifiers identifiers;
  EXPECT_EQ(identifiers.unique("sequential_1/conv2d_1/kernel;other"), "conv2d_1_kernel");
  EXPECT_EQ(identifiers.unique("a/conv2d_1/kernel"), "conv2d_1_kernel_2");
  EXPECT_EQ(identifiers.unique("3"), "t3");
}

TEST(CText, FloatsComeBackExactly) {
  for (const float value : {0.1f, 1.0f, -3.4028235e38f, 1e-45f, 123456789.0f}) {
    EXPECT_EQ(std::strtof(c_float(value).c_str(), nullptr), value) << c_float(value);
  }
  EXPECT_EQ(c_float(3.0f), "3.0f");
}

TEST(CText, CommentsCannotBeEnded) { EXPECT_EQ(c_comment("a*/b\"\n\\"), "a_/b___"); }

TEST(FindTarget, NamesThoseThereAre) {
  try {
    find_target("pdp11");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("cortex-m4"), std::string::npos);
  }
}

}  // namespace
}  // namespace thimble
