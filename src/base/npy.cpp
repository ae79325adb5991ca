#include "base/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <string>

namespace thimble {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are kept as they lie in the file");

struct TypeInfo {
  std::string_view code;  // kind and bytes, as in the header
  std::string_view name;
};

// In the order of NpyType.
constexpr std::array<TypeInfo, 12> kTypes{{{"b1", "bool"},
                                           {"i1", "int8"},
                                           {"u1", "uint8"},
                                           {"i2", "int16"},
                                           {"u2", "uint16"},
                                           {"i4", "int32"},
                                           {"u4", "uint32"},
                                           {"i8", "int64"},
                                           {"u8", "uint64"},
                                           {"f2", "float16"},
                                           {"f4", "float32"},
                                           {"f8", "float64"}}};
constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxRank = 32;  // NumPy's own

const TypeInfo& info(NpyType type) { return kTypes[static_cast<std::size_t>(type)]; }

struct Header {
  NpyType type = NpyType::kFloat32;
  bool big_endian = false;
  bool column_major = false;
  std::vector<std::int64_t> shape;
};

/// Reads the header's text: a Python dictionary such as {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : rest_(text) {}

  Header parse() {
    int found = 0;
    expect("{");
    while (!accept("}")) {
      const std::string_view key = quoted();
      expect(":");
      if (key == "descr") {
        parse_type(quoted());
        found |= 1;
      } else if (key == "fortran_order") {
        header_.column_major = accept("True");
        if (!header_.column_major) expect("False");
        found |= 2;
      } else if (key == "shape") {
        parse_shape();
        found |= 4;
      } else {
        input_error("damaged .npy header: it has an unknown key");
      }
      if (!accept(",")) {
        expect("}");
        break;
      }
    }
    require(found == 7, "damaged .npy header: it needs descr, fortran_order and shape");
    return header_;
  }

 private:
  bool accept(std::string_view word) {
    const std::size_t start = rest_.find_first_not_of(" \n");
    rest_.remove_prefix(std::min(start, rest_.size()));
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  void expect(std::string_view word) { require(accept(word), "damaged .npy header: '{}' is missing", word); }

  std::string_view quoted() {
    const std::string_view quote = accept("\"") ? "\"" : "'";
    require(quote == "\"" || accept(quote), "a .npy of a composed type cannot be read; save plain numbers");
    const std::size_t end = rest_.find(quote);
    require(end != std::string_view::npos, "damaged .npy header: a text does not end");
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
  }

  void parse_type(std::string_view descr) {
    const bool has_order = !descr.empty() && std::string_view("<>|=").find(descr[0]) != std::string_view::npos;
    header_.big_endian = has_order && descr[0] == '>';
    const auto type = std::ranges::find(kTypes, descr.substr(has_order ? 1 : 0), &TypeInfo::code);
    require(type != kTypes.end(),
            "the .npy is of a type that is not supported; save as float32, uint8, int32 or similar");
    header_.type = static_cast<NpyType>(type - kTypes.begin());
  }

  void parse_shape() {
    expect("(");
    while (!accept(")")) {
      require(header_.shape.size() < kMaxRank, "the .npy has more than {} dimensions", kMaxRank);
      header_.shape.push_back(number());
      if (!accept(",")) {
        expect(")");
        break;
      }
    }
  }

  std::int64_t number() {
    accept("");  // spaces
    std::int64_t value = -1;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    require(error == std::errc() && value >= 0, "damaged .npy header: a dimension is not a number");
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  std::string_view rest_;
  Header header_;
};

/// Throws unless an array of this header has `available` bytes. No product of its dimensions can overflow later, those
/// of an empty array neither.
void check_size(const Header& header, std::size_t available) {
  constexpr std::size_t kMaxOfEmpty = std::size_t{1} << 40;
  const bool empty = std::ranges::find(header.shape, 0) != header.shape.end();
  const std::size_t limit = empty ? kMaxOfEmpty : available;
  std::size_t size = npy_item_size(header.type);
  for (const std::int64_t dimension : header.shape) {
    const auto factor = static_cast<std::size_t>(std::max<std::int64_t>(dimension, 1));
    require(factor <= limit / size, "truncated .npy: its shape needs more than the {} bytes there are", available);
    size *= factor;
  }
  if (empty) size = 0;
  require(size == available, "damaged .npy: it has {} bytes of data, its shape needs {}", available, size);
}

/// `from` in column-major order -> row-major order.
Bytes row_major(const Bytes& from, const std::vector<std::int64_t>& shape, std::size_t item) {
  Bytes to(from.size());
  std::vector<std::size_t> index(shape.size(), 0);
  for (std::size_t place = 0; place < from.size(); place += item) {
    std::size_t source = 0;
    for (std::size_t axis = shape.size(); axis-- > 0;)
      source = source * static_cast<std::size_t>(shape[axis]) + index[axis];
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(source * item), item,
                to.begin() + static_cast<std::ptrdiff_t>(place));
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      if (std::cmp_less(++index[axis], shape[axis])) break;
      index[axis] = 0;
    }
  }
  return to;
}

void swap_bytes(Bytes& bytes, std::size_t item) {
  for (auto place = bytes.begin(); place != bytes.end(); place += static_cast<std::ptrdiff_t>(item)) {
    std::reverse(place, place + static_cast<std::ptrdiff_t>(item));
  }
}

/// A bool of C++ must not have other bytes than 0 and 1.
std::uint8_t is_true(std::uint8_t byte) { return byte != 0 ? 1 : 0; }

/// Where the header's text starts and how long it is.
std::pair<std::size_t, std::size_t> header_place(ByteSpan file) {
  require(file.size() >= 10 && as_text(file).starts_with(kMagic), "not a .npy file");
  const int version = file[kMagic.size()];
  require(version >= 1 && version <= 3, "the .npy is of version {}, only 1 to 3 can be read", version);
  std::size_t start = kMagic.size() + 2;
  std::size_t length = 0;
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  require(file.size() >= start + length_bytes, "truncated .npy");
  for (std::size_t i = 0; i < length_bytes; ++i) length |= std::size_t{file[start + i]} << (8 * i);
  start += length_bytes;
  require(length <= file.size() - start, "truncated .npy: the header has {} bytes", length);
  return {start, length};
}

}  // namespace

std::size_t npy_item_size(NpyType type) { return static_cast<std::size_t>(info(type).code[1] - '0'); }
std::string_view npy_type_name(NpyType type) { return info(type).name; }

NpyArray parse_npy(ByteSpan file) {
  const auto [start, length] = header_place(file);
  const Header header = HeaderParser(as_text(file.subspan(start, length))).parse();
  const ByteSpan data = file.subspan(start + length);
  check_size(header, data.size());
  NpyArray array{header.type, header.shape, Bytes(data.begin(), data.end())};
  const std::size_t item = npy_item_size(array.type);
  if (header.big_endian && item > 1) swap_bytes(array.bytes, item);
  if (header.column_major && array.shape.size() > 1) array.bytes = row_major(array.bytes, array.shape, item);
  if (array.type == NpyType::kBool) std::ranges::transform(array.bytes, array.bytes.begin(), is_true);
  return array;
}

Bytes write_npy(const NpyArray& array) {
  const std::size_t item = npy_item_size(array.type);
  std::string shape;
  for (const std::int64_t size : array.shape) shape += (shape.empty() ? "" : ", ") + std::to_string(size);
  if (array.shape.size() == 1) shape += ',';
  std::string text = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}), }}", item == 1 ? '|' : '<',
                                 info(array.type).code, shape);
  // NumPy leaves room for the first dimension to grow to 21 digits.
  if (!array.shape.empty()) text.append(21 - std::to_string(array.shape[0]).size(), ' ');
  // Magic, version, length and header together fill a multiple of 64 bytes.
  const std::size_t before = kMagic.size() + 4;
  text.resize((before + text.size() + 1 + 63) / 64 * 64 - before - 1, ' ');
  text += '\n';
  std::string head(kMagic);
  head += {'\x01', '\x00', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  head += text;
  Bytes file(head.begin(), head.end());
  file.insert(file.end(), array.bytes.begin(), array.bytes.end());
  return file;
}

}  // namespace thimble
