#include "base/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "base/error.h"

namespace thimble {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

/// A pipe whose two ends close themselves.
class Pipe {
 public:
  Pipe() { require(::pipe2(ends_.data(), O_CLOEXEC) == 0, "no pipe can be made: {}", std::strerror(errno)); }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  void close_read() { close_end(0); }
  void close_write() { close_end(1); }

 private:
  void close_end(std::size_t which) {
    if (ends_[which] >= 0) ::close(ends_[which]);
    ends_[which] = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

struct Pipes {
  Pipe out, err, failure;  // `failure` carries the errno of an exec that failed
};

/// In the child: becomes `argv`. Only calls that are safe after fork() in a program with threads.
[[noreturn]] void become(char* const* argv, char* const* variables, const char* folder, const Pipes& pipes,
                         pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int empty = ::open("/dev/null", O_RDONLY);
  const bool ready = ::getppid() == parent && empty >= 0 && ::dup2(empty, 0) == 0 &&
                     ::dup2(pipes.out.write_end(), 1) == 1 && ::dup2(pipes.err.write_end(), 2) == 2 &&
                     (*folder == '\0' || ::chdir(folder) == 0);
  if (ready) ::execve(argv[0], argv, variables);
  const int error = errno;
  [[maybe_unused]] const ssize_t told = ::write(pipes.failure.write_end(), &error, sizeof error);
  ::_exit(127);
}

/// Our environment, but for the variables that begin with one of `hidden`.
std::vector<char*> variables_without(const std::vector<std::string>& hidden) {
  std::vector<char*> result;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (std::ranges::none_of(hidden, [&](const std::string& name) { return text.starts_with(name); })) {
      result.push_back(*variable);
    }
  }
  result.push_back(nullptr);
  return result;
}

/// Appends what `fd` has to `text`; false at its end.
bool drain(int fd, std::string& text) {
  std::array<char, 65536> buffer;
  const ssize_t count = ::read(fd, buffer.data(), buffer.size());
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  text.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0;
}

/// Reads both outputs until both end, or until the time or the output is used up, which ends in a kill.
void collect(pid_t child, Pipes& pipes, const ProcessOptions& options, ProcessResult& result) {
  const Clock::time_point end = Clock::now() + options.timeout;
  std::array<pollfd, 2> ends{{{pipes.out.read_end(), POLLIN, 0}, {pipes.err.read_end(), POLLIN, 0}}};
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    result.timed_out = left <= 0;
    result.too_much = result.out.size() > options.max_output || result.err.size() > options.max_output;
    if (result.timed_out || result.too_much) {
      ::kill(child, SIGKILL);
      return;
    }
    ::poll(ends.data(), ends.size(), static_cast<int>(std::min<long long>(left, 1000)));
    if (ends[0].revents != 0 && !drain(ends[0].fd, result.out)) ends[0].fd = -1;
    if (ends[1].revents != 0 && !drain(ends[1].fd, result.err)) ends[1].fd = -1;
  }
}

/// Waits for the end of `child`, which has closed its outputs or was killed.
void reap(pid_t child, ProcessResult& result) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
}

}  // namespace

std::optional<fs::path> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    return ::access(name.c_str(), X_OK) == 0 ? std::optional<fs::path>(name) : std::nullopt;
  }
  const char* variable = std::getenv("PATH");
  const std::string folders = variable == nullptr ? "/usr/local/bin:/usr/bin:/bin" : variable;
  for (std::size_t begin = 0; begin <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', begin), folders.size());
    const fs::path path = fs::path(folders.substr(begin, end - begin)) / name;
    std::error_code error;
    if (fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0) return path;
    begin = end + 1;
  }
  return std::nullopt;
}

ProcessResult run_process(const std::vector<std::string>& command, const ProcessOptions& options) {
  ensure(!command.empty(), "run_process: no command");
  const std::optional<fs::path> program = find_program(command[0]);
  require(program.has_value(), "{}: is not installed, or not in PATH", command[0]);
  std::vector<std::string> words = command;
  words[0] = fs::absolute(*program).string();
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  std::vector<char*> variables = variables_without(options.hidden_variables);
  Pipes pipes;
  const std::string folder = options.folder.string();
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  require(child >= 0, "{}: cannot be started: {}", command[0], std::strerror(errno));
  if (child == 0) become(argv.data(), variables.data(), folder.c_str(), pipes, parent);
  pipes.out.close_write();
  pipes.err.close_write();
  pipes.failure.close_write();

  ProcessResult result;
  int failure = 0;
  const bool failed = ::read(pipes.failure.read_end(), &failure, sizeof failure) == sizeof failure;
  if (!failed) collect(child, pipes, options, result);
  reap(child, result);
  require(!failed, "{}: cannot be started{}: {}", command[0], folder.empty() ? "" : " in " + folder,
          std::strerror(failure));
  return result;
}

}  // namespace thimble
