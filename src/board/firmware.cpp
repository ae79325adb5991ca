#include "board/firmware.h"

#include <algorithm>

#include "base/embedded.h"
#include "base/error.h"
#include "base/subprocess.h"
#include "board/stack_bound.h"

namespace thimble {

std::span<const EmbeddedFile> board_device_files();  // src/CMakeLists.txt: all of device/

namespace {
namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

constexpr std::uint32_t kMostProgmem = 65536;  // what LPM reaches

void append(Strings& to, const Strings& more) { to.insert(to.end(), more.begin(), more.end()); }

std::string compiler(const Board& board) { return std::string(board.tools) + "gcc"; }

void require_tool(const Board& board, bool found, std::string_view what) {
  require(found, "{}: is not installed; install it with: apt install {}", what, board.tools_packages);
}

/// The first line with "error:", "Error:" or "undefined" in what a tool said, or else its first line.
std::string first_error(const std::string& text) {
  std::string first;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    const bool telling = line.find("rror:") != std::string::npos || line.find("undefined") != std::string::npos;
    if (telling && line.find("collect2") == std::string::npos) return line;
    if (first.empty()) first = line;
    begin = end + 1;
  }
  return first;
}

/// A function that the linker missed: of "undefined reference to `erfcf'" the name. Those of ours are no C library's.
std::string undefined_function(const std::string& text) {
  constexpr std::string_view kBefore = "undefined reference to `";
  const std::size_t at = text.find(kBefore);
  if (at == std::string::npos) return "";
  const std::string name = text.substr(at + kBefore.size(), text.find('\'', at) - at - kBefore.size());
  const auto is_ours = [&](const char* begin) { return name.starts_with(begin); };
  return is_ours("thimble_") || is_ours("model_") || is_ours("bench_") || is_ours("board_") ? "" : name;
}

/// One build in a folder: package/ and board/ hold sources and objects. Names are relative to the folder, as the linker
/// script's patterns need them.
class Build {
 public:
  Build(const Board& board, const FirmwareOptions& options, fs::path folder)
      : board_(board), options_(options), folder_(std::move(folder)) {}

  void write_sources(const FileSet& package) {
    FileSet files;
    for (const auto& [name, contents] : package) files["package/" + name] = contents;
    for (const EmbeddedFile& file : board_device_files()) files["board/" + std::string(file.path)] = file.contents;
    if (options_.app == App::kDemo) files["board/demo_input.c"] = demo_input_source();
    real_file_system().write_all(folder_, files);
  }

  void compile_package(const FileSet& package) {
    Strings flags = {options_.optimize == Optimize::kSize ? "-Os" : "-O2"};
    for (const auto& [name, contents] : package) {
      if (name.ends_with(".c") && name != "main.c") compile("package/" + name, flags);
    }
  }

  void compile_board() {
    const std::string family = "board/" + std::string(board_.family) + "/";
    Strings sources = {family + "entry.S", family + "start.c", "board/semihosting.c", "board/bench.c",
                       "board/" + std::string(board_.uart)};
    if (!board_.avr) append(sources, {"board/memory.c"});
    if (options_.app == App::kHarness) append(sources, {"board/harness.c"});
    if (options_.app == App::kDemo) append(sources, {"board/demo_main.c", "board/demo_print.c", "board/demo_input.c"});
    // A loop of ours must not become a call of memcpy: it would count as the model's.
    Strings flags = {"-Os",
                     "-ffreestanding",
                     "-fno-tree-loop-distribute-patterns",
                     "-Iboard",
                     fmt::format("-DUART_BASE={:#x}u", board_.uart_base),
                     fmt::format("-DBOARD_TITLE=\"{}\"", board_.title)};
    if (options_.marked_layers > 0) append(flags, {fmt::format("-DBENCH_LAYERS={}", options_.marked_layers)});
    for (const std::string& source : sources) compile(source, flags);
  }

  void link() {
    Strings command = {compiler(board_)};
    append(command, board_.cpu_flags);
    append(command, board_.library_flags);
    append(command, {"-Wl,--gc-sections", "-Wl,-Map=firmware.map"});
    if (!board_.avr) append(command, {"-Wl,--no-warn-rwx-segments"});
    define(command, "FLASH_ORIGIN", board_.flash_origin);
    define(command, "RAM_ORIGIN", board_.ram_origin);
    define(command, "RAM_BYTES", board_.ram_bytes);
    define(command, "STACK_BYTES", board_.stack_bytes);
    append(command, {"-T", "board/" + std::string(board_.family) + "/firmware.ld"});
    append(command, objects_);
    append(command, {"-lm", "-o", "firmware.elf"});
    const ProcessResult result = run(command);
    require(result.err.find("overflowed by") == std::string::npos &&
                result.err.find("truncated to fit") == std::string::npos,
            "the model needs more memory than board {} can address; choose a smaller model", board_.name);
    const std::string missing = undefined_function(result.err);
    require(missing.empty(), "the model needs {}, which the C library for board {} does not have; choose another board",
            missing, board_.name);
    ensure(result.exit_code == 0, "the firmware for board {} does not link: {}", board_.name, first_error(result.err));
  }

  Firmware result() const {
    Firmware firmware;
    firmware.board = &board_;
    firmware.app = options_.app;
    firmware.marked_layers = options_.marked_layers;
    firmware.elf = folder_ / "firmware.elf";
    firmware.warnings = warnings_;
    firmware.contents = read_elf(real_file_system().read(firmware.elf), firmware.elf.string());
    const ElfFile& elf = firmware.contents;
    const std::uint32_t model_data = elf.section_bytes(".model_data"), board_data = elf.section_bytes(".board_data");
    const std::uint32_t weights_data = elf.section_bytes(".weights_data");
    firmware.weights_bytes = elf.section_bytes(".weights") + elf.section_bytes(".far_weights") + weights_data;
    firmware.code_bytes = elf.section_bytes(".model_text") + elf.section_bytes(".model_constants") + model_data;
    firmware.board_bytes = elf.section_bytes(".vectors") + elf.section_bytes(".board_text") + board_data;
    firmware.flash_bytes = elf.symbol("flash_end") - board_.flash_origin;
    firmware.ram_bytes = weights_data + model_data + elf.section_bytes(".model_bss");
    firmware.board_ram_bytes = board_data + elf.section_bytes(".board_bss");
    firmware.stack_bound = bound();
    return firmware;
  }

 private:
  ProcessResult run(const Strings& command) const {
    ProcessOptions options;
    options.folder = folder_;
    options.timeout = std::chrono::minutes(5);
    ProcessResult result = run_process(command, options);
    ensure(!result.timed_out, "{} took more than five minutes", command[0]);
    return result;
  }

  void compile(const std::string& source, const Strings& more_flags) {
    const std::string object = source.substr(0, source.rfind('.')) + ".o";
    Strings command = {compiler(board_),
                       "-c",
                       "-gdwarf-4",                             // by itself avr-gcc tells nothing of what it inlines
                       board_.avr ? "-std=gnu99" : "-std=c99",  // GNU's C has address spaces
                       "-Wall",
                       "-Wextra",
                       "-pedantic",
                       "-ffunction-sections",
                       "-fdata-sections",
                       "-fno-common",
                       "-ffp-contract=off",
                       "-fstack-usage",
                       "-Ipackage"};
    append(command, board_.cpu_flags);
    append(command, board_.library_flags);
    append(command, more_flags);
    append(command, {source, "-o", object});
    const ProcessResult result = run(command);
    if (result.exit_code != 0)
      require_tool(board_, has_library(), "the C library for " + std::string(board_.tools) + "gcc");
    require(
        !board_.avr || result.err.find("is too large") == std::string::npos,
        "the model needs an array of more than the 32767 bytes that C allows on board {}; choose a smaller model or "
        "another board",
        board_.name);
    ensure(result.exit_code == 0, "{} does not compile for board {}: {}", source, board_.name, first_error(result.err));
    warnings_ += result.err;
    objects_.push_back(object);
  }

  std::optional<std::uint32_t> bound() const {
    std::map<std::string, std::uint32_t> frames;
    for (const std::string& object : objects_) {
      const fs::path usage = fs::path(folder_ / object).replace_extension(".su");
      if (!object.starts_with("package/") || !real_file_system().is_file(usage)) continue;
      read_stack_usage(as_text(real_file_system().read(usage)), frames);
    }
    const ProcessResult image = run({std::string(board_.tools) + "objdump", "-d", "firmware.elf"});
    ensure(image.exit_code == 0, "objdump cannot read the firmware: {}", image.err);
    const std::uint32_t return_bytes = !board_.avr ? 0 : board_.flash_bytes > (128U << 10) ? 3 : 2;
    const ElfFile elf = read_elf(real_file_system().read(folder_ / "firmware.elf"), "firmware.elf");
    const auto functions =
        read_disassembly(image.out, return_bytes, [&](std::uint32_t address) { return elf.function_at(address); });
    return stack_bound(functions, frames, "model_invoke");
  }

  /// Whether the C library is there: Debian has it in a package apart from the compiler's.
  bool has_library() const {
    Strings command = {compiler(board_)};
    append(command, board_.cpu_flags);
    append(command, board_.library_flags);
    append(command, {"-E", "-x", "c", "-include", "math.h", "/dev/null", "-o", "/dev/null"});
    return run(command).exit_code == 0;
  }

  static void define(Strings& command, std::string_view name, std::uint32_t value) {
    command.push_back(fmt::format("-Wl,--defsym={}={:#x}", name, value));
  }

  std::string demo_input_source() const {
    std::string text = "const unsigned char demo_input[] = {";
    for (const std::uint8_t byte : options_.demo_input) text += fmt::format("{},", byte);
    return text + fmt::format("}};\nconst unsigned demo_input_bytes = {};\n", options_.demo_input.size());
  }

  const Board& board_;
  const FirmwareOptions& options_;
  fs::path folder_;
  Strings objects_;
  std::string warnings_;
};

void require_fit(const Board& board, const Firmware& firmware) {
  require(
      firmware.flash_bytes <= board.flash_bytes,
      "the model does not fit board {}: it needs {} bytes of flash (weights {}, code {}, board {}), the board has {}; "
      "choose a smaller model or a larger board",
      board.name, firmware.flash_bytes, firmware.weights_bytes, firmware.code_bytes, firmware.board_bytes,
      board.flash_bytes);
  const std::uint64_t ram = std::uint64_t{firmware.ram_bytes} + firmware.board_ram_bytes;
  require(
      ram < board.ram_bytes,
      "the model does not fit board {}: it needs {} bytes of RAM (model {}, board {}) and a stack, the board has {}; "
      "choose a smaller model or a larger board",
      board.name, ram, firmware.ram_bytes, firmware.board_ram_bytes, board.ram_bytes);
  const std::uint32_t constants = board.avr ? firmware.contents.symbol("progmem_end") : 0;
  require(constants <= kMostProgmem,
          "the model does not fit board {}: it needs {} bytes of constants in flash, of which AVR code reads the first "
          "{}; choose a smaller model or another board",
          board.name, constants, kMostProgmem);
}

}  // namespace

Firmware build_firmware(const Board& board, const FileSet& package, const FirmwareOptions& options,
                        const fs::path& folder) {
  require_tool(board, find_program(compiler(board)).has_value(), compiler(board));
  ensure(options.app == App::kHarness || !options.demo_input.empty(), "a demo firmware needs an input");
  Build build(board, options, folder);
  build.write_sources(package);
  build.compile_package(package);
  build.compile_board();
  build.link();
  Firmware firmware = build.result();
  require_fit(board, firmware);
  return firmware;
}

}  // namespace thimble
