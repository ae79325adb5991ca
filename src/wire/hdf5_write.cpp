#include <algorithm>
#include <cstring>
#include <map>

#include "wire/hdf5.h"
#include "wire/hdf5_checksum.h"
#include "wire/hdf5_value.h"

namespace thimble {
namespace {

/// Little-endian numbers, one after the other.
class Sink {
 public:
  template <typename T>
  Sink& put(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
    return *this;
  }
  Sink& u8(std::size_t value) { return put(static_cast<std::uint8_t>(value)); }
  Sink& u16(std::size_t value) {
    ensure(value <= UINT16_MAX, "HDF5: {} does not fit 16 bits", value);
    return put(static_cast<std::uint16_t>(value));
  }
  Sink& u32(std::size_t value) { return put(static_cast<std::uint32_t>(value)); }
  Sink& u64(std::uint64_t value) { return put(value); }
  Sink& raw(std::string_view bytes) {
    bytes_.append(bytes);
    return *this;
  }
  Sink& zeros(std::size_t count) {
    bytes_.append(count, '\0');
    return *this;
  }
  Sink& align(std::size_t to) { return zeros((to - bytes_.size() % to) % to); }
  /// Over all from byte `start` on.
  Sink& checksum(std::size_t start = 0) { return u32(hdf5_checksum(as_bytes(bytes_).subspan(start))); }

  std::size_t size() const { return bytes_.size(); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// ---- the bodies of messages

std::string number_type(NpyType type) {
  const std::string_view name = npy_type_name(type);
  const std::size_t size = npy_item_size(type);
  const std::size_t bits = size * 8;
  Sink sink;
  if (!name.starts_with("float")) {
    constexpr int kSigned = 8;
    sink.u8(0x10).u8(name.starts_with("int") ? kSigned : 0).u16(0).u32(size).u16(0).u16(bits);
    return sink.bytes();
  }
  // IEEE 754: the sign, the exponent, and the mantissa, whose leading one is not stored.
  const std::size_t exponent = size == 2 ? 5 : size == 4 ? 8 : 11;
  const std::size_t mantissa = bits - 1 - exponent;
  constexpr int kLeadingOneImplied = 0x20;
  sink.u8(0x11).u8(kLeadingOneImplied).u8(bits - 1).u8(0).u32(size);
  sink.u16(0).u16(bits).u8(mantissa).u8(exponent).u8(0).u8(mantissa).u32((std::size_t{1} << (exponent - 1)) - 1);
  return sink.bytes();
}

/// A text of variable length, in UTF-8, which stands in the heap.
std::string text_type() {
  Sink sink;
  constexpr int kIsText = 1;
  constexpr int kUtf8 = 1;
  sink.u8(0x19).u8(kIsText).u8(kUtf8).u8(0).u32(16);
  sink.u8(0x10).u8(0).u16(0).u32(1).u16(0).u16(8);  // of bytes
  return sink.bytes();
}

std::string space(const std::vector<std::int64_t>& shape) {
  Sink sink;
  sink.u8(2).u8(shape.size()).u8(0).u8(shape.empty() ? 0 : 1);
  for (const std::int64_t size : shape) sink.put(size);
  return sink.bytes();
}

/// One of the messages that make up an object.
void add_message(Sink& sink, int type, std::string_view body) {
  constexpr int kConstant = 1;
  sink.u8(static_cast<std::size_t>(type)).u16(body.size()).u8(type == kHdf5Datatype ? kConstant : 0).raw(body);
}

// The newest form of groups and headers that HDF5 1.8 reads: the most compact one, with checksums.
class Writer {
 public:
  explicit Writer(const Hdf5File& contents) : contents_(contents) {
    members_[""];
    for (const auto& [path, values] : contents.groups) add_to_parent(path);
    for (const auto& [path, array] : contents.datasets) add_to_parent(path);
  }

  Bytes write() {
    file_.zeros(kSuperblockSize);
    write_heap();
    const std::uint64_t root = group("");
    Bytes bytes(file_.bytes().begin(), file_.bytes().end());
    std::ranges::copy(make_superblock(bytes.size(), root), bytes.begin());
    return bytes;
  }

 private:
  static constexpr std::size_t kSuperblockSize = 48;

  /// Its name in the group above, which may have to be made, too.
  void add_to_parent(const std::string& path) {
    if (path.empty()) return;
    const std::size_t slash = path.rfind('/');
    const std::string parent = slash == std::string::npos ? "" : path.substr(0, slash);
    members_[parent][slash == std::string::npos ? path : path.substr(slash + 1)] = path;
    if (!members_.contains(path) && !contents_.datasets.contains(path)) members_[path];
    add_to_parent(parent);
  }

  static std::string make_superblock(std::size_t file_size, std::uint64_t root) {
    Sink sink;
    sink.raw(kHdf5Signature).u8(2).u8(8).u8(8).u8(0);
    sink.u64(0).u64(kHdf5Undefined).u64(file_size).u64(root).checksum();
    return sink.bytes();
  }

  // ---- texts of attributes, all in one heap

  template <typename Visit>
  void visit_texts(Visit&& visit) const {
    for (const auto& [path, values] : contents_.groups) {
      for (const auto& [name, value] : values) {
        if (const auto* text = std::get_if<std::string>(&value)) visit(*text);
        if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) std::ranges::for_each(*texts, visit);
      }
    }
  }

  void write_heap() {
    visit_texts([&](const std::string& text) { text_index_.try_emplace(text, text_index_.size() + 1); });
    if (text_index_.empty()) return;
    std::map<std::size_t, std::string> by_index;
    for (const auto& [text, index] : text_index_) by_index[index] = text;
    Sink objects;
    for (const auto& [index, text] : by_index) {
      objects.u16(index).u16(1).u32(0).u64(text.size()).raw(text).align(8);
    }
    constexpr std::size_t kHeader = 16;
    constexpr std::size_t kLeast = 4096;  // the library reads as much
    const std::size_t used = kHeader + objects.size();
    const std::size_t size = std::max(kLeast, used + kHeader);
    heap_ = file_.size();
    file_.raw("GCOL").u32(1).u64(size).raw(objects.bytes());
    file_.u16(0).u16(0).u32(0).u64(size - used).zeros(size - used - kHeader);  // free space
  }

  Sink& put_text(Sink& sink, const std::string& text) const {
    return sink.u32(text.size()).u64(heap_).u32(text_index_.at(text));
  }

  // ---- objects

  /// Writes the header of an object, made of `messages`; gives its address.
  std::uint64_t object(const Sink& messages) {
    file_.align(8);
    const std::uint64_t address = file_.size();
    constexpr int kSizeIn32Bits = 2;
    file_.raw("OHDR").u8(2).u8(kSizeIn32Bits).u32(messages.size()).raw(messages.bytes());
    file_.checksum(address);
    return address;
  }

  std::uint64_t group(const std::string& path) {
    Sink messages;
    add_message(messages, kHdf5LinkInfo, Sink().u8(0).u8(0).u64(kHdf5Undefined).u64(kHdf5Undefined).bytes());
    add_message(messages, kHdf5GroupInfo, Sink().u8(0).u8(0).bytes());
    for (const auto& [name, member] : members_.at(path)) {
      const auto data = contents_.datasets.find(member);
      const std::uint64_t address = data == contents_.datasets.end() ? group(member) : dataset(data->second);
      constexpr int kSizeIn16Bits = 1;
      add_message(messages, kHdf5Link, Sink().u8(1).u8(kSizeIn16Bits).u16(name.size()).raw(name).u64(address).bytes());
    }
    if (const auto found = contents_.groups.find(path); found != contents_.groups.end()) {
      for (const auto& attribute : found->second) {
        std::visit([&](const auto& value) { add_attribute(messages, attribute.first, value); }, attribute.second);
      }
    }
    return object(messages);
  }

  std::uint64_t dataset(const NpyArray& array) {
    std::uint64_t place = kHdf5Undefined;
    if (!array.bytes.empty()) {
      file_.align(8);
      place = file_.size();
      file_.raw(as_text(array.bytes));
    }
    Sink messages;
    add_message(messages, kHdf5Dataspace, space(array.shape));
    add_message(messages, kHdf5Datatype, number_type(array.type));
    constexpr int kAllocatedLateNeverFilled = 2 | 1 << 2;
    add_message(messages, kHdf5FillValue, Sink().u8(3).u8(kAllocatedLateNeverFilled).bytes());
    constexpr int kContiguous = 1;
    add_message(messages, kHdf5Layout, Sink().u8(3).u8(kContiguous).u64(place).u64(array.bytes.size()).bytes());
    return object(messages);
  }

  // ---- attributes

  static void put_attribute(Sink& messages, const std::string& name, const std::string& type,
                            const std::vector<std::int64_t>& shape, std::string_view data) {
    const std::string sizes = space(shape);
    constexpr int kUtf8 = 1;
    Sink body;
    body.u8(3).u8(0).u16(name.size() + 1).u16(type.size()).u16(sizes.size()).u8(kUtf8);
    body.raw(name).u8(0).raw(type).raw(sizes).raw(data);
    add_message(messages, kHdf5Attribute, body.bytes());
  }

  void add_attribute(Sink& messages, const std::string& name, const std::string& value) const {
    Sink data;
    put_attribute(messages, name, text_type(), {}, put_text(data, value).bytes());
  }

  void add_attribute(Sink& messages, const std::string& name, const std::vector<std::string>& values) const {
    Sink data;
    for (const std::string& value : values) put_text(data, value);
    put_attribute(messages, name, text_type(), {static_cast<std::int64_t>(values.size())}, data.bytes());
  }

  static void add_attribute(Sink& messages, const std::string& name, const NpyArray& value) {
    put_attribute(messages, name, number_type(value.type), value.shape, as_text(value.bytes));
  }

  const Hdf5File& contents_;
  std::map<std::string, std::map<std::string, std::string>> members_;  // of each group: name -> path
  std::map<std::string, std::size_t> text_index_;                      // in the heap, from 1
  std::uint64_t heap_ = 0;
  Sink file_;
};

}  // namespace

Bytes write_hdf5(const Hdf5File& contents) { return Writer(contents).write(); }

}  // namespace thimble
