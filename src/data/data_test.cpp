#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "base/mapped_file.h"
#include "data/csv.h"
#include "data/dataset.h"
#include "data/load.h"
#include "data/mapped_array.h"
#include "wire/idx.h"
#include "wire/npz.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

const std::string kAdvice =
    "a data set is a folder (of MNIST's four IDX files, of x_train.npy and its like, of train.csv and test.csv, of "
    "folders of .png or .wav files by class), an .npz or a .csv";
const fs::path kMnist = THIMBLE_SOURCE_DIR "/data/mnist";

/// Files in memory.
class FakeFiles final : public FileSystem {
 public:
  using FileSystem::read;
  std::map<fs::path, Bytes> contents;

  Bytes read(const fs::path& path, std::size_t) override { return contents.at(path); }
  void write(const fs::path& path, ByteSpan bytes) override { contents[path] = {bytes.begin(), bytes.end()}; }
  bool is_file(const fs::path& path) override { return contents.contains(path); }
  bool is_folder(const fs::path& path) override { return path == "folder"; }
};

template <typename Body>
std::string fault(Body&& body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no fault";
}

NpyArray counting(NpyType type, std::vector<std::int64_t> shape) {
  NpyArray array{type, std::move(shape), {}};
  std::size_t size = npy_item_size(type);
  for (const std::int64_t each : array.shape) size *= static_cast<std::size_t>(each);
  array.bytes.assign(size, 0);
  for (std::size_t i = 0; i < array.elements(); ++i)
    array.bytes[i * npy_item_size(type)] = static_cast<std::uint8_t>(i);
  return array;
}

NpzArrays small() {
  const float test[] = {0, 0.5F, 1, 1.5F};
  const std::int64_t train_labels[] = {2, 0, 1};
  const std::uint8_t test_labels[] = {3};
  return {{"x_train", counting(NpyType::kUint8, {3, 2, 2})},
          {"y_train", make_npy<std::int64_t>({3, 1}, train_labels)},
          {"x_test", make_npy<float>({1, 2, 2}, test)},
          {"y_test", make_npy<std::uint8_t>({1}, test_labels)}};
}

FakeFiles with(const NpzArrays& arrays) {
  FakeFiles files;
  files.write("a.npz", write_npz(arrays));
  return files;
}

Bytes idx(const std::vector<std::uint8_t>& dimensions, std::size_t size, std::uint8_t value) {
  Bytes file{0, 0, 8, static_cast<std::uint8_t>(dimensions.size())};
  for (const std::uint8_t each : dimensions) file.insert(file.end(), {0, 0, 0, each});
  file.insert(file.end(), size, value);
  return file;
}

TEST(Load, Mnist) {
  const DatasetSplits mnist = load_dataset(real_file_system(), kMnist);
  EXPECT_EQ(mnist.train.size(), 60'000U);
  EXPECT_EQ(mnist.test.size(), 10'000U);
  for (const Dataset& data : {mnist.train, mnist.test}) {
    EXPECT_EQ(data.sample_shape, (std::vector<std::int32_t>{28, 28, 1}));
    EXPECT_EQ(data.bytes.size(), data.size() * 784);
    EXPECT_EQ(data.classes, 10);
    EXPECT_EQ(data.scale, 1.0F / 255.0F);
  }
  const auto starts = [](const Dataset& data, const std::vector<std::int32_t>& labels) {
    return std::equal(labels.begin(), labels.end(), data.labels.begin());
  };
  EXPECT_TRUE(starts(mnist.train, {5, 0, 4, 1, 9, 2, 1, 3, 1, 4}));
  EXPECT_TRUE(starts(mnist.test, {7, 2, 1, 0, 4, 1, 4, 9, 5, 9}));
  std::array<int, 10> counts{};
  for (const std::int32_t label : mnist.train.labels) ++counts[static_cast<std::size_t>(label)];
  EXPECT_EQ(counts, (std::array<int, 10>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}));
}

TEST(Load, Npz) {
  FakeFiles files = with(small());
  const DatasetSplits splits = load_dataset(files, "a.npz");
  EXPECT_EQ(splits.train.sample_shape, (std::vector<std::int32_t>{2, 2, 1}));
  EXPECT_TRUE(splits.train.has_bytes());
  EXPECT_EQ(splits.train.labels, (std::vector<std::int32_t>{2, 0, 1}));
  EXPECT_EQ(splits.train.classes, 4);
  EXPECT_FALSE(splits.test.has_bytes());
  EXPECT_EQ(splits.test.floats, (std::vector<float>{0, 0.5F, 1, 1.5F}));
}

TEST(Load, FolderWithOtherNames) {
  FakeFiles files;
  files.write("folder/train-images.idx3-ubyte", idx({2, 3, 3}, 18, 7));
  files.write("folder/train-labels-idx1-ubyte", idx({2}, 2, 1));
  const Dataset data = load_dataset(files, "folder", Split::kTrain);
  EXPECT_EQ(data.sample_shape, (std::vector<std::int32_t>{3, 3, 1}));
  EXPECT_EQ(data.classes, 2);
}

TEST(Load, FolderFaults) {
  FakeFiles files;
  const auto train = [&] { return fault([&] { load_dataset(files, "folder", Split::kTrain); }); };
  EXPECT_EQ(train(), "folder: train-images-idx3-ubyte is missing, and train-images-idx3-ubyte.gz, too; " + kAdvice);
  files.write("folder/train-images-idx3-ubyte", idx({2, 3, 3}, 17, 7));
  files.write("folder/train-labels-idx1-ubyte", idx({3}, 3, 1));
  EXPECT_EQ(train(),
            "folder/train-images-idx3-ubyte: truncated IDX file: its dimensions need more than the 17 bytes there are");
  files.write("folder/train-images-idx3-ubyte", idx({2, 3, 3}, 18, 7));
  EXPECT_EQ(train(),
            "folder/train-labels-idx1-ubyte: has 3 labels for the 2 samples of folder/train-images-idx3-ubyte");
}

TEST(Load, NpzFaults) {
  const auto after = [](const std::string& name, const NpyArray& array, Split split = Split::kTrain) {
    NpzArrays arrays = small();
    arrays[name] = array;
    FakeFiles files = with(arrays);
    return fault([&] { load_dataset(files, "a.npz", split); });
  };
  const std::int32_t negative[] = {0, -1, 0};
  EXPECT_EQ(after("y_train", make_npy<std::int32_t>({3}, negative)),
            "a.npz: y_train: label -1 of sample 1 is out of range; labels count from 0");
  EXPECT_EQ(after("y_train", counting(NpyType::kFloat32, {3})),
            "no fault");  // numbers to predict
  EXPECT_EQ(after("y_train", counting(NpyType::kInt8, {3, 10})),
            "a.npz: y_train: has 2 dimensions; labels have one, one label a sample");
  EXPECT_EQ(after("y_train", counting(NpyType::kInt8, {2})),
            "a.npz: y_train: has 2 labels for the 3 samples of a.npz: x_train");
  EXPECT_EQ(after("x_train", counting(NpyType::kInt16, {3, 4})),
            "a.npz: x_train: is of type int16; save samples as uint8 or float32");
  EXPECT_EQ(after("x_train", counting(NpyType::kUint8, {3})),
            "a.npz: x_train: has 1 dimensions; samples are (count, features) or (count, height, width[, channels])");
  EXPECT_EQ(after("x_train", counting(NpyType::kUint8, {0, 4})), "a.npz: x_train: holds no samples");
  const float infinite[] = {0, 1, std::numeric_limits<float>::infinity(), 0};
  EXPECT_EQ(after("x_test", make_npy<float>({2, 2}, infinite), Split::kTest),
            "a.npz: x_test: sample 1 has a value that is not finite");
  NpzArrays arrays = small();
  arrays.erase("y_test");
  FakeFiles files = with(arrays);
  EXPECT_EQ(fault([&] { load_dataset(files, "a.npz", Split::kTest); }),
            "a.npz: has no array 'y_test'; x_train, y_train, x_test and y_test are needed");
  arrays = small();
  arrays["x_test"] = counting(NpyType::kUint8, {1, 9});
  files = with(arrays);
  EXPECT_EQ(fault([&] { load_dataset(files, "a.npz"); }),
            "a.npz: samples to train on and to test with have different shapes");
  EXPECT_EQ(fault([&] { load_dataset(files, "b.npz", Split::kTest); }), "b.npz: is not there; " + kAdvice);
  files.write("c.png", Bytes(9));
  EXPECT_EQ(fault([&] { load_dataset(files, "c.png", Split::kTest); }),
            "c.png: is no data set that can be read; " + kAdvice);
}

TEST(Load, LabelsMustFitTheModel) {
  Dataset data{.sample_shape = {1}, .bytes = Bytes(2), .floats = {}, .labels = {0, 3}, .classes = 4};
  EXPECT_EQ(fault([&] { require_labels_below(data, 4); }), "no fault");
  EXPECT_EQ(fault([&] { require_labels_below(data, 3); }), "sample 1 has the label 3, but there are only 3 classes");
}

TEST(Csv, ClassesByNumberAndByWord) {
  const Dataset numbers = parse_csv("1,2.5,0\n3,4,2\n");
  EXPECT_EQ(numbers.sample_shape, std::vector<std::int32_t>{2});
  EXPECT_EQ(numbers.floats, (std::vector<float>{1, 2.5F, 3, 4}));
  EXPECT_EQ(numbers.labels, (std::vector<std::int32_t>{0, 2}));
  EXPECT_EQ(numbers.classes, 3);
  const Dataset words = parse_csv("\xEF\xBB\xBF\"kind\";a;b\r\n\"x \"\"y\"\"\";1;2\r\nabc; 3 ;4e1\r\n", "kind");
  EXPECT_EQ(words.class_names, (std::vector<std::string>{"abc", "x \"y\""}));
  EXPECT_EQ(words.labels, (std::vector<std::int32_t>{1, 0}));
  EXPECT_EQ(words.floats, (std::vector<float>{1, 2, 3, 40}));
  const Dataset other = parse_csv("kind,a,b\nabc,1,2\n", "kind", {"aaa", "abc"});
  EXPECT_EQ(other.labels, std::vector<std::int32_t>{1});
}

TEST(Csv, NumbersToPredict) {
  const Dataset data = parse_csv("y,a\n0.5,1\n2,3\n");
  EXPECT_EQ(data.targets, (std::vector<float>{0.5F, 2}));
  EXPECT_EQ(data.size(), 2U);
  EXPECT_TRUE(data.labels.empty());
}

TEST(Csv, FaultsNameLineAndColumn) {
  const auto after = [](const char* text, const char* label = "") { return fault([&] { parse_csv(text, label); }); };
  EXPECT_EQ(after("a,b,label\n1,2,0\n1,x,0\n"), "line 3, column 'b': 'x' is no finite number");
  EXPECT_EQ(after("1,2,0\n\n1,nan,0\n"), "line 3, column 2: 'nan' is no finite number");
  EXPECT_EQ(after("1,2,0\n1,0\n"), "line 2: has 2 columns, the first line has 3");
  EXPECT_EQ(after("1,2,0\n1,2,-1\n"), "line 2: label -1 is out of range; labels count from 0");
  EXPECT_EQ(after("a,b\n1,\n"), "line 2: the label in column 'b' is missing");
  EXPECT_EQ(after("a,b\n1,2\n", "c"), "has no column 'c'; label names one of the first line");
  EXPECT_EQ(after("a,b\n"), "holds no samples");
  EXPECT_EQ(after("1\n"), "has one column; a sample needs features and a label");
}

TEST(Dataset, OnDiskIsAsInMemory) {
  Bytes bytes(60);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
  for (const std::size_t most : {std::size_t{1000}, std::size_t{8}}) {
    SpillingBytes spilling(most);
    for (std::size_t i = 0; i < 20; ++i) spilling.append(ByteSpan(bytes).subspan(3 * i, 3));
    EXPECT_EQ(spilling.on_disk(), most == 8);
    Dataset data{.sample_shape = {3}, .bytes = {}, .floats = {}, .labels = std::vector<std::int32_t>(20), .classes = 1};
    data.stored = std::move(spilling).finish();
    EXPECT_EQ(data.in_memory().bytes, bytes);
    const std::uint32_t some[] = {7, 2};
    const Dataset selected = data.select(some).part(1, 1);
    EXPECT_EQ(selected.in_memory().bytes, Bytes(bytes.begin() + 6, bytes.begin() + 9));
    float sample[3];
    selected.read(0, sample);
    EXPECT_EQ(sample[0], static_cast<float>(bytes[6]) * data.scale);
  }
}

TEST(MappedArray, IsAsRead) {
  const TemporaryFolder folder;
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  const NpyArray array = make_npy<float>({3, 2}, values);
  real_file_system().write(folder.path() / "a.npy", ByteSpan(write_npy(array)));
  const auto mapped = map_npy(folder.path() / "a.npy");
  ASSERT_TRUE(mapped);
  EXPECT_EQ(mapped->shape, array.shape);
  EXPECT_TRUE(std::ranges::equal(mapped->bytes.span(), array.bytes));
  const Bytes file = idx({2, 3, 3}, 18, 7);
  real_file_system().write(folder.path() / "a.idx", ByteSpan(file));
  EXPECT_EQ(map_idx(folder.path() / "a.idx")->shape, (std::vector<std::int64_t>{2, 3, 3}));
  real_file_system().write(folder.path() / "b.idx", ByteSpan(file).first(21));
  EXPECT_EQ(fault([&] { map_idx(folder.path() / "b.idx"); }), "holds 5 bytes of data, its shape says 18");
}

/// A grey PNG of 2 x 1 pixels, 10 and 200, as Pillow writes it.
Bytes small_png() {
  return {0x89, 'P', 'N', 'G', 13, 10,  26,  10, 0,   0,  0, 13, 73, 72, 68, 82, 0,  0,  0,   2,   0,  0,   0,
          1,    8,   0,   0,   0,  0,   209, 73, 32,  86, 0, 0,  0,  11, 73, 68, 65, 84, 120, 156, 99, 224, 58,
          1,    0,   0,   223, 0,  211, 75,  33, 165, 73, 0, 0,  0,  0,  73, 69, 78, 68, 174, 66,  96, 130};
}

TEST(Images, ByClass) {
  const TemporaryFolder folder;
  FileSystem& files = real_file_system();
  const fs::path root = folder.path() / "data";
  const auto put = [&](const char* name, const Bytes& bytes) { files.write(root / name, ByteSpan(bytes)); };
  for (const char* name : {"train/cat/1.png", "train/dog/1.png", "train/dog/2.png", "test/cat/3.png", "test/dog/3.png"})
    put(name, small_png());
  const Dataset data = load_dataset(files, root, Split::kTrain);
  EXPECT_EQ(data.sample_shape, (std::vector<std::int32_t>{1, 2, 1}));
  EXPECT_EQ(data.labels, (std::vector<std::int32_t>{0, 1, 1}));
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(data.in_memory().bytes, (Bytes{10, 200, 10, 200, 10, 200}));
  const auto error = [&] {
    return fault([&] { load_dataset(files, root, Split::kTrain); }).substr(root.string().size());
  };
  fs::create_directory(root / "train/owl");
  EXPECT_EQ(error(), "/train/owl: a class without .png files; add some, or remove the folder");
  fs::remove(root / "train/owl");
  Bytes damaged = small_png();
  damaged[44] ^= 1;
  put("train/dog/2.png", damaged);
  EXPECT_EQ(error().substr(0, 45), "/train/dog/2.png: is no PNG image, or damaged");
  put("train/dog/2.png",
      {137, 80, 78, 71, 13, 10, 26,  10,  0,   0,   0, 13, 73, 72, 68, 82, 0,  0,  0,   3,   0,  0,  0,
       1,   8,  2,  0,  0,  0,  148, 130, 131, 227, 0, 0,  0,  11, 73, 68, 65, 84, 120, 156, 99, 96, 128,
       1,   0,  0,  10, 0,  1,  127, 128, 116, 94,  0, 0,  0,  0,  73, 69, 78, 68, 174, 66,  96, 130});
  EXPECT_EQ(error(), "/train/dog/2.png: is 1x3x3, but " + (root / "train/cat/1.png").string() +
                         " is 1x2x1; make all images of one size");
}

TEST(DataSpec, MixesDataSets) {
  FakeFiles files = with(small());
  files.write("b.csv", as_bytes("1,2,3,4,0\n5,6,7,8,1\n"));
  NpzArrays arrays = small();
  arrays["x_train"].bytes.assign(12, 99);
  files.write("c.npz", write_npz(arrays));
  const DatasetSplits splits = load_dataset(files, DataSpec{.paths = {"a.npz", "c.npz:2"}, .test = "a.npz"});
  EXPECT_EQ(splits.train.size(), 5U);
  EXPECT_EQ(splits.train.bytes[12], 99);
  EXPECT_EQ(splits.test.size(), 1U);
  const DatasetSplits weighted =
      load_dataset(files, DataSpec{.paths = {"a.npz", "c.npz"}, .weights = {1, 5}, .test = "a.npz", .scale = 0.5F});
  EXPECT_EQ(weighted.train.size(), 6U);
  EXPECT_EQ(std::ranges::count(weighted.train.bytes, 99), 20);
  EXPECT_EQ(weighted.train.scale, 0.5F);
  EXPECT_NE(fault([&] {
              load_dataset(files, DataSpec{.paths = {"a.npz", "b.csv"}, .test = "a.npz"});
            }).find("b.csv"),
            std::string::npos);
}

TEST(Load, EmptyClassesAreNamed) {
  Dataset data{.sample_shape = {1}, .bytes = Bytes(2), .floats = {}, .labels = {0, 2}, .classes = 3};
  data.source = "x";
  EXPECT_EQ(fault([&] { require_all_classes(data); }), "x: class 1 has no training samples, though labels go up to 2");
}

TEST(DataArgument, Parses) {
  EXPECT_EQ(parse_data_argument("data/mnist").path, "data/mnist");
  EXPECT_FALSE(parse_data_argument("data/mnist").split);
  EXPECT_EQ(parse_data_argument("a.npz:test").split, Split::kTest);
  EXPECT_EQ(parse_data_argument("a.npz:test").path, "a.npz");
  EXPECT_EQ(parse_data_argument("a.npz:train").split, Split::kTrain);
  EXPECT_EQ(parse_data_argument("d:500").count, 500U);
  EXPECT_EQ(parse_data_argument("c:/data").path, "c:/data");
  EXPECT_EQ(parse_data_argument("d:5x").path, "d:5x");
  EXPECT_THROW(parse_data_argument(""), InputError);
  EXPECT_THROW(parse_data_argument(":test"), InputError);
  EXPECT_THROW(parse_data_argument("d:0"), InputError);
}

TEST(DataArgument, SelectsThePart) {
  FakeFiles files = with(small());
  EXPECT_EQ(load_dataset(files, parse_data_argument("a.npz"), Split::kTrain).size(), 3U);
  EXPECT_EQ(load_dataset(files, parse_data_argument("a.npz:test"), Split::kTrain).size(), 1U);
  const Dataset two = load_dataset(files, parse_data_argument("a.npz:2"), Split::kTrain);
  EXPECT_EQ(two.labels, (std::vector<std::int32_t>{2, 0}));
  EXPECT_EQ(two.bytes.size(), 8U);
  EXPECT_EQ(load_dataset(files, parse_data_argument("a.npz:9"), Split::kTrain).size(), 3U);
}

TEST(DataArgument, SaysWhatBytesStandFor) {
  FakeFiles files = with(small());
  DataArgument argument = parse_data_argument("a.npz");
  argument.scale = 0.5F;
  std::vector<float> sample(4);
  load_dataset(files, argument, Split::kTrain).read(1, 0, sample);
  EXPECT_EQ(sample, (std::vector<float>{2, 2.5F, 3, 3.5F}));
}

TEST(Dataset, ReadsScaledSamples) {
  FakeFiles files = with(small());
  const DatasetSplits splits = load_dataset(files, "a.npz");
  std::vector<float> batch(8);
  const std::uint32_t indices[] = {2, 0};
  splits.train.read(indices, batch);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(batch[i], static_cast<float>(8 + i) * (1.0F / 255.0F));
    EXPECT_EQ(batch[4 + i], static_cast<float>(i) * (1.0F / 255.0F));
  }
  splits.test.read(0, std::span(batch).first(4));
  EXPECT_EQ(batch[3], 1.5F);
  EXPECT_THROW(splits.test.read(1, std::span(batch).first(4)), InternalError);
  EXPECT_THROW(splits.test.read(0, batch), InternalError);
}

TEST(Dataset, OrderDependsOnSeedAndEpochAlone) {
  const auto order = shuffled_order(1000, 1, 0);
  EXPECT_EQ(order, shuffled_order(1000, 1, 0));
  EXPECT_NE(order, shuffled_order(1000, 1, 1));
  EXPECT_NE(order, shuffled_order(1000, 2, 0));
  auto sorted = order;
  std::ranges::sort(sorted);
  for (std::uint32_t i = 0; i < 1000; ++i) EXPECT_EQ(sorted[i], i);
  EXPECT_EQ(shuffled_order(6, 1, 0), (std::vector<std::uint32_t>{3, 2, 1, 0, 4, 5}));  // on every machine
}

TEST(Dataset, OrderWithABufferKeepsNeighboursNear) {
  constexpr std::size_t kSize = 1000, kBuffer = 160, kRun = 10;
  const auto order = shuffled_order(kSize, 1, 0, kBuffer);
  EXPECT_NE(order, shuffled_order(kSize, 1, 1, kBuffer));
  auto sorted = order;
  std::ranges::sort(sorted);
  for (std::uint32_t i = 0; i < kSize; ++i) ASSERT_EQ(sorted[i], i);
  std::set<std::uint32_t> runs;
  for (std::size_t i = 0; i < kBuffer; ++i) runs.insert(order[i] / kRun);
  EXPECT_EQ(runs.size(), kBuffer / kRun) << "the first buffer holds whole runs";
  EXPECT_FALSE(std::ranges::is_sorted(std::span(order).first(kBuffer)));
  EXPECT_EQ(shuffled_order(kSize, 1, 0, kSize), shuffled_order(kSize, 1, 0));
}

}  // namespace
}  // namespace thimble
