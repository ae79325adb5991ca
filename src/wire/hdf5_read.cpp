#include <set>

#include "base/printable.h"
#include "wire/hdf5.h"
#include "wire/hdf5_checksum.h"
#include "wire/hdf5_cursor.h"
#include "wire/hdf5_value.h"

namespace thimble {
namespace {

constexpr int kMaxDepth = 32;  // of groups in groups, and of the trees that index a group's members

/// A name in a group, and the address of what it names.
using Member = std::pair<std::string, std::uint64_t>;

struct Part {
  std::uint16_t type = 0;
  ByteSpan body;
};

class Reader {
 public:
  explicit Reader(ByteSpan file) : file_(file), budget_(2 * file.size() + (1 << 16)) {}

  Hdf5File read() {
    object("", root_address(), 0);
    return std::move(result_);
  }

 private:
  std::uint64_t root_address() {
    require(is_hdf5(file_), "not an HDF5 file");
    Hdf5Cursor cursor(file_.subspan(kHdf5Signature.size()));
    const int version = cursor.u8();
    require(version <= 3, "HDF5: a file of version {} cannot be read", version);
    if (version <= 1) cursor.skip(4);  // versions of structures
    const int offset_size = cursor.u8();
    const int length_size = cursor.u8();
    require(offset_size == 8 && length_size == 8, "HDF5: addresses of {} bytes cannot be read", offset_size);
    cursor.skip(version <= 1 ? 9 : 1);  // shapes of trees, flags
    if (version == 1) cursor.skip(4);
    const std::uint64_t base = cursor.u64();
    require(base == 0, "HDF5: a file with a block of a user's before it cannot be read");
    cursor.skip(8);  // free space; the superblock's extension
    const std::uint64_t end = cursor.u64();
    require(end <= file_.size(), "truncated HDF5 file: {} of {} bytes", file_.size(), end);
    if (version <= 1) cursor.skip(16);  // driver; name of the root group
    const std::uint64_t root = cursor.u64();
    if (version >= 2) {
      const ByteSpan checked = file_.first(file_.size() - cursor.left());
      verify(checked, cursor.u32());
    }
    return root;
  }

  // ---- objects: a list of messages, each describing one side of a group or a data set

  std::vector<Part> parts(std::uint64_t address) {
    Hdf5Cursor header = Hdf5Cursor::at(file_, address);
    std::vector<Part> found;
    if (header.left() > 0 && header.take(1)[0] == 1) {
      header.skip(7);  // counts of messages and of links
      const std::uint32_t size = header.u32();
      header.skip(4);
      old_messages(Hdf5Cursor(header.take(size)), found);
    } else {
      header = Hdf5Cursor::at(file_, address);
      header.expect("OHDR");
      require(header.u8() == 2, "HDF5: an object of an unknown version cannot be read");
      const int flags = header.u8();
      if (flags & 0x20) header.skip(16);  // times
      if (flags & 0x10) header.skip(4);   // when to change to other forms
      const std::uint64_t size = header.sized(flags & 3);
      const ByteSpan messages = header.take(size);
      const ByteSpan checked = file_.subspan(address, file_.size() - address - header.left());
      verify(checked, header.u32());
      new_messages(Hdf5Cursor(messages), (flags & 4) != 0, found);
    }
    return found;
  }

  void old_messages(Hdf5Cursor cursor, std::vector<Part>& found) {
    constexpr std::size_t kHeader = 8;
    while (cursor.left() >= kHeader) {
      const std::uint16_t type = cursor.u16();
      const std::uint16_t size = cursor.u16();
      const int flags = cursor.u8();
      cursor.skip(3);
      const ByteSpan body = cursor.take(size);
      if (type == kHdf5Continuation) {
        old_messages(continuation(body), found);
      } else {
        add_part(type, flags, body, found);
      }
    }
  }

  void new_messages(Hdf5Cursor cursor, bool ordered, std::vector<Part>& found) {
    const std::size_t header = ordered ? 6 : 4;
    while (cursor.left() >= header) {
      const std::uint8_t type = cursor.u8();
      const std::uint16_t size = cursor.u16();
      const int flags = cursor.u8();
      if (ordered) cursor.skip(2);
      const ByteSpan body = cursor.take(size);
      if (type == kHdf5Continuation) {
        new_messages(new_continuation(body), ordered, found);
      } else {
        add_part(type, flags, body, found);
      }
    }
  }

  Hdf5Cursor continuation(ByteSpan body) {
    require(++continuations_ < kMaxContinuations, "damaged HDF5 file: an object is continued without end");
    Hdf5Cursor cursor(body);
    const std::uint64_t address = cursor.u64();
    return Hdf5Cursor(Hdf5Cursor::at(file_, address).take(cursor.u64()));
  }

  Hdf5Cursor new_continuation(ByteSpan body) {
    Hdf5Cursor block = continuation(body);
    constexpr std::size_t kChecksum = 4;
    require(block.left() >= kChecksum, "damaged HDF5 file: a continuation of {} bytes", block.left());
    const ByteSpan checked = block.take(block.left() - kChecksum);
    verify(checked, block.u32());
    Hdf5Cursor messages(checked);
    messages.expect("OCHK");
    return messages;
  }

  void verify(ByteSpan bytes, std::uint32_t checksum) {
    budget_.step(static_cast<std::int64_t>(bytes.size() / 8));
    require(hdf5_checksum(bytes) == checksum, "damaged HDF5 file: wrong checksum");
  }

  void add_part(std::uint16_t type, int flags, ByteSpan body, std::vector<Part>& found) {
    budget_.step();
    constexpr int kShared = 2;
    require((flags & kShared) == 0 || (type != kHdf5Datatype && type != kHdf5Dataspace && type != kHdf5Attribute),
            "HDF5: an object of a named type cannot be read");
    found.push_back({type, body});
  }

  static const Part* find(const std::vector<Part>& parts, Hdf5Message type) {
    for (const Part& part : parts) {
      if (part.type == type) return &part;
    }
    return nullptr;
  }

  void object(const std::string& path, std::uint64_t address, int depth) {
    require(depth <= kMaxDepth, "HDF5: groups are nested more than {} deep", kMaxDepth);
    require(seen_.insert(address).second, "HDF5: an object has two names, which cannot be read");
    budget_.spend(path.size());
    continuations_ = 0;
    const std::vector<Part> all = parts(address);
    if (find(all, kHdf5Layout)) {
      with_context(printable(path), [&] { dataset(path, all); });
    } else {
      with_context(fmt::format("group '{}'", printable(path)), [&] { attributes(result_.groups[path], all); });
      for (const auto& [name, place] : members(all)) {
        object(path.empty() ? name : fmt::format("{}/{}", path, name), place, depth + 1);
      }
    }
  }

  // ---- groups

  void attributes(Hdf5Attributes& to, const std::vector<Part>& all) {
    for (const Part& part : all) {
      if (part.type == kHdf5Attribute) {
        auto [name, value] = parse_hdf5_attribute(Hdf5Cursor(part.body), file_, budget_);
        if (value) to[std::move(name)] = std::move(*value);
      } else if (part.type == kHdf5AttributeInfo) {
        Hdf5Cursor cursor(part.body);
        cursor.skip(1);  // version
        if (cursor.u8() & 1) cursor.skip(2);
        require(cursor.u64() == kHdf5Undefined, "HDF5: attributes that are kept in a heap cannot be read");
      }
    }
  }

  std::vector<Member> members(const std::vector<Part>& all) {
    std::vector<Member> found;
    for (const Part& part : all) {
      Hdf5Cursor cursor(part.body);
      if (part.type == kHdf5SymbolTable) {
        const std::uint64_t tree = cursor.u64();
        tree_members(tree, names(cursor.u64()), 0, found);
      } else if (part.type == kHdf5Link) {
        found.push_back(link(cursor));
      } else if (part.type == kHdf5LinkInfo) {
        cursor.skip(1);  // version
        if (cursor.u8() & 1) cursor.skip(8);
        require(cursor.u64() == kHdf5Undefined, "HDF5: a group whose members are kept in a heap cannot be read");
      }
    }
    return found;
  }

  /// The part of a local heap where the names of a group's members stand.
  Hdf5Cursor names(std::uint64_t address) const {
    Hdf5Cursor heap = Hdf5Cursor::at(file_, address);
    heap.expect("HEAP");
    heap.skip(4);  // version
    const std::uint64_t size = heap.u64();
    heap.skip(8);  // free places
    return Hdf5Cursor(Hdf5Cursor::at(file_, heap.u64()).take(size));
  }

  void tree_members(std::uint64_t address, const Hdf5Cursor& names, int depth, std::vector<Member>& found) {
    require(depth <= kMaxDepth, "damaged HDF5 file: a tree leads in circles");
    budget_.step();
    Hdf5Cursor node = Hdf5Cursor::at(file_, address);
    if (depth > 0 && as_text(file_.subspan(address)).starts_with("SNOD")) {
      node_members(node, names, found);
      return;
    }
    node.expect("TREE");
    node.skip(2);  // kind and level
    const std::uint16_t count = node.u16();
    node.skip(2 * 8);  // siblings
    for (int i = 0; i < count; ++i) {
      node.skip(8);  // key
      tree_members(node.u64(), names, depth + 1, found);
    }
  }

  void node_members(Hdf5Cursor node, const Hdf5Cursor& names, std::vector<Member>& found) {
    node.expect("SNOD");
    node.skip(2);  // version
    const std::uint16_t count = node.u16();
    for (int i = 0; i < count; ++i) {
      Hdf5Cursor name = names;
      name.skip(node.u64());
      const std::uint64_t address = node.u64();
      constexpr std::uint32_t kSoftLink = 2;
      require(node.u32() != kSoftLink, "HDF5: a link to another name cannot be read");
      node.skip(20);
      found.push_back(member(name.text(), address));
    }
  }

  Member link(Hdf5Cursor cursor) {
    cursor.skip(1);  // version
    const int flags = cursor.u8();
    const int kind = flags & 0x08 ? cursor.u8() : 0;
    require(kind == 0, "HDF5: a link to another name or file cannot be read");
    if (flags & 0x04) cursor.skip(8);  // order
    if (flags & 0x10) cursor.skip(1);  // character set
    const std::string_view name = as_text(cursor.take(cursor.sized(flags & 3)));
    return member(name, cursor.u64());
  }

  Member member(std::string_view name, std::uint64_t address) {
    constexpr std::size_t kMaxName = 1000;
    require(!name.empty() && name.size() <= kMaxName, "damaged HDF5 file: a name of {} characters", name.size());
    budget_.step();
    budget_.spend(name.size());
    return {std::string(name), address};
  }

  // ---- data sets

  void dataset(const std::string& path, const std::vector<Part>& all) {
    const Part* type_part = find(all, kHdf5Datatype);
    const Part* space_part = find(all, kHdf5Dataspace);
    require(type_part && space_part, "damaged HDF5 file: no type or no shape");
    require(!find(all, kHdf5Filters), "compressed data cannot be read; save without compression");
    const Hdf5Type type = parse_hdf5_type(Hdf5Cursor(type_part->body));
    require(type.kind == Hdf5Type::kNumber, "only arrays of little-endian integers and floats can be read");
    const Hdf5Space space = parse_hdf5_space(Hdf5Cursor(space_part->body), type.size, file_.size());
    const std::uint64_t size = space.elements * type.size;
    budget_.spend(size);
    const ByteSpan data = raw(Hdf5Cursor(find(all, kHdf5Layout)->body), size);
    require(data.size() >= size, "damaged HDF5 file: {} bytes of data, its shape needs {}", data.size(), size);
    result_.datasets[path] = {type.number, space.shape,
                              Bytes(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size))};
  }

  /// At least the first `wanted` bytes.
  ByteSpan raw(Hdf5Cursor layout, std::uint64_t wanted) {
    const int version = layout.u8();
    require(version == 3 || version == 4, "HDF5: data of layout version {} cannot be read", version);
    enum Class { kCompact = 0, kContiguous = 1 };
    const int kind = layout.u8();
    if (kind == kCompact) return layout.take(layout.u16());
    require(kind == kContiguous, "data in chunks cannot be read; save without chunks or compression");
    const std::uint64_t address = layout.u64();
    if (wanted == 0) return {};
    require(address != kHdf5Undefined, "has a shape, but no data");
    return Hdf5Cursor::at(file_, address).take(layout.u64());
  }

  static constexpr int kMaxContinuations = 1000;  // of one object

  ByteSpan file_;
  Hdf5Budget budget_;
  Hdf5File result_;
  std::set<std::uint64_t> seen_;  // addresses of objects
  int continuations_ = 0;
};

}  // namespace

bool is_hdf5(ByteSpan file) { return as_text(file).starts_with(kHdf5Signature); }

Hdf5File parse_hdf5(ByteSpan file) { return Reader(file).read(); }

}  // namespace thimble
