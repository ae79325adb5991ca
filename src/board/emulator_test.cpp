#include "board/emulator.h"

#include <cstdlib>
#include <cstring>
#include <functional>

#include "base/error.h"
#include "board/toy_package.h"

namespace thimble {
namespace {

using namespace std::chrono_literals;
class EmulatorTest : public OnBoard {};    // on one board of each kind
class EveryBoardTest : public OnBoard {};  // what tells whether a board works at all

constexpr std::size_t kInvocations = 3;

/// Invocation k: the image is k, k+1, ..., the bias is 1000 k.
std::vector<Bytes> toy_inputs(std::size_t invocations) {
  std::vector<Bytes> inputs(2);
  for (std::size_t k = 0; k < invocations; ++k) {
    for (std::size_t i = 0; i < 16; ++i) inputs[0].push_back(static_cast<std::uint8_t>(k + i));
    const std::uint32_t bias = static_cast<std::uint32_t>(1000 * k);
    for (int shift = 0; shift < 32; shift += 8) inputs[1].push_back(static_cast<std::uint8_t>(bias >> shift));
  }
  return inputs;
}

BoardRun run(const Board& board, const Toy& toy, const std::filesystem::path& folder, const RunOptions& options = {}) {
  return run_on_board(build_firmware(board, toy_package(toy), {}, folder), toy_inputs(kInvocations), kInvocations,
                      options);
}

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const InputError& error) {
    return std::string("input: ") + error.what();
  } catch (const InternalError& error) {
    return std::string("internal: ") + error.what();
  }
  return "nothing was thrown";
}

std::uint64_t instructions_of(const BoardRun& run, const std::string& function) {
  for (const FunctionCount& count : run.functions) {
    if (count.name == function) return count.instructions;
  }
  return 0;
}

TEST_P(EveryBoardTest, OutputsAreRightAndStateIsClearedBeforeEachInvocation) {
  const BoardRun result = run(board(), {.stack = 100}, folder());
  ASSERT_EQ(result.outputs.size(), 2U);
  ASSERT_EQ(result.outputs[0].size(), kInvocations * 12);
  ASSERT_EQ(result.outputs[1].size(), kInvocations * 3);
  for (std::size_t k = 0; k < kInvocations; ++k) {
    int sum = static_cast<int>(1000 * k);
    for (int i = 0; i < 16; ++i) sum += (static_cast<int>(k) + i) * (i + 1);
    std::int32_t sums[3];
    std::memcpy(sums, result.outputs[0].data() + 12 * k, 12);
    EXPECT_EQ(sums[0], sum);
    EXPECT_EQ(sums[1], static_cast<int>(100 * k));
    EXPECT_EQ(sums[2], 1);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(result.outputs[1][3 * k + i], k + 2 * i);
  }
}

TEST_P(EmulatorTest, VariablesStartWithTheirValues) {
  const BoardRun result = run(board(), {.data = 3}, folder());
  EXPECT_EQ(result.outputs[0][8], 1);
}

TEST_P(EveryBoardTest, FloatsAreComputedWithTheLibraryAndTheFpuWhenThereIsOne) {
  const BoardRun result = run(board(), {.more = "#define TOY_FLOAT"}, folder());
  EXPECT_EQ(result.outputs[0][8] + 256 * result.outputs[0][9], 2718);
  const bool has_fpu = board().name != "m0" && board().name != "m3" && board().name != "rv32" && !board().avr;
  EXPECT_EQ(instructions_of(result, "__aeabi_fmul") == 0 && instructions_of(result, "__mulsf3") == 0, has_fpu);
}

TEST_P(EveryBoardTest, InstructionsAreCountedToTheLastOne) {
  const BoardRun once = run(board(), {.loop = 4096}, folder());
  const BoardRun longer = run(board(), {.loop = 8192}, folder());
  ASSERT_EQ(once.instructions.size(), kInvocations);
  const std::uint64_t around = board().avr ? 3 : 2;
  EXPECT_EQ(instructions_of(once, "toy_spin"), kInvocations * (around + 2 * 4096));
  for (std::size_t k = 0; k < kInvocations; ++k) EXPECT_EQ(longer.instructions[k], once.instructions[k] + 2 * 4096);
  std::uint64_t by_invocation = 0, by_function = 0;
  for (const std::uint64_t count : once.instructions) by_invocation += count;
  for (const FunctionCount& count : once.functions) by_function += count.instructions;
  EXPECT_EQ(by_invocation, by_function);
  for (const FunctionCount& count : once.functions) {
    const bool of_library = board().avr && count.name.starts_with("_");  // it has no instructions for 32 bits
    EXPECT_TRUE(count.name.starts_with("toy_") || count.name == "model_invoke" || of_library) << count.name;
  }
}

TEST_P(EmulatorTest, NothingButTheModelIsCounted) {
  FileSet package = toy_package({});
  const std::string body = "void model_invoke(void) {",
                    renamed = "void model_invoke_body(void);\nvoid model_invoke_body(void) {";
  std::string& model = package["model.c"];
  model.replace(model.find(body), body.size(), renamed);
  package["bare.c"] =
      "__asm(\".pushsection .text.model_invoke, \\\"ax\\\"\\n.balign 4\\n.global model_invoke\\n\"\n"
      "#if defined(__arm__)\n"
      "\".thumb_func\\n.type model_invoke, %function\\nmodel_invoke: nop\\n nop\\n bx lr\\n\"\n"
      "#else\n"
      "\".type model_invoke, @function\\nmodel_invoke: nop\\n nop\\n ret\\n\"\n"
      "#endif\n"
      "\".popsection\\n\");\n";
  const Firmware firmware = build_firmware(board(), package, {}, folder());
  const BoardRun result = run_on_board(firmware, toy_inputs(2), 2);
  EXPECT_EQ(result.instructions, (std::vector<std::uint64_t>{3, 3}));
  EXPECT_EQ(result.stack_bytes, board().avr ? 3U : 0U) << "a call pushes the return address on AVR";
}

TEST_P(EmulatorTest, TheCountRepeats) {
  const Firmware firmware = build_firmware(board(), toy_package({}), {}, folder());
  const BoardRun first = run_on_board(firmware, toy_inputs(kInvocations), kInvocations);
  const BoardRun second = run_on_board(firmware, toy_inputs(kInvocations), kInvocations);
  EXPECT_EQ(first.instructions, second.instructions);
  EXPECT_EQ(first.instructions[0], first.instructions[2]);
}

TEST_P(EmulatorTest, WithoutCountingTheOutputsAreTheSame) {
  RunOptions options;
  options.count_instructions = false;
  const BoardRun plain = run(board(), {}, folder(), options), counted = run(board(), {}, folder());
  EXPECT_TRUE(plain.instructions.empty());
  EXPECT_EQ(plain.outputs, counted.outputs);
  EXPECT_EQ(plain.stack_bytes, counted.stack_bytes);
}

TEST_P(EmulatorTest, StackIsThatOfTheModel) {
  const BoardRun small = run(board(), {.stack = 512}, folder());
  const BoardRun large = run(board(), {.stack = 2048}, folder());
  EXPECT_EQ(large.stack_bytes, small.stack_bytes + 1536);
  EXPECT_GE(small.stack_bytes, 512U);
  EXPECT_LE(small.stack_bytes, 512U + 64);
}

TEST_P(EmulatorTest, TooLittleStackIsToldWithNumbers) {
  const int arena = static_cast<int>(board().ram_bytes) - 1024;
  const std::string message = error_of([&] { run(board(), {.stack = 4096, .arena = arena}, folder()); });
  EXPECT_TRUE(message.starts_with("input: ")) << message;
  EXPECT_NE(message.find("its stack needs more than the "), std::string::npos) << message;
  EXPECT_NE(message.find(fmt::format("left of {} bytes of RAM", board().ram_bytes)), std::string::npos) << message;
}

TEST_P(EveryBoardTest, AFaultEndsTheRunAndNamesTheFunction) {
  const auto begin = std::chrono::steady_clock::now();
  const std::string message = error_of([&] { run(board(), {.more = "#define TOY_FAULT"}, folder()); });
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
  EXPECT_TRUE(message.starts_with(fmt::format("internal: board {}: fault in toy_fault()", board().name))) << message;
}

TEST_P(EmulatorTest, AHangEndsByItsTime) {
  RunOptions options;
  options.timeout = 500ms;
  const std::string message = error_of([&] { run(board(), {.more = "#define TOY_HANG"}, folder(), options); });
  EXPECT_EQ(message, fmt::format("internal: board {}: the firmware did not end within 500 ms", board().name));
}

TEST_P(EmulatorTest, InputsOfAnotherSizeAreRejected) {
  const Firmware firmware = build_firmware(board(), toy_package({}), {}, folder());
  EXPECT_EQ(error_of([&] { run_on_board(firmware, toy_inputs(3), 2); }),
            fmt::format("input: the inputs for board {} hold 3 invocations, not 2", board().name));
  std::vector<Bytes> inputs = toy_inputs(2);
  inputs[1].pop_back();
  EXPECT_EQ(error_of([&] { run_on_board(firmware, inputs, 2); }),
            fmt::format("input: the inputs for board {} do not end with a whole invocation", board().name));
}

TEST_P(EmulatorTest, GdbStopsInTheModel) {
  if (board().avr) GTEST_SKIP() << "no debugger";
  if (!find_program("gdb-multiarch")) GTEST_SKIP() << "not installed: gdb-multiarch";
  const Firmware firmware = build_firmware(board(), toy_package({}), {}, folder());
  real_file_system().write(folder() / "input00", toy_inputs(1)[0]);
  real_file_system().write(folder() / "input01", toy_inputs(1)[1]);
  std::string command = gdb_command(board(), firmware.elf);
  ASSERT_TRUE(command.starts_with("gdb-multiarch "));
  command.insert(14, "-batch ");
  ProcessOptions options;
  options.folder = folder();
  options.timeout = 30s;
  const ProcessResult result =
      run_process({"sh", "-c", command + " -ex 'print invocations' -ex backtrace -ex kill"}, options);
  EXPECT_FALSE(result.timed_out);
  EXPECT_NE(result.out.find("Breakpoint 1, model_invoke () at package/model.c:"), std::string::npos)
      << result.out << result.err;
  EXPECT_NE(result.out.find("$1 = 0"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find(" in main () at board/harness.c:"), std::string::npos) << result.out;
}

TEST_P(EveryBoardTest, TheDemoTellsAllInWords) {
  FirmwareOptions options;
  options.app = App::kDemo;
  for (const Bytes& input : toy_inputs(1))
    options.demo_input.insert(options.demo_input.end(), input.begin(), input.end());
  const Firmware firmware = build_firmware(board(), toy_package({.arena = 300, .weights = 77}), options, folder());
  const std::string text = run_demo(firmware);
  for (const std::string& line :
       {std::string(board().title),
        std::string("Input  \"image\": 1x4x4x1 int8, scale 0.50000000, zero point -128, 16 bytes\n"),
        std::string("Input  \"bias\": 1 int32, 4 bytes\n"), std::string("Output \"sums\": 1x3 int32, 12 bytes\n"),
        std::string("Output \"scores\": 3 int8, scale 0.25000000, zero point 1, 3 bytes\n"),
        std::string("weights                       77 bytes\n"), std::string("in, out)  300 bytes\n"),
        fmt::format("data of the model  {} bytes\n", firmware.ram_bytes),
        std::string("  ....::\n::--====\n++++**##\n##%%%%@@\n"), std::string("Predicted class: 0, score 1360.000\n"),
        std::string("> 0   1360.000\n  1   0.000\n  2   1.000\n")}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "is not in\n" << text;
  }
}

TEST_P(EmulatorTest, ADemoInputOfAnotherSizeIsRejected) {
  FirmwareOptions options;
  options.app = App::kDemo;
  options.demo_input = Bytes(3);
  const Firmware firmware = build_firmware(board(), toy_package({}), options, folder());
  EXPECT_TRUE(error_of([&] { run_demo(firmware); }).starts_with("input: "));
}

TEST(Emulator, AMissingEmulatorNamesItsPackage) {
  TemporaryFolder empty;
  Firmware firmware;
  firmware.board = &find_board("rv32");
  firmware.elf = empty.path() / "firmware.elf";
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", empty.path().c_str(), 1);
  RunOptions options;
  options.count_instructions = false;
  const std::string message = error_of([&] { run_on_board(firmware, {}, 1, options); });
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(message, "input: qemu-system-riscv32: is not installed; install it with: apt install qemu-system-misc");
}

std::string name_of(const testing::TestParamInfo<std::string>& info) { return info.param; }

INSTANTIATE_TEST_SUITE_P(Boards, EmulatorTest, testing::Values("m0", "m4", "rv32", "avr"), name_of);
INSTANTIATE_TEST_SUITE_P(Boards, EveryBoardTest, testing::ValuesIn(board_names()), name_of);

}  // namespace
}  // namespace thimble
