#include "board/emulator.h"

#include <algorithm>
#include <csignal>
#include <map>
#include <sstream>

#include "base/embedded.h"
#include "base/error.h"
#include "base/subprocess.h"

namespace thimble {

std::span<const EmbeddedFile> board_plugin();  // files.cmake: plugin/count.c, compiled
std::span<const EmbeddedFile> avr_runner();    // files.cmake: plugin/avr_run.c, compiled; none without simavr

namespace {
namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

// device/board.h: how firmware ends.
enum ExitCode { kExitDone = 0, kExitFile = 10, kExitStack = 11, kExitFault = 12, kExitInput = 13 };

Strings qemu_command(const Board& board, const fs::path& elf) {
  Strings command = {std::string(board.emulator)};
  command.insert(command.end(), board.emulator_arguments.begin(), board.emulator_arguments.end());
  for (const char* word : {"-display", "none", "-monitor", "none", "-nic", "none", "-semihosting-config",
                           "enable=on,target=native", "-kernel"}) {
    command.emplace_back(word);
  }
  command.push_back(fs::absolute(elf).string());
  return command;
}

std::string numbered(std::string_view stem, std::size_t number) { return fmt::format("{}{:02}", stem, number); }

std::vector<std::uint32_t> read_words(const fs::path& path, std::size_t count) {
  const Bytes bytes = real_file_system().read(path);
  ensure(bytes.size() == 4 * count, "the board wrote {} bytes to '{}', not {}", bytes.size(), path.filename().string(),
         4 * count);
  std::vector<std::uint32_t> words(count);
  for (std::size_t i = 0; i < bytes.size(); ++i) words[i / 4] |= std::uint32_t{bytes[i]} << (8 * (i % 4));
  return words;
}

[[noreturn]] void report_fault(const Firmware& firmware, const fs::path& folder) {
  const std::vector<std::uint32_t> words = read_words(folder / "fault", 4);
  const std::string function = firmware.contents.function_at(words[0]);
  throw InternalError(fmt::format("board {}: fault in {} at {:#x}, called from {:#x} (status {:#x}, address {:#x})",
                                  firmware.board->name, function.empty() ? "no known function" : function + "()",
                                  words[0], words[1] & ~1U, words[2], words[3]));
}

[[noreturn]] void report_stack(const Firmware& firmware) {
  const Board& board = *firmware.board;
  const std::uint32_t limit = firmware.contents.symbol("stack_limit");
  input_error(
      "the model does not fit board {}: its stack needs more than the {} bytes that are left of {} bytes of RAM; "
      "choose a smaller model or a larger board",
      board.name, board.ram_origin + board.ram_bytes - limit, board.ram_bytes);
}

/// Throws what `result`, of a run in `folder`, has to say, unless it is a good end.
void check_end(const Firmware& firmware, const ProcessResult& result, const fs::path& folder,
               const RunOptions& options) {
  const std::string_view name = firmware.board->name;
  ensure(!result.timed_out, "board {}: the firmware did not end within {} ms", name, options.timeout.count());
  ensure(!result.too_much, "board {}: the firmware prints without end", name);
  if (result.exit_code == kExitFault) report_fault(firmware, folder);
  if (result.exit_code == kExitStack) report_stack(firmware);
  require(result.exit_code != kExitInput, "the inputs for board {} do not end with a whole invocation", name);
  ensure(result.exit_code != kExitFile, "board {}: the firmware could not read or write its files", name);
  ensure(result.exit_code == kExitDone, "board {}: the emulator ended with code {}, signal {}: {}", name,
         result.exit_code, result.signal, result.err.substr(0, result.err.find('\n')));
}

/// Puts the table of functions into `folder`.
void write_symbols(const Firmware& firmware, const fs::path& folder) {
  std::string symbols;
  for (const ElfFunction& function : firmware.contents.functions) {
    symbols += fmt::format("{:x} {:x} {}\n", function.address, function.size, function.name);
  }
  if (firmware.board->avr) symbols += fmt::format("{:x} 0 =stack_limit\n", firmware.contents.symbol("stack_limit"));
  real_file_system().write(folder / "symbols", symbols);
}

/// The command that starts QEMU, with the plugin when it is to count.
Strings prepare_qemu(const Firmware& firmware, const fs::path& folder, bool counting) {
  Strings command = qemu_command(*firmware.board, firmware.elf);
  require(find_program(command[0]).has_value(), "{}: is not installed; install it with: apt install {}", command[0],
          firmware.board->emulator_package);
  command.insert(command.end(), {"-serial", "stdio"});
  if (!counting) return command;
  write_symbols(firmware, folder);
  real_file_system().write(folder / "count.so", board_plugin().front().contents);
  std::string plugin = "./count.so,symbols=symbols,counts=counts";
  if (firmware.board->family == "arm") plugin += ",thumb=1";
  if (firmware.marked_layers > 0) plugin += fmt::format(",layers={:#x}", firmware.contents.symbol("bench_layers"));
  command.insert(command.end(), {"-plugin", plugin});
  return command;
}

/// The command that starts plugin/avr_run.c.
Strings prepare_avr(const Firmware& firmware, const fs::path& folder, bool counting) {
  require(!avr_runner().empty(), "this thimble was built without simavr; apt install {}, configure and build it again",
          firmware.board->emulator_package);
  write_symbols(firmware, folder);
  const fs::path runner = folder / "avr_run";
  real_file_system().write(runner, avr_runner().front().contents);
  fs::permissions(runner, fs::perms::owner_all);
  Strings command = {runner.string(), firmware.board->emulator_arguments[0], fs::absolute(firmware.elf).string(),
                     "symbols"};
  if (counting) command.emplace_back("counts");
  return command;
}

/// Runs the firmware in `folder` and waits for a good end.
ProcessResult emulate(const Firmware& firmware, const fs::path& folder, bool counting, const RunOptions& options) {
  const Strings command = (firmware.board->avr ? prepare_avr : prepare_qemu)(firmware, folder, counting);
  ProcessOptions process;
  process.folder = folder;
  process.timeout = options.timeout;
  ProcessResult result = run_process(command, process);
  check_end(firmware, result, folder, options);
  return result;
}

/// Reads what the plugin wrote (plugin/count.c).
void read_counts(const fs::path& path, std::size_t invocations, BoardRun& run) {
  const Bytes bytes = real_file_system().read(path);
  std::istringstream lines{std::string(as_text(bytes))};
  std::map<std::string, std::uint64_t> functions;  // static functions of one name are summed
  std::string kind, name;
  while (lines >> kind && kind != "end") {
    std::uint64_t count = 0;
    lines >> count;
    if (kind == "invocation") run.instructions.push_back(count);
    if (kind == "cycles") run.cycles.push_back(count);
    if (kind == "class" && lines >> name) run.classes[name] = count;
    if (kind == "layer" && lines >> name) run.layers[std::stoi(name)] = count;
    if (kind == "function" && lines >> name) functions[name] += count;
  }
  ensure(kind == "end" && run.instructions.size() == invocations, "the plugin counted {} of {} invocations",
         run.instructions.size(), invocations);
  for (const auto& [function, count] : functions) run.functions.push_back({function, count});
  std::stable_sort(run.functions.begin(), run.functions.end(),
                   [](const FunctionCount& a, const FunctionCount& b) { return a.instructions > b.instructions; });
}

std::vector<Bytes> read_outputs(const fs::path& folder) {
  std::vector<Bytes> outputs;
  for (std::size_t i = 0; real_file_system().is_file(folder / numbered("output", i)); ++i) {
    outputs.push_back(real_file_system().read(folder / numbered("output", i)));
  }
  return outputs;
}

/// `word` for a shell: in quotes when it has a character that could mean something there.
std::string in_quotes(const std::string& word) {
  const char* const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+";
  return word.find_first_not_of(plain) == std::string::npos ? word : '"' + word + '"';
}

}  // namespace

BoardRun run_on_board(const Firmware& firmware, const std::vector<Bytes>& inputs, std::size_t invocations,
                      const RunOptions& options) {
  ensure(firmware.app == App::kHarness, "run_on_board: the firmware is no harness");
  const TemporaryFolder folder;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    real_file_system().write(folder.path() / numbered("input", i), inputs[i]);
  BoardRun run;
  run.console = emulate(firmware, folder.path(), options.count_instructions, options).out;
  const std::vector<std::uint32_t> report = read_words(folder.path() / "report", 3);
  require(report[0] == invocations, "the inputs for board {} hold {} invocations, not {}", firmware.board->name,
          report[0], invocations);
  run.stack_bytes = report[1];
  run.stack_room = report[2];
  run.outputs = read_outputs(folder.path());
  if (options.count_instructions) read_counts(folder.path() / "counts", invocations, run);
  return run;
}

std::string run_demo(const Firmware& firmware, const RunOptions& options) {
  ensure(firmware.app == App::kDemo, "run_demo: the firmware is no demo");
  const TemporaryFolder folder;
  return emulate(firmware, folder.path(), false, options).out;
}

std::string gdb_command(const Board& board, const fs::path& elf) {
  if (board.avr) return "";
  std::string emulator;
  for (const std::string& word : qemu_command(board, elf)) emulator += in_quotes(word) + " ";
  return fmt::format(
      "gdb-multiarch -q -ex 'target remote | exec {}-serial null -S -gdb stdio' -ex 'break model_invoke' "
      "-ex continue {}",
      emulator, in_quotes(fs::absolute(elf).string()));
}

}  // namespace thimble
