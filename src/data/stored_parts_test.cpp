// Several inputs that stay on the disk.
#include <gtest/gtest.h>

#include "base/mapped_file.h"
#include "data/arrays.h"
#include "data/load.h"
#include "data/splits.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

/// 0, 1, 2, ...
NpyArray counting(const std::vector<std::int64_t>& shape) {
  NpyArray array{NpyType::kUint8, shape, {}};
  std::size_t size = 1;
  for (const std::int64_t each : shape) size *= static_cast<std::size_t>(each);
  array.bytes.resize(size);
  for (std::size_t i = 0; i < array.bytes.size(); ++i) array.bytes[i] = static_cast<std::uint8_t>(i);
  return array;
}

std::vector<float> values_of(const Dataset& data) {
  std::vector<float> values(data.size() * data.sample_size());
  for (std::size_t i = 0; i < data.size(); ++i) {
    data.read(i, std::span(values).subspan(i * data.sample_size(), data.sample_size()));
  }
  return values;
}

// Two mapped inputs, and one in memory; bytes beside floats, and bytes alone.
TEST(StoredParts, AreAsInMemory) {
  const TemporaryFolder folder;
  std::vector<float> numbers(20 * 3);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i) * 0.37F - 5.0F;
  const NpyArray floats = make_npy<float>({20, 3}, numbers);
  std::vector<std::uint8_t> labels(20);
  for (std::size_t i = 0; i < 20; ++i) labels[i] = i % 3 == 0 ? 1 : 0;
  for (const NpyArray& second : {floats, counting({20, 3})}) {
    const auto load = [&](bool mapped) {
      std::vector<NamedArray> inputs;
      for (const NpyArray& array : {counting({20, 2, 2}), second, second}) {
        const fs::path path = folder.path() / "x.npy";
        real_file_system().write(path, ByteSpan(write_npy(array)));
        inputs.push_back({"x", array, mapped && inputs.size() < 2 ? map_npy(path) : std::nullopt});
        fs::remove(path);
      }
      return make_dataset(std::move(inputs), {{"y", make_npy<std::uint8_t>({20}, labels), {}}}, 0.5F);
    };
    const Dataset stored = load(true), whole = load(false);
    ASSERT_EQ(stored.stored_parts.size(), 3U);
    EXPECT_TRUE(stored.bytes.empty() && stored.floats.empty());
    EXPECT_EQ(stored.has_bytes(), whole.has_bytes());
    EXPECT_EQ(stored.bytes_of(0, 0), nullptr);
    EXPECT_EQ(stored.parts, whole.parts);
    EXPECT_EQ(values_of(stored), values_of(whole));
    EXPECT_EQ(stored.in_memory().bytes, whole.bytes);
    EXPECT_EQ(stored.in_memory().floats, whole.floats);
    for (std::size_t first = 0; first < 10; ++first) {  // within a part, and across
      for (std::size_t count = 0; count <= 10 - first; ++count) {
        std::vector<float> got(count), expected(count);
        stored.fetch(7, first, count);
        stored.read(7, first, got);
        whole.read(7, first, expected);
        EXPECT_EQ(got, expected);
      }
    }
    const auto order = shuffled_order(20, 1, 0, 8);
    const Dataset some = stored.select(order).part(3, 9), same = whole.select(order).part(3, 9);
    EXPECT_EQ(values_of(some), values_of(same));
    EXPECT_EQ(some.labels, same.labels);
    EXPECT_EQ(values_of(some.in_memory()), values_of(same));
    const DatasetSplits parts = hold_out(stored, 0.25, 3), expected = hold_out(whole, 0.25, 3);
    EXPECT_EQ(values_of(parts.train), values_of(expected.train));
    EXPECT_EQ(values_of(parts.test), values_of(expected.test));
  }
}

TEST(StoredParts, LargeInputsStayOnTheDisk) {
  const TemporaryFolder folder;
  FileSystem& files = real_file_system();
  const auto put = [&](const char* name, const NpyArray& array) {
    files.write(folder.path() / name, ByteSpan(write_npy(array)));
  };
  const std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 134217728), }\n";
  Bytes large = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, static_cast<std::uint8_t>(header.size()), 0};
  large.insert(large.end(), header.begin(), header.end());
  files.write(folder.path() / "a_train.npy", ByteSpan(large));
  fs::resize_file(folder.path() / "a_train.npy", large.size() + (std::size_t{2} << 27));  // zeros, not on the disk
  put("b_train.npy", counting({2, 3}));
  put("y_train.npy", counting({2}));
  const Dataset data = load_dataset(files, folder.path(), Split::kTrain, {}, {.inputs = {"a", "b"}, .outputs = {"y"}});
  ASSERT_EQ(data.stored_parts.size(), 2U);
  EXPECT_TRUE(data.bytes.empty());
  std::vector<float> end(5);
  data.read(1, data.sample_size() - 5, end);
  const float scale = data.scale;
  EXPECT_EQ(end, (std::vector<float>{0, 0, 3 * scale, 4 * scale, 5 * scale}));
}

}  // namespace
}  // namespace thimble
