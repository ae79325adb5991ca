// The C text of a stream (kernel/stream.h).
#pragma once

#include <functional>
#include <string>

#include "plan/plan.h"

namespace thimble {

/// What stands for an operand that is no constant: "input", "ARENA(64)".
using OperandText = std::function<std::string(const Operand&)>;

/// The text of a call, without the semicolon; `text` gives its operands, but for constants. `advance` is added to
/// operand `advancing`, unless that is -1.
using CallText = std::function<std::string(const KernelCall& call, int step, const OperandText& text, int advancing,
                                           const std::string& advance)>;

/// `void stream_N(void)` and what it needs; `flash` qualifies its tables.
std::string stream_c(const Plan& plan, std::size_t number, const CallText& call_text, const std::string& flash);

}  // namespace thimble
