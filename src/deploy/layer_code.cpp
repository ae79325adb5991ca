#include "deploy/layer_code.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/subprocess.h"

namespace thimble {
namespace {

using Steps = std::set<std::size_t>;

/// The number that `text` begins with, after blanks and "0x".
std::uint32_t hex_number(std::string_view text) {
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(" (")));
  if (text.starts_with("0x")) text.remove_prefix(2);
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

/// {2, 3} of a line with "/* 2, 3: ADD */"; empty: none.
Steps steps_in(std::string_view line) {
  Steps steps;
  const std::size_t begin = line.find("/* ");
  if (begin == std::string_view::npos) return steps;
  const char* at = line.data() + begin + 3;
  const char* const end = line.data() + line.size();
  for (std::size_t step = 0;;) {
    const auto [next, error] = std::from_chars(at, end, step);
    if (error != std::errc{} || next == end) return {};
    steps.insert(step);
    if (*next == ':') return steps;
    at = std::min(end, next + 2);  // ", "
  }
}

/// The steps of the lines of model.c, and of the constants that are defined in one.
struct Lines {
  std::map<std::size_t, Steps> by_number;
  std::map<std::string, Steps> constants;

  explicit Lines(std::string_view model_c) {
    std::istringstream text{std::string(model_c)};
    std::size_t number = 0;
    for (std::string line; std::getline(text, line);) {
      ++number;
      const Steps steps = steps_in(line);
      if (steps.empty()) continue;
      by_number[number] = steps;
      const std::size_t equals = line.find(" = ");
      if (!line.starts_with("static const ") || equals == std::string::npos) continue;
      const std::size_t name = line.rfind(' ', equals - 1) + 1;
      constants[line.substr(name, equals - name)] = steps;
    }
  }
};

/// A line of the disassembled image.
struct Item {
  std::uint32_t address = 0, bytes = 0;
  bool is_data = false;                  // among the instructions: numbers that they load
  std::vector<std::uint32_t> addresses;  // that it names
  Steps steps = {};                      // by its own line of C
};

/// A function or a constant.
struct Part {
  std::string name;
  std::uint32_t address, bytes;
  Steps steps = {};
  std::vector<Item> items = {};  // of a function
};

bool is_in(const Part& part, std::uint32_t address) {
  return address >= part.address && address - part.address < part.bytes;
}

class Attribution {
 public:
  explicit Attribution(const Firmware& firmware)
      : firmware_(firmware), lines_(as_text(real_file_system().read(firmware.elf.parent_path() / "package/model.c"))) {
    for (const ElfFunction& f : firmware.contents.functions) add_part({f.name, f.address, f.size});
    for (const ElfObject& o : firmware.contents.objects) add_part({o.name, o.address, o.size});
    std::ranges::sort(parts_, {}, &Part::address);
    disassemble();
    look_up_lines();
    for (Part& part : parts_) {
      const auto found = lines_.constants.find(part.name);
      if (found != lines_.constants.end()) part.steps = found->second;
    }
    while (spread()) {
    }
  }

  std::vector<CodeShare> shares() const {
    std::map<Steps, std::map<std::string, std::uint32_t>> bytes;
    for (const Part& part : parts_) {
      const std::string name = part.name.substr(0, part.name.find('.'));
      std::uint32_t rest = part.bytes;
      for (const Item& item : part.items) {
        bytes[steps_of(item, part)][name] += item.bytes;
        rest -= std::min(rest, item.bytes);
      }
      bytes[part.steps][name] += rest;
    }
    bytes.erase(Steps{});
    std::vector<CodeShare> result;
    for (const auto& [steps, names] : bytes) {
      std::vector<std::pair<std::uint32_t, std::string>> by_size;
      CodeShare share{steps, 0, {}};
      for (const auto& [name, count] : names) by_size.emplace_back(count, name), share.bytes += count;
      std::ranges::stable_sort(by_size, std::ranges::greater(), &std::pair<std::uint32_t, std::string>::first);
      for (const auto& [count, name] : by_size) {
        if (count > 0) share.names.push_back(name);
      }
      result.push_back(std::move(share));
    }
    return result;
  }

 private:
  /// Of the model's sections alone.
  void add_part(Part part) {
    for (const ElfSection& section : firmware_.contents.sections) {
      const bool is_inside = part.address >= section.address && part.address - section.address < section.size;
      if (is_inside && std::ranges::count(kModelSections, section.name) > 0) parts_.push_back(std::move(part));
    }
  }

  /// The part with the address; of an address in Thumb code the last bit is 1.
  Part* part_at(std::uint32_t address) {
    const auto after = std::ranges::upper_bound(parts_, address, {}, &Part::address);
    if (after == parts_.begin() || !is_in(*(after - 1), address)) return nullptr;
    return &*(after - 1);
  }

  std::string run(const std::string& tool, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), std::string(firmware_.board->tools) + tool);
    ProcessResult result = run_process(arguments);
    ensure(result.exit_code == 0, "{} cannot read the firmware: {}", tool, result.err);
    return std::move(result.out);
  }

  void disassemble() {
    std::istringstream text(run("objdump", {"-d", firmware_.elf.string()}));
    for (std::string line; std::getline(text, line);) {
      const std::size_t colon = line.find(":\t"), name = line.find('\t', colon + 2);  // address: bytes, name, operands
      if (colon == std::string::npos || name == std::string::npos) continue;
      Item item{.address = hex_number(line), .is_data = line[name + 1] == '.', .addresses = {}};
      Part* const part = part_at(item.address);
      if (part == nullptr) continue;
      if (item.is_data) {
        item.addresses.push_back(hex_number(line.substr(std::min(line.size(), line.find('\t', name + 1) + 1))));
      } else if (line.compare(name + 1, 2, "bf") != 0) {  // as in stack_bound.cpp
        for (std::size_t label = name; (label = line.find('<', label + 1)) != std::string::npos;) {
          const std::size_t before = line.find_last_of(" \t(", label - 2);
          item.addresses.push_back(hex_number(line.substr(before + 1)));
        }
      }
      part->items.push_back(std::move(item));
    }
    for (Part& part : parts_) {
      for (std::size_t i = 0; i < part.items.size(); ++i) {
        const bool is_last = i + 1 == part.items.size();
        const std::uint32_t end = is_last ? part.address + part.bytes : part.items[i + 1].address;
        part.items[i].bytes = end - part.items[i].address;
      }
    }
  }

  void look_up_lines() {
    std::string addresses;
    for (const Part& part : parts_) {
      for (const Item& item : part.items) addresses += fmt::format("{:#x}\n", item.address);
    }
    const TemporaryFolder folder;
    const std::filesystem::path list = folder.path() / "addresses";
    real_file_system().write(list, as_bytes(addresses));
    std::istringstream text(run("addr2line", {"-e", firmware_.elf.string(), "-i", "-a", "@" + list.string()}));
    Item* item = nullptr;
    for (std::string line; std::getline(text, line);) {
      if (line.starts_with("0x")) {
        item = item_at(hex_number(line));
        continue;
      }
      constexpr std::string_view kFile = "/model.c:";
      const std::size_t file = line.rfind(kFile);
      if (item == nullptr || item->is_data || file == std::string::npos) continue;
      std::size_t number = 0;
      std::from_chars(line.data() + file + kFile.size(), line.data() + line.size(), number);
      const auto found = lines_.by_number.find(number);
      if (found != lines_.by_number.end()) item->steps.insert(found->second.begin(), found->second.end());
    }
  }

  Item* item_at(std::uint32_t address) {
    Part* const part = part_at(address);
    if (part == nullptr) return nullptr;
    const auto found = std::ranges::lower_bound(part->items, address, {}, &Item::address);
    return found != part->items.end() && found->address == address ? &*found : nullptr;
  }

  static const Steps& steps_of(const Item& item, const Part& part) {
    return item.steps.empty() ? part.steps : item.steps;
  }

  /// From users to what they use: true while there is something new.
  bool spread() {
    bool is_new = false;
    const auto add = [&](Steps& to, const Steps& from) {
      const std::size_t before = to.size();
      to.insert(from.begin(), from.end());
      is_new |= to.size() > before;
    };
    for (Part& part : parts_) {
      for (const Item& item : part.items) {
        const Steps steps = steps_of(item, part);
        for (const std::uint32_t address : item.addresses) {
          Part* const used = part_at(address);
          if (used == nullptr) continue;
          Item* const number = used == &part ? item_at(address) : nullptr;
          if (number != nullptr && number->is_data) add(number->steps, steps);
          if (used != &part && !lines_.constants.contains(used->name)) add(used->steps, steps);
        }
      }
    }
    return is_new;
  }

  static constexpr std::string_view kModelSections[] = {".model_text", ".model_constants", ".model_data"};

  const Firmware& firmware_;
  Lines lines_;
  std::vector<Part> parts_;
};

}  // namespace

std::vector<CodeShare> code_of_layers(const Firmware& firmware) { return Attribution(firmware).shares(); }

}  // namespace thimble
