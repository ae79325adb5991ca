// Training that is killed (kill -9) at random moments and resumed, over and over, ends with the bits of the training
// that was not. THIMBLE_KILLS says how many kills there are to be at least.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file_system.h"
#include "base/random.h"
#include "base/subprocess.h"
#include "wire/npz.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRecipe = R"(
[data]
path = "data.npz"
[augment]
shift = 0.1
[[layers]]
type = "Conv2D"
filters = 6
kernel_size = 3
use_bias = false
[[layers]]
type = "BatchNormalization"
[[layers]]
type = "ReLU"
[[layers]]
type = "Flatten"
[[layers]]
type = "Dropout"
rate = 0.2
[[layers]]
type = "Dense"
units = 3
[train]
batch_size = 16
epochs = 6
)";

/// Its first layers are computed together: ranks share out the images, not the samples. 3000 samples leave a batch of
/// 24, of which three ranks have 11 at most: no whole blocks of 16.
constexpr const char* kRecipeWithFront = R"(
[data]
path = "data.npz"
[[layers]]
type = "Conv2D"
filters = 6
kernel_size = 3
activation = "relu"
[[layers]]
type = "MaxPooling2D"
[[layers]]
type = "Flatten"
[[layers]]
type = "Dense"
units = 8
activation = "relu"
[[layers]]
type = "Dropout"
rate = 0.1
[[layers]]
type = "Dense"
units = 3
[train]
batch_size = 32
epochs = 6
)";

/// Images of 10x10 in three classes, and noise.
void add_part(NpzArrays& arrays, const std::string& part, std::int64_t count, std::uint64_t seed) {
  Random random(seed);
  Bytes images, labels;
  for (std::int64_t i = 0; i < count; ++i) {
    labels.push_back(static_cast<std::uint8_t>(i % 3));
    for (int pixel = 0; pixel < 100; ++pixel) {
      images.push_back(static_cast<std::uint8_t>(random.below(150) + (pixel % 3 == i % 3 ? 60 : 0)));
    }
  }
  arrays["x_" + part] = {NpyType::kUint8, {count, 10, 10}, images};
  arrays["y_" + part] = {NpyType::kUint8, {count}, labels};
}

class Resume : public ::testing::Test {
 protected:
  Resume() {
    NpzArrays arrays;
    add_part(arrays, "train", 3000, 1);
    add_part(arrays, "test", 300, 2);
    real_file_system().write(folder_.path() / "data.npz", ByteSpan(write_npz(arrays)));
    real_file_system().write(folder_.path() / "recipe.toml", kRecipe);
  }

  /// Whether the training came to its end within the time.
  bool train(const std::string& output, std::chrono::milliseconds time, const std::string& threads) {
    const std::vector<std::string> command = {
        THIMBLE_PROGRAM, "train", folder_.path() / "recipe.toml", "-o",  folder_.path() / output, "--resume",
        "--threads",     threads, "--checkpoint-seconds",         "0.02"};
    const ProcessResult result = run_process(command, {.folder = {}, .timeout = time});
    EXPECT_TRUE(result.timed_out || result.exit_code == 0) << result.err;
    return !result.timed_out;
  }
  Bytes file(const std::string& name) { return real_file_system().read(folder_.path() / name); }
  /// The history's lines without that of the times.
  std::string history(const std::string& output) {
    const Bytes bytes = file(output + "/history.json");
    const std::string text(bytes.begin(), bytes.end());
    return text.substr(0, text.find("\"seconds\""));
  }

  /// Kills and resumes until the end, over and over; `results` are the files that are left, all but history.json and
  /// checkpoint.keras.
  void kill_and_compare(const std::vector<std::string>& results, int usual_kills) {
    const char* wanted = std::getenv("THIMBLE_KILLS");
    const int kills = wanted ? std::atoi(wanted) : usual_kills;
    const auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE(train("whole", std::chrono::minutes(2), "2"));
    const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    Random random(static_cast<std::uint64_t>(whole.count()));
    int done = 0;
    for (int run = 0; done < kills; ++run) {
      const std::string output = "run" + std::to_string(run);
      const auto moment = [&] {
        return std::chrono::milliseconds(1 + random.below(static_cast<std::uint32_t>(whole.count())));
      };
      while (done < kills && !train(output, moment(), done % 2 == 0 ? "1" : "2")) ++done;
      train(output, std::chrono::minutes(2), "1");
      for (const std::string& name : results) {
        ASSERT_EQ(file(output + "/" + name), file("whole/" + name)) << name << " after " << done << " kills";
      }
      ASSERT_EQ(history(output), history("whole"));
      const fs::directory_iterator files(folder_.path() / output);
      EXPECT_EQ(std::distance(begin(files), end(files)), std::ssize(results) + 2) << "something half-written is left";
    }
  }

  TemporaryFolder folder_;
};

TEST_F(Resume, KilledAtAnyMomentComesToTheSameBits) { kill_and_compare({"model.keras"}, 6); }

TEST_F(Resume, KilledWhileItCompressesComesToTheSameBits) {
  std::string recipe = kRecipe;
  recipe.replace(recipe.find("epochs = 6"), 10, "epochs = 1");
  recipe += "[compress]\nepochs = 5\nsparsity = 0.5\nclusters = 16\ncalibrate = 100\n";
  real_file_system().write(folder_.path() / "recipe.toml", recipe);
  kill_and_compare({"model.keras", "model.tflite"}, 3);
}

TEST_F(Resume, KilledWhileItCompressesARecurrentLayerComesToTheSameBits) {
  real_file_system().write(folder_.path() / "recipe.toml", R"(
[data]
path = "data.npz"
shape = [10, 10]
[[layers]]
type = "GRU"
units = 6
[[layers]]
type = "Dense"
units = 3
[train]
epochs = 1
[compress]
epochs = 4
sparsity = 0.5
calibrate = 50
)");
  kill_and_compare({"model.keras", "model.tflite"}, 2);
}

/// `thimble train` as `ranks` ranks; rank 1 is killed after `killed_after` seconds, if that is said.
ProcessResult train_ranks(const fs::path& folder, const std::string& output, int ranks, const std::string& more = "",
                          const std::string& killed_after = "") {
  const std::string train = std::string("exec ") + (killed_after.empty() ? "" : "$k ") + THIMBLE_PROGRAM + " train " +
                            (folder / "recipe.toml").string() + " -o " + (folder / output).string() + " " + more;
  const std::string script = "[ $OMPI_COMM_WORLD_RANK = 1 ] && k=\"timeout -s KILL " + killed_after + "\"; " + train;
  return run_process({"mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n",
                      std::to_string(ranks), "sh", "-c", script},
                     {.folder = {}, .timeout = std::chrono::minutes(2)});
}

class Ranks : public Resume {
 protected:
  void SetUp() override {
    if (!THIMBLE_HAS_MPI || !find_program("mpirun")) GTEST_SKIP() << "no MPI";
  }
  std::vector<double> column(const std::string& output, const std::string& name) {
    const Bytes bytes = file(output + "/history.json");
    const std::string text(bytes.begin(), bytes.end());
    std::vector<double> values;
    const char* place = text.c_str() + text.find('[', text.find("\"" + name + "\"")) + 1;
    for (char* end = nullptr; *place != ']'; place = *end == ',' ? end + 1 : end) {
      values.push_back(std::strtod(place, &end));
    }
    return values;
  }
};

class RanksOf : public Ranks, public ::testing::WithParamInterface<const char*> {
 protected:
  RanksOf() { real_file_system().write(folder_.path() / "recipe.toml", GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Models, RanksOf, ::testing::Values(kRecipe, kRecipeWithFront),
                         [](const auto& model) { return model.index == 0 ? "LayerByLayer" : "WithFront"; });

TEST_P(RanksOf, ComeToTheResultOfOneProcess) {
  ASSERT_TRUE(train("whole", std::chrono::minutes(2), "1"));
  for (const int ranks : {2, 3}) {
    const ProcessResult result = train_ranks(folder_.path(), "ranks", ranks);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.out.find("Epoch 1/6"), result.out.rfind("Epoch 1/6")) << "several ranks speak";
    for (const char* name : {"loss", "val_loss", "accuracy", "val_accuracy"}) {
      const std::vector<double> expected = column("whole", name), actual = column("ranks", name);
      ASSERT_EQ(actual.size(), expected.size());
      EXPECT_NEAR(actual[0], expected[0], 1e-4) << name << " with " << ranks << " ranks";
      EXPECT_NEAR(actual[5], expected[5], 1e-2) << name << " with " << ranks << " ranks";
    }
  }
}

TEST_P(RanksOf, ComeToTheSameBitsEachTime) {
  for (const char* output : {"once", "twice"}) ASSERT_EQ(train_ranks(folder_.path(), output, 2).exit_code, 0);
  EXPECT_EQ(file("once/model.keras"), file("twice/model.keras"));
}

TEST_P(RanksOf, GoOnToTheSameBitsFromACheckpoint) {
  ASSERT_EQ(train_ranks(folder_.path(), "whole", 2).exit_code, 0);
  ASSERT_EQ(train_ranks(folder_.path(), "parts", 2, "--epochs 3").exit_code, 0);
  ASSERT_EQ(train_ranks(folder_.path(), "parts", 2, "--resume --epochs 6").exit_code, 0);
  EXPECT_EQ(file("parts/model.keras"), file("whole/model.keras"));
}

TEST_F(Ranks, OnSeveralMachinesComeToTheSameResult) {
  ASSERT_TRUE(train("whole", std::chrono::minutes(2), "1"));
  ::setenv("THIMBLE_RANKS_APART", "1", 1);
  const ProcessResult result = train_ranks(folder_.path(), "apart", 2);
  ::unsetenv("THIMBLE_RANKS_APART");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NEAR(column("apart", "loss")[0], column("whole", "loss")[0], 1e-4);
  EXPECT_NEAR(column("apart", "val_loss")[5], column("whole", "val_loss")[5], 1e-2);
}

TEST_F(Ranks, ALostRankEndsTheJobWithAWordAndACheckpoint) {
  const ProcessResult result = train_ranks(folder_.path(), "parts", 2, "--epochs 400 --checkpoint-steps 50", "1.5");
  EXPECT_NE(result.exit_code, 0);
  EXPECT_FALSE(result.timed_out);
  EXPECT_NE(result.err.find("checkpoint.keras"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("--resume"), std::string::npos) << result.err;
  EXPECT_TRUE(real_file_system().is_file(folder_.path() / "parts/checkpoint.keras"));
}

}  // namespace
}  // namespace thimble
