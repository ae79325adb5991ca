#include "wire/zip.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "wire/npz.h"

namespace thimble {
namespace {

constexpr std::size_t kEnough = 1 << 20;

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

Bytes golden() { return real_file_system().read(THIMBLE_SOURCE_DIR "/tests/golden/tiny.npz"); }

template <typename Body>
std::string fault(Body&& body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no fault";
}

TEST(Zip, ReadsWhatItWrites) {
  const std::vector<ZipEntry> entries = {
      {"b/second", bytes("two")}, {"a", bytes(std::string(5000, 'x'))}, {"empty", {}}};
  const Bytes file = write_zip(entries);
  EXPECT_EQ(file, write_zip(entries));
  const std::vector<ZipEntry> again = parse_zip(file, kEnough);
  ASSERT_EQ(again.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(again[i].name, entries[i].name);
    EXPECT_EQ(again[i].contents, entries[i].contents);
  }
  const auto only = parse_zip(file, kEnough, [](std::string_view name) { return name == "b/second"; });
  ASSERT_EQ(only.size(), 1U);
  EXPECT_EQ(as_text(only[0].contents), "two");
}

TEST(Zip, RefusesWithTheReason) {
  Bytes file = write_zip({{"one", bytes("1234567890")}, {"two", bytes("abc")}});
  EXPECT_EQ(fault([] { parse_zip(as_bytes("PNG"), kEnough); }), "not a zip archive");
  EXPECT_EQ(fault([&] { parse_zip(file, 9); }), "'one': unpacks to more than is read; 10 bytes");
  EXPECT_EQ(fault([&] { parse_zip(file, 12); }), "'two': unpacks to more than is read; 3 bytes");
  EXPECT_EQ(fault([&] { parse_zip(file, 13); }), "no fault");
  Bytes changed = file;
  *std::find(changed.begin(), changed.end(), '5') = '6';
  EXPECT_EQ(fault([&] { parse_zip(changed, kEnough); }), "'one': damaged zip: wrong checksum or length");
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_NE(fault([&] { parse_zip(ByteSpan(file).first(size), kEnough); }), "no fault");
  }
}

TEST(Zip, SurvivesDamage) {
  for (const Bytes& file : {golden(), write_zip({{"one", bytes("1234567890")}, {"two", bytes("abc")}})}) {
    for (std::size_t i = 0; i < file.size(); ++i) {
      for (const int flip : {0x01, 0x80, 0xff, 0x44}) {
        Bytes changed = file;
        changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
        fault([&] { parse_npz(changed); });
      }
    }
  }
}

TEST(Npz, ReadsWhatNumPyWrote) {
  const NpzArrays arrays = parse_npz(golden());
  ASSERT_EQ(arrays.size(), 4U);
  const NpyArray& images = arrays.at("x_train");
  EXPECT_EQ(images.type, NpyType::kUint8);
  EXPECT_EQ(images.shape, (std::vector<std::int64_t>{2, 3, 4}));
  EXPECT_EQ(images.bytes[23], 23);
  EXPECT_EQ(arrays.at("y_train").values<std::int64_t>()[0], 1);
  EXPECT_EQ(arrays.at("x_test").values<float>()[11], 11 / 8.0F);
}

TEST(Npz, ReadsWhatItWrites) {
  const NpzArrays arrays = parse_npz(golden());
  EXPECT_EQ(parse_npz(write_npz(arrays)), arrays);
  const NpzArrays some = parse_npz(golden(), {"y_test", "other"});
  ASSERT_EQ(some.size(), 1U);
  EXPECT_EQ(some.at("y_test"), arrays.at("y_test"));
}

TEST(Npz, NamesTheDamagedArray) {
  EXPECT_EQ(fault([] { parse_npz(write_zip({{"a.npy", bytes("nothing")}})); }), "a: not a .npy file");
}

}  // namespace
}  // namespace thimble
