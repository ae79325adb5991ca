// Reads what we need of a linked 32-bit little-endian ELF file: sizes of sections, functions, values of symbols.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"

namespace thimble {

struct ElfSection {
  std::string name;
  std::uint32_t address = 0;
  std::uint32_t size = 0;
};

/// A function of the program. `address` is that of its first instruction (without the Thumb bit).
struct ElfFunction {
  std::string name;
  std::uint32_t address = 0;
  std::uint32_t size = 0;
};

/// A variable or constant.
struct ElfObject {
  std::string name;
  std::uint32_t address = 0;
  std::uint32_t size = 0;
};

struct ElfFile {
  std::vector<ElfSection> sections;  // those that are in the board's memory
  /// Sorted by address, none overlapping another: of several names for an address one is kept, and a function without a
  /// size reaches to the next one or to the end of its section.
  std::vector<ElfFunction> functions;
  std::vector<ElfObject> objects;
  struct Symbol {
    std::string name;
    std::uint32_t value = 0;
  };
  std::vector<Symbol> symbols;  // all with a name, functions too

  /// Bytes of the section; 0 when there is none of that name.
  std::uint32_t section_bytes(std::string_view name) const;
  /// Value of the symbol; InternalError when there is none of that name.
  std::uint32_t symbol(std::string_view name) const;
  /// The name of the function with the instruction at `address`; empty when there is none.
  std::string function_at(std::uint32_t address) const;
};

/// `where` is named in the InputError for a file that is not such an ELF file, or is damaged.
ElfFile read_elf(ByteSpan bytes, const std::string& where);

}  // namespace thimble
