#include "wire/hdf5.h"

#include <gtest/gtest.h>

#include <random>

#include "wire/hdf5_checksum.h"

namespace thimble {
namespace {

Bytes golden() { return real_file_system().read(THIMBLE_SOURCE_DIR "/tests/golden/tiny.h5"); }

template <typename Body>
std::string fault(Body&& body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no fault";
}

/// All types, many members, deep groups, empty things.
Hdf5File sample() {
  Hdf5File file;
  for (int type = 1; type < 12; ++type) {  // all but bool
    const auto each = static_cast<NpyType>(type);
    NpyArray array{each, {2, 3}, Bytes(6 * npy_item_size(each))};
    for (std::size_t i = 0; i < array.bytes.size(); ++i) array.bytes[i] = static_cast<std::uint8_t>(i + 40);
    file.datasets["types/" + std::string(npy_type_name(each))] = array;
  }
  for (int i = 0; i < 300; ++i) {
    file.datasets["many/vars/" + std::to_string(i)] = {NpyType::kInt8, {}, {static_cast<std::uint8_t>(i)}};
  }
  file.datasets["a/b/c/d/e"] = {NpyType::kFloat32, {0, 5}, {}};
  for (const char* path : {"", "types", "many", "many/vars", "a", "a/b", "a/b/c", "a/b/c/d"}) file.groups[path];
  file.groups["empty/group"];
  file.groups["empty"]["text"] = std::string("some text");
  file.groups["empty"]["texts"] = std::vector<std::string>{"one", "", "some text", "\xc3\xa4"};
  file.groups["empty"]["none"] = std::vector<std::string>{};
  file.groups[""]["numbers"] = NpyArray{NpyType::kInt16, {2}, {1, 2, 3, 4}};
  file.groups[""]["long"] = std::string(100'000, 'x');
  return file;
}

TEST(Hdf5, ReadsWhatH5pyWrote) {
  const Hdf5File file = parse_hdf5(golden());
  const NpyArray& kernel = file.datasets.at("model_weights/dense/sequential/dense/kernel");
  EXPECT_EQ(kernel.type, NpyType::kFloat32);
  EXPECT_EQ(kernel.shape, (std::vector<std::int64_t>{3, 2}));
  EXPECT_FLOAT_EQ(kernel.values<float>()[0], 0.03536265F);
  EXPECT_FLOAT_EQ(kernel.values<float>()[5], -0.6863772F);
  const NpyArray& step = file.datasets.at("optimizer_weights/adam/iteration");
  EXPECT_TRUE(step.shape.empty());
  EXPECT_EQ(step.values<std::int64_t>()[0], 1);
  const auto* config = file.attribute<std::string>("", "model_config");
  ASSERT_NE(config, nullptr);
  EXPECT_TRUE(config->starts_with("{\"class_name\": \"Sequential\""));
  EXPECT_TRUE(config->ends_with("}"));
  const auto* names = file.attribute<std::vector<std::string>>("model_weights", "layer_names");
  ASSERT_NE(names, nullptr);
  EXPECT_EQ(*names, (std::vector<std::string>{"dense", "dropout", "dense_1"}));
  EXPECT_TRUE(file.groups.contains("model_weights/dropout"));
  EXPECT_EQ(file.attribute<std::string>("", "no such"), nullptr);
}

TEST(Hdf5, ReadsWhatItWrites) {
  const Hdf5File file = sample();
  const Bytes bytes = write_hdf5(file);
  EXPECT_EQ(parse_hdf5(bytes), file);
  EXPECT_EQ(write_hdf5(parse_hdf5(bytes)), bytes);
  const Hdf5File keras = parse_hdf5(golden());
  EXPECT_EQ(parse_hdf5(write_hdf5(keras)), keras);
  EXPECT_EQ(parse_hdf5(write_hdf5({})).groups.size(), 1U);
}

TEST(Hdf5, ChecksumIsTheOneOfTheFormat) {
  // The vector that lookup3's author gives.
  EXPECT_EQ(hdf5_checksum(as_bytes("Four score and seven years ago")), 0x17770551U);
  EXPECT_EQ(hdf5_checksum({}), 0xdeadbeefU);
}

TEST(Hdf5, RefusesWithTheReason) {
  EXPECT_EQ(fault([] { parse_hdf5(as_bytes("\x89HDF")); }), "not an HDF5 file");
  const Bytes file = write_hdf5(sample());
  EXPECT_EQ(fault([&] { parse_hdf5(ByteSpan(file).first(file.size() - 1)); }),
            fmt::format("truncated HDF5 file: {} of {} bytes", file.size() - 1, file.size()));
  Bytes changed = file;
  const std::string_view text = as_text(file);
  changed[text.rfind("OHDR") + 30] ^= 1;  // in the root group
  EXPECT_EQ(fault([&] { parse_hdf5(changed); }), "damaged HDF5 file: wrong checksum");
}

TEST(Hdf5, RefusesTruncation) {
  for (const Bytes& file : {golden(), write_hdf5(sample())}) {
    for (std::size_t size = 0; size < file.size(); size += 61) {
      EXPECT_NE(fault([&] { parse_hdf5(ByteSpan(file).first(size)); }), "no fault");
    }
  }
}

TEST(Hdf5, SurvivesDamage) {
  const Bytes file = golden();  // of the old format, without checksums
  std::mt19937 random(5);
  for (std::size_t i = 0; i < file.size(); i += 5) {
    for (const int flip : {0x01, 0xff}) {
      Bytes changed = file;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
      if (random() % 2 == 0) changed[random() % file.size()] = static_cast<std::uint8_t>(random());
      const std::string message = fault([&] { parse_hdf5(changed); });
      EXPECT_EQ(message.find('\n'), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace thimble
