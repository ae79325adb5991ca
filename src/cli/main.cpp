#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/command.h"

namespace {

constexpr int kExitRequestAtFault = 2;
constexpr int kExitOwnFault = 70;

const std::vector<const thimble::Command*> kCommands = {
    &thimble::kTrainCommand,   &thimble::kConvertCommand, &thimble::kEvalCommand,  &thimble::kRunCommand,
    &thimble::kInspectCommand, &thimble::kCompileCommand, &thimble::kBenchCommand, &thimble::kDiffCommand,
    &thimble::kReportCommand,  &thimble::kSweepCommand};

/// `text` on one line, without the full stops and advice that CLI11 puts on lines of their own.
std::string one_line(std::string text) {
  text = text.substr(0, text.find("\nRun with"));
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

int fail(const std::string& message, int code) {
  fmt::print(stderr, "thimble: {}\n", one_line(message));
  return code;
}

int run(int argc, char** argv) {
  CLI::App app("Thimble takes small neural networks from data to firmware.", "thimble");
  app.set_version_flag("--version", "thimble 0.1.0");
  app.require_subcommand(1);
  app.failure_message([](const CLI::App*, const CLI::Error& error) { return std::string(error.what()); });
  std::vector<std::function<void()>> actions;
  for (const thimble::Command* command : kCommands) {
    CLI::App* sub = app.add_subcommand(std::string(command->name), std::string(command->summary));
    sub->footer("Examples:\n" + std::string(command->examples));
    sub->callback([action = command->setup(*sub), &actions] { actions.push_back(action); });
  }
  const std::string_view first = argc > 1 ? argv[1] : "--help";
  const bool known = std::ranges::any_of(kCommands, [&](const auto* command) { return command->name == first; });
  thimble::require(known || first.starts_with('-'), "'{}' is no command; see thimble --help", first);
  app.footer("thimble COMMAND --help tells more of each.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& request) {
    return app.exit(request);
  } catch (const CLI::CallForVersion& request) {
    return app.exit(request);
  } catch (const CLI::ParseError& error) {
    return fail(one_line(error.what()) + "; see thimble --help", kExitRequestAtFault);
  }
  for (const auto& action : actions) action();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const thimble::InputError& error) {
    return fail(error.what(), kExitRequestAtFault);
  } catch (const std::bad_alloc&) {
    return fail("not enough memory for this request", kExitRequestAtFault);
  } catch (const std::exception& error) {
    return fail(std::string("a fault of Thimble's own: ") + error.what(), kExitOwnFault);
  }
}
