// The two kinds of error of Thimble. A library function throws one of them; it never exits and never prints.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace thimble {

/// The input or the request is at fault. The message is one line: FILE: WHERE: WHAT IS WRONG; WHAT TO DO.
/// The program prints it and exits with 2.
class InputError : public std::runtime_error {
 public:
  explicit InputError(const std::string& message) : std::runtime_error(message) {}
};

/// Thimble itself is at fault: an invariant does not hold. The program prints it and exits with 70.
class InternalError : public std::logic_error {
 public:
  explicit InternalError(const std::string& message) : std::logic_error(message) {}
};

/// Throws InputError with a message in fmt's format.
template <typename... Args>
[[noreturn]] void input_error(fmt::format_string<Args...> format, Args&&... args) {
  throw InputError(fmt::format(format, std::forward<Args>(args)...));
}

/// Throws InputError unless `condition` holds. For everything that a file or a user may have got wrong.
template <typename... Args>
void require(bool condition, fmt::format_string<Args...> format, Args&&... args) {
  if (!condition) throw InputError(fmt::format(format, std::forward<Args>(args)...));
}

/// Throws InternalError unless `condition` holds. For what only a mistake in Thimble can break.
template <typename... Args>
void ensure(bool condition, fmt::format_string<Args...> format, Args&&... args) {
  if (!condition) throw InternalError(fmt::format(format, std::forward<Args>(args)...));
}

/// Runs `body`; an InputError that leaves it gets `where` ("model.tflite", "layer 3") put before its message.
template <typename Body>
decltype(auto) with_context(const std::string& where, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const InputError& error) {
    throw InputError(where + ": " + error.what());
  }
}

}  // namespace thimble
