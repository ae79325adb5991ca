// What the program does with bad input: exit code 2, one line on stderr that says what is wrong, nothing written,
// nothing lost.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <ostream>

#include "base/file_system.h"
#include "base/subprocess.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

FileSystem& files() { return real_file_system(); }

// ---- a small data set, recipe and models, made once

/// An IDX file of bytes: big-endian magic and dimensions, then the values.
std::string idx(const std::vector<std::uint32_t>& dimensions, const std::string& values) {
  std::string file = {0, 0, 8, static_cast<char>(dimensions.size())};
  for (const std::uint32_t dimension : dimensions) {
    for (const int shift : {24, 16, 8, 0}) file += static_cast<char>(dimension >> shift);
  }
  return file + values;
}

constexpr std::uint32_t kSamples = 30;

FileSet small_data() {
  std::string images, labels;
  for (std::uint32_t i = 0; i < kSamples; ++i) {
    labels += static_cast<char>(i % 3);
    for (std::uint32_t pixel = 0; pixel < 64; ++pixel) images += static_cast<char>(pixel % 3 == i % 3 ? 200 : i);
  }
  const std::string image_file = idx({kSamples, 8, 8}, images), label_file = idx({kSamples}, labels);
  return {{"train-images-idx3-ubyte", image_file},
          {"train-labels-idx1-ubyte", label_file},
          {"t10k-images-idx3-ubyte", image_file},
          {"t10k-labels-idx1-ubyte", label_file}};
}

std::string recipe(const std::string& data, const std::string& layer) {
  return "[data]\npath = \"" + data + "\"\n[[layers]]\n" + layer +
         "[[layers]]\ntype = \"Flatten\"\n[[layers]]\ntype = \"Dense\"\nunits = 3\n[train]\noptimizer = \"adam\"\n"
         "loss = \"sparse_categorical_crossentropy\"\nepochs = 1\n";
}

constexpr const char* kConvolution = "type = \"Conv2D\"\nfilters = 2\nkernel_size = 3\n";

struct Workshop {
  TemporaryFolder folder;

  Workshop() {
    const FileSet data = small_data();
    files().write_all(folder.path() / "data", data);
    FileSet truncated = data, unlabelled = data;
    truncated["t10k-images-idx3-ubyte"].resize(500);
    unlabelled.erase("t10k-labels-idx1-ubyte");
    files().write_all(folder.path() / "truncated", truncated);
    files().write_all(folder.path() / "unlabelled", unlabelled);
    FileSet other = data;
    other["t10k-labels-idx1-ubyte"].back() = 7;
    files().write_all(folder.path() / "more-classes", other);
    const FileSet recipes = {{"recipe.toml", recipe("data", kConvolution)},
                             {"unknown-layer.toml", recipe("data", "type = \"Conv9D\"\n")},
                             {"unknown-argument.toml", recipe("data", std::string(kConvolution) + "colour = 3\n")},
                             {"too-large.toml", recipe("data", "type = \"Conv2D\"\nfilters = 2\nkernel_size = 9\n")},
                             {"no-toml.toml", "[data\npath"},
                             {"no-data.toml", recipe("missing", kConvolution)},
                             {"truncated-data.toml", recipe("truncated", kConvolution)},
                             {"text.tflite", "this is no model"},
                             {"empty.keras", ""},
                             {"bad.json", "{\"accuracy\": "},
                             {"other.json", "{\"name\": 3}"},
                             {"file", "not a folder"}};
    files().write_all(folder.path(), recipes);
  }

  /// Every file below the folder with its contents.
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> result;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
      if (!entry.is_regular_file()) continue;
      const std::string name = entry.path().lexically_relative(folder.path()).string();
      result[name] = as_text(files().read(entry.path()));
    }
    return result;
  }

  void truncate(const std::string& whole, const std::string& part) const {
    Bytes bytes = files().read(folder.path() / whole);
    bytes.resize(bytes.size() / 2);
    files().write(folder.path() / part, as_text(bytes));
  }

  ProcessResult run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), THIMBLE_PROGRAM);
    return run_process(arguments, {.folder = folder.path()});
  }
};

/// The workshop with model.keras, float.tflite, int8.tflite and eval.json.
const Workshop& workshop() {
  static const Workshop* const shared = [] {
    auto* made = new Workshop();
    const std::vector<std::vector<std::string>> commands = {
        {"train", "recipe.toml", "-o", "."},
        {"convert", "model.keras", "-o", "float.tflite"},
        {"convert", "model.keras", "-o", "int8.tflite", "--quantize", "int8", "--calibrate", "data"},
        {"eval", "int8.tflite", "--data", "data", "-o", "eval.json"}};
    for (const auto& command : commands) {
      const ProcessResult result = made->run(command);
      EXPECT_EQ(result.exit_code, 0) << command[0] << ": " << result.err;
    }
    made->truncate("int8.tflite", "short.tflite");
    made->truncate("model.keras", "short.keras");
    return made;
  }();
  return *shared;
}

using Contents = std::map<std::string, std::string>;

/// The names of files that are in one but not the other, or differ.
std::vector<std::string> changed(const Contents& before, const Contents& after) {
  Contents all = before;
  all.insert(after.begin(), after.end());
  std::vector<std::string> names;
  for (const auto& [name, contents] : all) {
    const auto old = before.find(name), now = after.find(name);
    if (old == before.end() || now == after.end() || old->second != now->second) names.push_back(name);
  }
  return names;
}

const std::vector<std::string> kNothing;

void expect_one_line(const ProcessResult& result, const std::string& expected) {
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(result.err.starts_with("thimble: ")) << result.err;
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  EXPECT_TRUE(result.err.ends_with('\n'));
  EXPECT_NE(result.err.find(expected), std::string::npos) << result.err;
}

// ---- bad requests and bad files

struct Case {
  std::string name;
  std::vector<std::string> arguments;
  std::string expected;  // part of the message
};

const std::vector<Case> kCases = {
    {"NoArguments", {}, "required"},
    {"UnknownCommand", {"fly"}, "'fly' is no command"},
    {"UnknownOption", {"inspect", "int8.tflite", "--colour"}, "--colour"},
    {"MissingOption", {"eval", "int8.tflite"}, "--data"},
    {"UnknownChoice", {"compile", "int8.tflite", "-o", "c", "--optimize", "beauty"}, "beauty"},
    {"UnknownBoard", {"bench", "int8.tflite", "--on", "m99"}, "board 'm99' is not known"},
    {"UnknownTarget", {"compile", "int8.tflite", "--target", "z80", "-o", "c"}, "z80"},
    {"TooLittleRam", {"compile", "int8.tflite", "-o", "c", "--ram", "50"}, "50 bytes of RAM are not enough: it takes"},
    {"TooLittleRamForPackedWeights",
     {"compile", "int8.tflite", "-o", "c", "--weights", "packed", "--ram", "50"},
     "50 bytes of RAM are not enough: it takes"},
    {"UnknownWeights", {"compile", "int8.tflite", "-o", "c", "--weights", "light"}, "light"},
    {"InputOfCallerOnHost",
     {"bench", "int8.tflite", "--on", "m4,host", "--input", "caller"},
     "--input-buffer and --output-buffer are for boards; leave host out of --on"},
    {"InputOfCallerWithoutTarget",
     {"inspect", "int8.tflite", "--input", "caller"},
     "--optimize, --ram, --input-buffer and --output-buffer are for a target"},
    {"BufferWithoutBoard",
     {"run", "int8.tflite", "--input", "in.npy", "--output-buffer", "caller"},
     "--ram, --input-buffer and --output-buffer are for a board; name one with --on"},
    {"SettingUnknown",
     {"bench", "int8.tflite", "--on", "m4", "--vs", "speed,rom=1"},
     "--vs speed,rom=1: 'rom' is no setting; there are optimize, weights"},
    {"PackedOnHost",
     {"bench", "int8.tflite", "--on", "host", "--weights", "packed"},
     "--weights and --layers are for boards"},
    {"SettingThatIsNone",
     {"bench", "int8.tflite", "--on", "m4", "--vs", "output-buffer=mine"},
     "--vs output-buffer=mine: output-buffer is arena or caller"},
    {"InputOfNobody", {"compile", "int8.tflite", "-o", "c", "--input", "flash"}, "--input"},
    {"RamThatIsNoNumber", {"bench", "int8.tflite", "--on", "m4", "--ram", "plenty"}, "--ram plenty: expected a number"},
    {"NoSuchRecipe", {"train", "missing.toml", "-o", "out"}, "missing.toml: cannot be opened"},
    {"RecipeThatIsNoToml", {"train", "no-toml.toml", "-o", "out"}, "no-toml.toml"},
    {"RecipeWithUnknownLayer", {"train", "unknown-layer.toml", "-o", "out"}, "Conv9D"},
    {"RecipeWithUnknownArgument", {"train", "unknown-argument.toml", "-o", "out"}, "colour"},
    {"RecipeWithShapeThatDoesNotFit", {"train", "too-large.toml", "-o", "out"}, "Conv2D"},
    {"RecipeWithoutData", {"train", "no-data.toml", "-o", "out"}, "missing"},
    {"TrainOnTruncatedData", {"train", "truncated-data.toml", "-o", "out"}, "t10k-images-idx3-ubyte"},
    {"MissingData", {"eval", "int8.tflite", "--data", "nowhere"}, "nowhere: is not there"},
    {"TruncatedData", {"eval", "int8.tflite", "--data", "truncated"}, "t10k-images-idx3-ubyte"},
    {"MissingLabels", {"eval", "int8.tflite", "--data", "unlabelled"}, "t10k-labels-idx1-ubyte is missing"},
    {"MoreClassesThanOutputs", {"eval", "int8.tflite", "--data", "more-classes"}, "only 3 classes"},
    {"MissingModel", {"inspect", "missing.tflite"}, "missing.tflite: cannot be opened"},
    {"TextAsModel", {"inspect", "text.tflite"}, "text.tflite"},
    {"EmptyModel", {"convert", "empty.keras", "-o", "new.tflite"}, "empty.keras"},
    {"TruncatedTflite", {"inspect", "short.tflite"}, "short.tflite"},
    {"TruncatedKeras", {"convert", "short.keras", "-o", "new.tflite"}, "short.keras"},
    {"QuantizeWithoutSamples", {"convert", "model.keras", "-o", "new.tflite", "--quantize", "int8"}, "--calibrate"},
    {"UnknownFormat", {"convert", "model.keras", "-o", "new.doc"}, "new.doc"},
    {"NoSuchInput", {"run", "int8.tflite", "--input", "missing.npy", "--output", "y.npy"}, "missing.npy"},
    {"ReportOfNoJson", {"report", "bad.json", "-o", "rep"}, "bad.json: is not JSON"},
    {"ReportOfOtherJson", {"report", "other.json", "-o", "rep"}, "other.json: holds no results"},
    {"ReportOfMissingFile", {"report", "missing.json", "-o", "rep"}, "missing.json"},
    {"OutputBelowAFile", {"convert", "model.keras", "-o", "file/new.tflite"}, "file/new.tflite: cannot be written"},
    {"OutputIsAFolder", {"convert", "model.keras", "-o", "data"}, "data"},
    {"TrainToAFile", {"train", "recipe.toml", "-o", "file"}, "file: cannot be written"},
    {"CompileToAFile", {"compile", "int8.tflite", "-o", "file"}, "cannot be written"},
    {"ReportToAFile", {"report", "eval.json", "-o", "file"}, "cannot be written"},
    {"EvalToAFullDevice", {"eval", "int8.tflite", "--data", "data", "-o", "/dev/full"}, "free some space"},
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class BadInput : public testing::TestWithParam<Case> {};

TEST_P(BadInput, IsToldInOneLineAndChangesNothing) {
  const auto before = workshop().contents();
  expect_one_line(workshop().run(GetParam().arguments), GetParam().expected);
  EXPECT_EQ(changed(before, workshop().contents()), kNothing);
}

INSTANTIATE_TEST_SUITE_P(Error, BadInput, testing::ValuesIn(kCases), [](const auto& info) { return info.param.name; });

// ---- a full disk

/// As the program sees a full disk: no file may grow beyond one block, of 512 or 1024 bytes.
ProcessResult run_on_full_disk(const std::string& arguments) {
  const std::string command = std::string("trap '' XFSZ; ulimit -f 1; exec '") + THIMBLE_PROGRAM + "' " + arguments;
  return run_process({"sh", "-c", command}, {.folder = workshop().folder.path()});
}

TEST(FullDisk, LosesNothing) {
  for (const char* arguments :
       {"convert model.keras -o new.tflite", "convert model.keras -o float.tflite", "compile int8.tflite -o c",
        "report eval.json -o rep", "eval int8.tflite --data data -o eval.json"}) {
    SCOPED_TRACE(arguments);
    const auto before = workshop().contents();
    const ProcessResult result = run_on_full_disk(arguments);
    expect_one_line(result, "cannot be written: File too large; free some space");
    EXPECT_EQ(changed(before, workshop().contents()), kNothing);
  }
}

TEST(FullDisk, TrainingKeepsTheOldModel) {
  const auto before = workshop().contents();
  const ProcessResult result = run_on_full_disk("train recipe.toml -o .");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  EXPECT_NE(result.err.find("free some space"), std::string::npos) << result.err;
  EXPECT_EQ(changed(before, workshop().contents()), kNothing);
}

// ---- and what is right

TEST(GoodInput, HelpAndVersion) {
  const ProcessResult help = workshop().run({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const char* command : {"train", "convert", "eval", "run", "inspect", "compile", "bench", "report"}) {
    EXPECT_NE(help.out.find(command), std::string::npos) << command;
    const ProcessResult result = workshop().run({command, "--help"});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_NE(result.out.find("Examples:"), std::string::npos) << command;
  }
  EXPECT_NE(workshop().run({"--version"}).out.find("thimble "), std::string::npos);
}

TEST(GoodInput, NamesThatAreNoTextAreShownSafely) {
  const Workshop& shop = workshop();
  const TemporaryFolder other;
  Bytes model = files().read(shop.folder.path() / "int8.tflite");
  const std::string_view name = "dense";
  std::size_t changed_names = 0;
  for (auto at = model.begin(); (at = std::search(at, model.end(), name.begin(), name.end())) != model.end(); ++at) {
    at[0] = 0xFF;
    at[1] = 0x1B;
    ++changed_names;
  }
  ASSERT_GT(changed_names, 0U);
  const std::string path = (other.path() / "strange.tflite").string();
  files().write(path, as_text(model));
  const std::vector<std::vector<std::string>> commands = {{"inspect", path}, {"inspect", path, "--json"}};
  for (const auto& command : commands) {
    const ProcessResult result = shop.run(command);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.out.find('\xFF'), std::string::npos);
    EXPECT_EQ(result.out.find('\x1B'), std::string::npos);
  }
}

TEST(GoodInput, TheSameSeedGivesTheSameModel) {
  const Workshop& shop = workshop();
  const TemporaryFolder other;
  const std::string folder = other.path().string();
  ASSERT_EQ(shop.run({"train", "recipe.toml", "-o", folder, "--threads", "3"}).exit_code, 0);
  EXPECT_EQ(files().read(other.path() / "model.keras"), files().read(shop.folder.path() / "model.keras"));
  ASSERT_EQ(shop.run({"train", "recipe.toml", "-o", folder, "--seed", "5"}).exit_code, 0);
  EXPECT_NE(files().read(other.path() / "model.keras"), files().read(shop.folder.path() / "model.keras"));
}

}  // namespace
}  // namespace thimble
