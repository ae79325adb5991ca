// Running another program: no shell, both outputs captured, ended after a time. The child dies with us.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace thimble {

struct ProcessOptions {
  std::filesystem::path folder;                    // where it runs; empty: where we are
  std::chrono::milliseconds timeout{60'000};       // then it is killed
  std::size_t max_output = std::size_t{64} << 20;  // bytes of either output; more, and it is killed
  /// Variables of ours that begin so are not its own: those by which mpirun's ranks know each other, for one that is
  /// none.
  std::vector<std::string> hidden_variables = {};
};

struct ProcessResult {
  int exit_code = -1;      // -1 when it did not end by itself
  int signal = 0;          // the signal that ended it, 0 when none did
  bool timed_out = false;  // we killed it, because of its time
  bool too_much = false;   // we killed it, because of its output
  std::string out;
  std::string err;
};

/// The path of `name` as the folders of PATH have it (a name with a slash is looked up as it is), if it can be
/// executed.
std::optional<std::filesystem::path> find_program(const std::string& name);

/// Runs command[0], a path or a name in PATH, with the arguments command[1...] and an empty standard input, and waits
/// for its end. Throws InputError when it cannot be started.
ProcessResult run_process(const std::vector<std::string>& command, const ProcessOptions& options = {});

}  // namespace thimble
