#include "board/elf.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace thimble {
namespace {

// The layout of the file is that of the System V ABI: Elf32_Ehdr, Elf32_Shdr and Elf32_Sym, as offsets into them.
constexpr std::uint8_t kClass32 = 1, kLittleEndian = 1;
constexpr std::size_t kHeaderBytes = 52, kSectionHeaderBytes = 40, kSymbolBytes = 16;
constexpr std::uint32_t kSymbolTable = 2, kNoContents = 8, kTypeNone = 0, kTypeObject = 1, kTypeFunction = 2,
                        kFlagInMemory = 2, kFlagExecutable = 4;
constexpr std::uint16_t kMachineArm = 40, kMachineAvr = 83, kSpecialSections = 0xFF00;

class Reader {
 public:
  Reader(ByteSpan bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  std::uint32_t u8(std::size_t at) const { return number(at, 1); }
  std::uint32_t u16(std::size_t at) const { return number(at, 2); }
  std::uint32_t u32(std::size_t at) const { return number(at, 4); }

  std::string text(std::size_t at) const {
    check(at < bytes_.size());
    const ByteSpan rest = bytes_.subspan(at);
    const auto end = std::find(rest.begin(), rest.end(), std::uint8_t{0});
    check(end != rest.end());
    return {rest.begin(), end};
  }

  void check_range(std::size_t at, std::size_t count) const {
    check(at <= bytes_.size() && count <= bytes_.size() - at);
  }
  void check(bool condition) const { require(condition, "{}: is a damaged ELF file; build it again", where_); }

 private:
  std::uint32_t number(std::size_t at, std::size_t count) const {
    check_range(at, count);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value |= static_cast<std::uint32_t>(bytes_[at + i]) << (8 * i);
    return value;
  }

  ByteSpan bytes_;
  const std::string& where_;
};

struct SectionHeader {
  std::uint32_t name, type, flags, address, offset, size, link;
};

SectionHeader read_section_header(const Reader& file, std::size_t at) {
  file.check_range(at, kSectionHeaderBytes);
  return {file.u32(at),      file.u32(at + 4),  file.u32(at + 8), file.u32(at + 12),
          file.u32(at + 16), file.u32(at + 20), file.u32(at + 24)};
}

std::vector<SectionHeader> read_section_headers(const Reader& file) {
  const std::size_t table = file.u32(32), count = file.u16(48);
  file.check(file.u16(46) == kSectionHeaderBytes);
  std::vector<SectionHeader> headers;
  for (std::size_t i = 0; i < count; ++i) {
    headers.push_back(read_section_header(file, table + i * kSectionHeaderBytes));
    if (headers.back().type != kNoContents) file.check_range(headers.back().offset, headers.back().size);
  }
  return headers;
}

/// Adds the symbols of `table`, and to `functions` those that are functions, or nameable places, in executable
/// sections.
void read_symbols(const Reader& file, const std::vector<SectionHeader>& headers, const SectionHeader& table,
                  ElfFile& elf) {
  file.check(table.link < headers.size());
  const bool is_arm = file.u16(18) == kMachineArm, is_avr = file.u16(18) == kMachineAvr;
  for (std::size_t at = table.offset; at + kSymbolBytes <= std::size_t{table.offset} + table.size; at += kSymbolBytes) {
    const std::string name = file.text(std::size_t{headers[table.link].offset} + file.u32(at));
    const std::uint32_t value = file.u32(at + 4), section = file.u16(at + 14);
    if (name.empty()) continue;
    elf.symbols.push_back({name, value});
    const std::uint32_t type = file.u8(at + 12) & 0xF;
    if (type == kTypeObject && section != 0 && section < kSpecialSections) {
      elf.objects.push_back({name, value, file.u32(at + 8)});
    }
    const bool is_function = type == kTypeFunction || (is_avr && type == kTypeNone);  // AVR's libgcc gives no types
    if (!is_function || section == 0 || section >= kSpecialSections) continue;
    file.check(section < headers.size());
    if ((headers[section].flags & kFlagExecutable) == 0) continue;
    elf.functions.push_back({name, is_arm ? value & ~1U : value, file.u32(at + 8)});
  }
}

/// Of two names for one address the better: the one with fewer underscores at its front, then the one with a size.
bool is_before(const ElfFunction& a, const ElfFunction& b) {
  if (a.address != b.address) return a.address < b.address;
  const std::size_t a_marks = std::min(a.name.find_first_not_of('_'), a.name.size());
  const std::size_t b_marks = std::min(b.name.find_first_not_of('_'), b.name.size());
  return a_marks != b_marks ? a_marks < b_marks : a.name < b.name;
}

std::uint32_t end_of_section(const ElfFile& elf, std::uint32_t address) {
  for (const ElfSection& section : elf.sections) {
    if (address >= section.address && address - section.address < section.size) return section.address + section.size;
  }
  return address;
}

/// Makes the functions what ElfFile promises.
void put_in_order(ElfFile& elf) {
  std::vector<ElfFunction>& all = elf.functions;
  std::sort(all.begin(), all.end(), is_before);
  for (std::size_t i = 1; i < all.size(); ++i) {  // a size may stand with any of the names
    if (all[i].address == all[i - 1].address) all[i].size = std::max(all[i].size, all[i - 1].size);
  }
  for (std::size_t i = all.size(); i-- > 1;) {
    if (all[i].address == all[i - 1].address) all[i - 1].size = all[i].size;
  }
  const auto same = [](const ElfFunction& a, const ElfFunction& b) { return a.address == b.address; };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::uint32_t end = end_of_section(elf, all[i].address);
    const std::uint32_t next = i + 1 < all.size() ? std::min(all[i + 1].address, end) : end;
    const std::uint32_t room = next - std::min(next, all[i].address);
    all[i].size = all[i].size == 0 ? room : std::min(all[i].size, room);
  }
}

}  // namespace

std::uint32_t ElfFile::section_bytes(std::string_view name) const {
  for (const ElfSection& section : sections) {
    if (section.name == name) return section.size;
  }
  return 0;
}

std::uint32_t ElfFile::symbol(std::string_view name) const {
  for (const Symbol& symbol : symbols) {
    if (symbol.name == name) return symbol.value;
  }
  throw InternalError("the firmware has no symbol " + std::string(name));
}

std::string ElfFile::function_at(std::uint32_t address) const {
  for (const ElfFunction& function : functions) {
    if (address >= function.address && address - function.address < function.size) return function.name;
  }
  return "";
}

ElfFile read_elf(ByteSpan bytes, const std::string& where) {
  const Reader file(bytes, where);
  const bool is_elf = bytes.size() >= kHeaderBytes &&
                      std::memcmp(bytes.data(),
                                  "\x7f"
                                  "ELF",
                                  4) == 0 &&
                      bytes[4] == kClass32 && bytes[5] == kLittleEndian;
  require(is_elf, "{}: is not a 32-bit little-endian ELF file; name one that was built for a board", where);
  const std::vector<SectionHeader> headers = read_section_headers(file);
  const std::size_t names = file.u16(50);
  file.check(names < headers.size());
  ElfFile elf;
  for (const SectionHeader& header : headers) {
    if ((header.flags & kFlagInMemory) == 0) continue;
    elf.sections.push_back({file.text(std::size_t{headers[names].offset} + header.name), header.address, header.size});
  }
  for (const SectionHeader& header : headers) {
    if (header.type == kSymbolTable) read_symbols(file, headers, header, elf);
  }
  put_in_order(elf);
  return elf;
}

}  // namespace thimble
