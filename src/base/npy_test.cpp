#include "base/npy.h"

#include <gtest/gtest.h>

namespace thimble {
namespace {

using namespace std::string_literals;

/// A file as NumPy writes it: the header padded to 118 bytes.
std::string numpy_file(std::string header, const std::string& data) {
  header.resize(117, ' ');
  return "\x93NUMPY\x01\x00v\x00"s + header + '\n' + data;
}

NpyArray parse(const std::string& file) { return parse_npy(as_bytes(file)); }

std::string fault(const std::string& file) {
  try {
    parse(file);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no fault";
}

const std::string kFloats = numpy_file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
                                       "\0\0\0\0\0\0\x80?\0\0\0@\0\0@@\0\0\x80@\0\0\xa0@"s);

TEST(Npy, ReadsWhatNumPyWrote) {
  const NpyArray array = parse(kFloats);
  EXPECT_EQ(array.type, NpyType::kFloat32);
  EXPECT_EQ(array.shape, (std::vector<std::int64_t>{2, 3}));
  const auto values = array.values<float>();
  EXPECT_EQ(std::vector(values.begin(), values.end()), (std::vector<float>{0, 1, 2, 3, 4, 5}));
  EXPECT_THROW(array.values<int>(), InternalError);
}

TEST(Npy, WritesTheBytesThatNumPyWrites) {
  const float values[] = {0, 1, 2, 3, 4, 5};
  EXPECT_EQ(as_text(write_npy(make_npy<float>({2, 3}, values))), kFloats);
  EXPECT_EQ(as_text(write_npy({NpyType::kInt8, {}, {0}})),
            numpy_file("{'descr': '|i1', 'fortran_order': False, 'shape': (), }", "\0"s));
  EXPECT_EQ(as_text(write_npy({NpyType::kInt8, {5}, Bytes(5)})),
            numpy_file("{'descr': '|i1', 'fortran_order': False, 'shape': (5,), }", "\0\0\0\0\0"s));
  EXPECT_EQ(as_text(write_npy({NpyType::kInt8, {0, 3}, {}})),
            numpy_file("{'descr': '|i1', 'fortran_order': False, 'shape': (0, 3), }", ""));
}

TEST(Npy, ConvertsColumnMajorAndBigEndian) {
  const NpyArray array = parse(
      numpy_file("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }", "\0\0\0\x03\0\x01\0\x04\0\x02\0\x05"s));
  const std::int16_t values[] = {0, 1, 2, 3, 4, 5};
  EXPECT_EQ(array, make_npy<std::int16_t>({2, 3}, values));
}

TEST(Npy, EveryTypeAndRankComesBack) {
  for (int type = 0; type < 12; ++type) {
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{}, {0}, {3, 1, 2}, {1, 1, 1, 1, 1, 2, 1}}) {
      NpyArray array{static_cast<NpyType>(type), shape, {}};
      std::size_t size = npy_item_size(array.type);
      for (const std::int64_t each : shape) size *= static_cast<std::size_t>(each);
      array.bytes.assign(size, 1);
      EXPECT_EQ(parse_npy(write_npy(array)), array);
    }
  }
}

TEST(Npy, BoolsBecomeOneOrZero) {
  const NpyArray array = parse(numpy_file("{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}", "\x01\x07\0"s));
  EXPECT_EQ(array.bytes, (Bytes{1, 1, 0}));
}

TEST(Npy, RefusesWithTheReason) {
  const auto with = [](const std::string& header) { return fault(numpy_file(header, "1234")); };
  EXPECT_EQ(fault(""), "not a .npy file");
  EXPECT_EQ(fault("\x93NUMPY\x09\0v\0"s), "the .npy is of version 9, only 1 to 3 can be read");
  EXPECT_EQ(fault("\x93NUMPY\x02\0\xff\xff\xff\xff"s), "truncated .npy: the header has 4294967295 bytes");
  EXPECT_EQ(with("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"),
            "truncated .npy: its shape needs more than the 4 bytes there are");
  EXPECT_EQ(with("{'descr': '|i1', 'fortran_order': False, 'shape': (3,), }"),
            "damaged .npy: it has 4 bytes of data, its shape needs 3");
  EXPECT_EQ(with("{'descr': '|i1', 'fortran_order': False, 'shape': (4294967296, 4294967296), }"),
            "truncated .npy: its shape needs more than the 4 bytes there are");
  EXPECT_EQ(with("{'descr': '|i1', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296), }"),
            "truncated .npy: its shape needs more than the 4 bytes there are");
  EXPECT_EQ(with("{'descr': '|i1', 'fortran_order': False, 'shape': (-4,), }"),
            "damaged .npy header: a dimension is not a number");
  EXPECT_EQ(with("{'descr': '<c8', 'fortran_order': False, 'shape': (), }"),
            "the .npy is of a type that is not supported; save as float32, uint8, int32 or similar");
  EXPECT_EQ(with("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (), }"),
            "a .npy of a composed type cannot be read; save plain numbers");
  EXPECT_EQ(with("{'descr': '<f4', 'fortran_order': False}"),
            "damaged .npy header: it needs descr, fortran_order and shape");
  EXPECT_EQ(with("{'descr"), "damaged .npy header: a text does not end");
  EXPECT_EQ(with("nothing"), "damaged .npy header: '{' is missing");
}

TEST(Npy, SurvivesDamage) {
  for (std::size_t i = 0; i < kFloats.size(); ++i) {
    fault(kFloats.substr(0, i));
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = kFloats;
      changed[i] = static_cast<char>(byte);
      fault(changed);
    }
  }
}

}  // namespace
}  // namespace thimble
