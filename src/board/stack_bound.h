// An upper bound on the stack of model_invoke, proven from what the compiler and the linked image say.
//
// The frame of each function is the compiler's own figure (-fstack-usage); of functions that come compiled, from libc,
// libm and libgcc, all that their instructions push is added up. Which function calls which is read from the
// disassembled image: every branch or call from one into another. A call through a pointer may reach every function of
// the package that nothing calls by name. The bound is the heaviest path from model_invoke; there is none with
// recursion, or where a frame has no fixed size.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace thimble {

struct StackFunction {
  std::uint32_t pushed = 0;  // bytes that its instructions push, all of them
  /// Of these, room that it makes before it pushes registers: for arguments that came in registers and that it wants in
  /// memory. -fstack-usage leaves it out on Arm.
  std::uint32_t before_frame = 0;
  bool calls_pointers = false;
  std::set<std::string> callees;
  std::string falls_into = {};  // the function that its last instruction seems to run on into; or empty
};

/// The functions of an image, by name, from the text of `objdump -d`; of Arm's Thumb, RISC-V or AVR code.
/// `return_bytes`: what a call pushes (AVR: 2, or 3 beyond 128 kB of flash). `function_at` gives the function that an
/// address lies in; without it objdump's own labels count, which may be those of numbers that look like addresses.
std::map<std::string, StackFunction> read_disassembly(
    std::string_view text, std::uint32_t return_bytes,
    const std::function<std::string(std::uint32_t)>& function_at = nullptr);

/// A frame without a fixed size.
inline constexpr std::uint32_t kNoFixedSize = UINT32_MAX;

/// Adds the frames of one .su file, in bytes, by function; of several with a name, or copies of one that the compiler
/// made ("thimble_add.constprop"), the largest.
void read_stack_usage(std::string_view text, std::map<std::string, std::uint32_t>& frames);

/// The bytes of the heaviest path from `root`, its own frame included; none when there is no bound.
std::optional<std::uint32_t> stack_bound(const std::map<std::string, StackFunction>& functions,
                                         const std::map<std::string, std::uint32_t>& frames, const std::string& root);

}  // namespace thimble
