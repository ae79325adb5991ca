#include "board/stack_bound.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <utility>
#include <vector>

namespace thimble {
namespace {

/// Calls `body` for each line of `text`, without its end.
void for_each_line(std::string_view text, const std::function<void(std::string_view)>& body) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    body(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The number behind the last `mark` in `text`: of "sp, sp, #24" 24.
std::optional<int> number_behind(std::string_view text, std::string_view mark) {
  const std::size_t at = text.rfind(mark);
  if (at == std::string_view::npos) return {};
  text = text.substr(at + mark.size());
  int value = 0;
  const bool is_hex = text.starts_with("0x");
  if (is_hex) text.remove_prefix(2);
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value, is_hex ? 16 : 10);
  if (result.ec != std::errc{}) return {};
  return value;
}

/// Registers in "{r4, r5-r7, lr}".
std::uint32_t registers_in(std::string_view list) {
  const std::size_t begin = list.find('{'), end = list.find('}');
  if (begin == std::string_view::npos || end == std::string_view::npos) return 0;
  std::uint32_t count = 0;
  for (const std::string_view part : split(list.substr(begin + 1, end - begin - 1), ',')) {
    const std::string_view range = trimmed(part);
    const std::size_t dash = range.find('-');
    if (dash == std::string_view::npos) {
      ++count;
      continue;
    }
    const int first = std::atoi(std::string(range.substr(1, dash - 1)).c_str());
    const int last = std::atoi(std::string(range.substr(dash + 2)).c_str());
    count += static_cast<std::uint32_t>(std::max(1, last - first + 1));
  }
  return count;
}

/// An instruction, as objdump writes it.
struct Instruction {
  std::string_view name, operands;
};

/// Arm's instructions that make room on the stack, and those that store registers there.
bool makes_room(const Instruction& i) { return i.name.starts_with("sub") && i.operands.starts_with("sp,"); }
bool stores_registers(const Instruction& i) {
  return (i.name == "push" && i.operands.starts_with("{")) ||
         (i.name.starts_with("stmdb") && i.operands.starts_with("sp!"));
}

std::uint32_t pushed_by(const Instruction& i, std::uint32_t return_bytes) {
  const bool stores = i.operands.find("[sp, #-") != std::string_view::npos;                     // Arm
  if (i.name == "push") return i.operands.starts_with("{") ? 4 * registers_in(i.operands) : 1;  // AVR: one register
  if (i.name.starts_with("stmdb") && i.operands.starts_with("sp!")) return 4 * registers_in(i.operands);
  if (i.name == "vpush") return (i.operands.find('d') < i.operands.find('s') ? 8 : 4) * registers_in(i.operands);
  if (i.name.starts_with("vstmdb") && i.operands.starts_with("sp!")) return 8 * registers_in(i.operands);
  if (i.name.starts_with("str") && stores && i.operands.ends_with("]!"))
    return static_cast<std::uint32_t>(number_behind(i.operands, "#-").value_or(0));
  if (makes_room(i)) return static_cast<std::uint32_t>(std::max(0, number_behind(i.operands, "#").value_or(0)));
  if ((i.name == "addi" || i.name == "add" || i.name.starts_with("c.addi")) && i.operands.starts_with("sp,")) {
    const int change = number_behind(i.operands, ",").value_or(0);  // RISC-V
    return change < 0 ? static_cast<std::uint32_t>(-change) : 0;
  }
  if (i.name == "rcall" && i.operands.starts_with(".+0")) return return_bytes;  // makes room, as avr-gcc does it
  return 0;
}

bool calls_pointer(const Instruction& i) {
  const bool has_target = i.operands.find('<') != std::string_view::npos;
  if (i.name == "icall" || i.name == "eicall") return true;
  return (i.name == "blx" || i.name == "jalr") && !has_target;
}

/// The function that a branch goes to: of "8000 <name+0x12>" the name. Empty for other instructions.
std::string_view target_of(const Instruction& i) {
  const bool is_branch = i.name.starts_with('b') || i.name.starts_with('j') || i.name.starts_with("cb") ||
                         i.name == "call" || i.name == "rcall" || i.name == "rjmp" || i.name == "tail" ||
                         i.name == "le" || i.name == "wls" || i.name == "dls";
  const bool is_misread = i.name.starts_with("bf");  // Helium's WLSTP and DLSTP, which binutils 2.40 takes for BFCSEL
  const std::size_t begin = i.operands.rfind('<'), end = i.operands.rfind('>');
  if (!is_branch || is_misread || begin == std::string_view::npos || end == std::string_view::npos || end < begin)
    return {};
  const std::string_view target = i.operands.substr(begin + 1, end - begin - 1);
  return target.substr(0, target.find('+'));
}

/// "8000" of "8000 <name+0x12>"; empty for instructions that go to no label.
std::string_view target_address(const Instruction& i) {
  if (target_of(i).empty()) return {};
  const std::string_view before = trimmed(i.operands.substr(0, i.operands.rfind('<')));
  return before.substr(before.find_last_of(" \t,") + 1);
}

/// Whether what follows in memory may run next: assembly of libgcc's falls from one function into another.
bool goes_on(const Instruction& i) {
  constexpr std::string_view kJumps[] = {"b",  "b.n",  "b.w", "bx",  "udf",  "j",    "c.j",
                                         "jr", "c.jr", "ret", "jmp", "rjmp", "ijmp", "reti"};
  constexpr std::string_view kLoads[] = {"pop", "ldmia", "ldmia.w", "ldr", "ldr.w", "mov"};  // into pc
  if (i.name == "jal" || i.name == "jalr") return !i.operands.starts_with("zero,");
  if (std::ranges::find(kLoads, i.name) != std::end(kLoads)) return i.operands.find("pc") == std::string_view::npos;
  return std::ranges::find(kJumps, i.name) == std::end(kJumps);
}

/// What fills up memory between functions.
bool is_filling(const Instruction& i) {
  return i.name.empty() || i.name.starts_with(".") || i.name.starts_with("nop") || i.name == "c.nop";
}

/// AVR's libgcc has labels in the midst of its functions: what nothing calls becomes part of the function before.
void join_labels(const std::vector<std::string>& in_order, const std::set<std::string>& called,
                 std::map<std::string, StackFunction>& functions) {
  std::map<std::string, std::string> head;
  std::string before;
  for (const std::string& name : in_order) {
    const bool is_label = name.starts_with("__") && !called.contains(name) && !before.empty();
    if (!is_label) before = name;
    head[name] = before;
  }
  std::map<std::string, StackFunction> joined;
  for (const auto& [name, function] : functions) {
    StackFunction& whole = joined[head[name]];
    whole.pushed += function.pushed;
    whole.calls_pointers |= function.calls_pointers;
    const auto head_of = [&](const std::string& other) {
      const auto found = head.find(other);
      return found == head.end() ? other : found->second;
    };
    for (const std::string& callee : function.callees) {
      if (head_of(callee) != head[name]) whole.callees.insert(head_of(callee));
    }
    if (head_of(function.falls_into) != head[name] && !function.falls_into.empty()) {
      whole.falls_into = head_of(function.falls_into);
    }
  }
  functions = std::move(joined);
}

/// The name of the function that "00008000 <name>:" begins.
std::string_view heading(std::string_view line) {
  if (line.empty() || line.front() == ' ' || !line.ends_with(">:")) return {};
  const std::size_t begin = line.find('<');
  return begin == std::string_view::npos ? std::string_view{} : line.substr(begin + 1, line.size() - begin - 3);
}

/// "thimble_add.constprop.0" -> "thimble_add": .su files name a copy that the compiler made "thimble_add.constprop".
std::string origin(std::string_view name) { return std::string(name.substr(0, name.find('.'))); }

class Bound {
 public:
  Bound(const std::map<std::string, StackFunction>& functions, const std::map<std::string, std::uint32_t>& frames)
      : functions_(functions), frames_(frames) {
    std::set<std::string> called;
    for (const auto& [name, function] : functions) called.insert(function.callees.begin(), function.callees.end());
    for (const auto& [name, function] : functions) {
      const bool of_interface = name.starts_with("model_");
      if (frame(name) && !called.contains(name) && !of_interface) pointed_at_.insert(name);
    }
  }

  /// None when there is no bound.
  std::optional<std::uint32_t> of(const std::string& name) {
    if (const auto known = known_.find(name); known != known_.end()) return known->second;
    const auto found = functions_.find(name);
    const bool is_recursive = !active_.insert(name).second;
    if (is_recursive || found == functions_.end()) return {};
    std::set<std::string> callees = found->second.callees;
    // A compiler ends its functions. What objdump misreads there is no way into the next one.
    if (!frame(name) && !found->second.falls_into.empty()) callees.insert(found->second.falls_into);
    if (found->second.calls_pointers) callees.insert(pointed_at_.begin(), pointed_at_.end());
    std::uint32_t deepest = 0;
    for (const std::string& callee : callees) {
      const auto bytes = of(callee);
      if (!bytes) return {};
      deepest = std::max(deepest, *bytes);
    }
    active_.erase(name);
    const auto of_compiler = frame(name);
    if (of_compiler == kNoFixedSize) return {};
    const std::uint32_t own = of_compiler ? *of_compiler + found->second.before_frame : found->second.pushed;
    return known_[name] = own + deepest;
  }

 private:
  std::optional<std::uint32_t> frame(const std::string& name) const {
    if (const auto found = frames_.find(origin(name)); found != frames_.end()) return found->second;
    return {};
  }

  const std::map<std::string, StackFunction>& functions_;
  const std::map<std::string, std::uint32_t>& frames_;
  std::set<std::string> pointed_at_, active_;
  std::map<std::string, std::uint32_t> known_;
};

}  // namespace

std::map<std::string, StackFunction> read_disassembly(std::string_view text, std::uint32_t return_bytes,
                                                      const std::function<std::string(std::uint32_t)>& function_at) {
  const auto named = [&](std::string_view label, std::string_view address) {
    const std::string hex(address.starts_with("0x") ? address.substr(2) : address);
    if (!function_at || hex.empty()) return std::string(label);
    const std::string name = function_at(static_cast<std::uint32_t>(std::strtoul(hex.c_str(), nullptr, 16)));
    return name.empty() ? std::string(label) : name;
  };
  std::map<std::string, StackFunction> functions;
  std::vector<std::string> in_order;
  std::set<std::string> called;
  std::string name;
  bool falls = false;      // the last instruction into the next function
  std::uint32_t room = 0;  // that the function has made so far
  for_each_line(text, [&](std::string_view line) {
    if (const std::string_view begins = heading(line); !begins.empty()) {
      const std::string before = std::exchange(name, named(begins, line.substr(0, line.find(' '))));
      room = 0;
      if (std::exchange(falls, false) && before != name) functions[before].falls_into = name;
      if (!functions.contains(name)) in_order.push_back(name);
      functions.try_emplace(
          name, StackFunction{.pushed = return_bytes, .before_frame = 0, .calls_pointers = false, .callees = {}});
    }
    const std::vector<std::string_view> parts = split(line, '\t');  // address, bytes, name, operands, comment
    if (name.empty() || parts.size() < 3) return;
    const std::string_view operands =
        trimmed(line.substr(static_cast<std::size_t>(parts[2].data() - line.data()) + parts[2].size()));
    const Instruction instruction{trimmed(parts[2]), operands};
    StackFunction& function = functions[name];
    if (stores_registers(instruction)) function.before_frame = std::max(function.before_frame, room);
    room = makes_room(instruction) ? room + pushed_by(instruction, return_bytes) : room;
    function.pushed += pushed_by(instruction, return_bytes);
    if (!is_filling(instruction)) falls = goes_on(instruction);
    function.calls_pointers |= calls_pointer(instruction);
    const std::string target = named(target_of(instruction), target_address(instruction));
    if (!target.empty() && target != name) function.callees.insert(target);
    if (instruction.name == "call" || instruction.name == "rcall") called.insert(target);
  });
  if (return_bytes > 0) join_labels(in_order, called, functions);
  return functions;
}

void read_stack_usage(std::string_view text, std::map<std::string, std::uint32_t>& frames) {
  for_each_line(text, [&](std::string_view line) {
    const std::vector<std::string_view> parts = split(line, '\t');  // file:line:column:name, bytes, kind
    if (parts.size() < 3) return;
    const std::string name = origin(parts[0].substr(parts[0].rfind(':') + 1));
    const bool is_fixed = parts[2] == "static" || parts[2].ends_with("bounded");
    std::uint32_t& frame = frames[name];
    const auto bytes = static_cast<std::uint32_t>(std::strtoul(std::string(parts[1]).c_str(), nullptr, 10));
    frame = std::max(frame, is_fixed ? bytes : kNoFixedSize);
  });
}

std::optional<std::uint32_t> stack_bound(const std::map<std::string, StackFunction>& functions,
                                         const std::map<std::string, std::uint32_t>& frames, const std::string& root) {
  return Bound(functions, frames).of(root);
}

}  // namespace thimble
