// A sweep as the user runs it: it ends, it goes on after a kill, it says what is wrong.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <sstream>
#include <thread>

#include "base/random.h"
#include "base/subprocess.h"
#include "wire/idx.h"
#include "wire/npz.h"

namespace thimble {
namespace {

constexpr const char* kRecipe =
    "[data]\npath = \"data\"\n[[layers]]\ntype = \"Flatten\"\n[[layers]]\ntype = \"Dense\"\nunits = 4\nactivation = "
    "\"relu\"\n[[layers]]\ntype = \"Dense\"\nunits = 2\n[train]\nepochs = 2\nbatch_size = 8\n";
constexpr const char* kSweep =
    "recipe = \"recipe.toml\"\nmetric = \"val_accuracy\"\n[parameters]\n\"layers.2.units\" = [2, 4, 8, -1]\n"
    "\"train.learning_rate\" = [0.01, 0.001, 0.1]\n";

class SweepProgramTest : public ::testing::Test {
 protected:
  SweepProgramTest() {
    write("recipe.toml", kRecipe);
    write("sweep.toml", kSweep);
    for (const char* split : {"train", "t10k"}) write_images(split);
  }
  void write(const std::string& name, std::string_view text) { real_file_system().write(folder_.path() / name, text); }

  /// 64 images of 8 x 8 pixels, dark or light.
  void write_images(const std::string& split) {
    Random random(1);
    std::string images("\0\0\x08\x03\0\0\0\x40\0\0\0\x08\0\0\0\x08", 16), labels("\0\0\x08\x01\0\0\0\x40", 8);
    for (int i = 0; i < 64; ++i) {
      labels += static_cast<char>(i % 2);
      for (int p = 0; p < 64; ++p) images += static_cast<char>(random.below(120) + (i % 2 != 0 ? 100 : 0));
    }
    write("data/" + split + "-images-idx3-ubyte", images);
    write("data/" + split + "-labels-idx1-ubyte", labels);
  }

  std::vector<std::string> command() const {
    return {THIMBLE_PROGRAM, "sweep", (folder_.path() / "sweep.toml").string(), "-o",
            (folder_.path() / "out").string()};
  }
  ProcessResult run(std::vector<std::string> more = {}) const {
    std::vector<std::string> all = command();
    all.insert(all.end(), more.begin(), more.end());
    return run_process(all);
  }
  static std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
    return found;
  }

  TemporaryFolder folder_;
};

TEST_F(SweepProgramTest, TriesAllAndKeepsThem) {
  const ProcessResult first = run({"--json"});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(count(first.out, "\"state\": \"done\""), 9u);
  EXPECT_EQ(count(first.out, "\"state\": \"failed\""), 3u);  // fewer than no units
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "out/trials/0000/int8.tflite"));
  const ProcessResult again = run();
  EXPECT_NE(again.out.find("12 of 12 trials were done before"), again.out.npos) << again.out;
  EXPECT_NE(again.out.find("Best: trial"), again.out.npos) << again.out;
}

// Survivors go on from where the rung before left them, and come to what training without a break comes to; schedules
// are those of all epochs.
TEST_F(SweepProgramTest, HalvingGoesOnFromCheckpoints) {
  write("recipe.toml",
        std::string(kRecipe) + "learning_rate = {type = \"CosineDecay\", initial_learning_rate = 0.01}\n");
  write("sweep.toml",
        "recipe = \"recipe.toml\"\nmethod = \"halving\"\ntrials = 4\neta = 2\nmin_epochs = 1\nmetric = \"val_loss\"\n"
        "[parameters]\n\"layers.2.units\" = [2, 4, 8, 16]\n\"train.batch_size\" = [8, 16]\n");
  const ProcessResult result = run({"--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(count(result.out, "\"state\": \"done\""), 6u) << result.out;
  // The last lines name the command that trains the best one.
  const std::string text = run().out;
  const std::size_t begin = text.rfind("thimble train");
  ASSERT_NE(begin, text.npos) << text;
  std::vector<std::string> words;
  std::istringstream stream(text.substr(begin, text.find('\n', begin) - begin));
  for (std::string word; stream >> word;) {
    std::erase(word, '\'');
    words.push_back(word);
  }
  words[0] = THIMBLE_PROGRAM;
  words[2] = (folder_.path() / "recipe.toml").string();
  words.insert(words.end(), {"-o", (folder_.path() / "plain").string()});
  const ProcessResult plain = run_process(words);
  ASSERT_EQ(plain.exit_code, 0) << plain.err;
  const Bytes expected = real_file_system().read(folder_.path() / "plain/model.keras");
  int same = 0;
  for (const auto& trial : std::filesystem::directory_iterator(folder_.path() / "out/trials")) {
    same += real_file_system().read(trial.path() / "model.keras") == expected ? 1 : 0;
  }
  EXPECT_EQ(same, 1);
}

TEST_F(SweepProgramTest, WithoutATestPartTheValidationSplitIsUsed) {
  NpzArrays arrays;
  std::vector<std::uint8_t> labels(64);
  std::vector<float> samples(64 * 4);
  for (std::size_t i = 0; i < 64; ++i) labels[i] = i % 2;
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(i / 4 % 2 + i % 3);
  arrays["x_train"] = make_npy<float>({64, 4}, samples);
  arrays["y_train"] = make_npy<std::uint8_t>({64}, labels);
  real_file_system().write(folder_.path() / "data.npz", ByteSpan(write_npz(arrays)));
  std::string recipe = kRecipe;
  recipe.replace(recipe.find("\"data\""), 6, "\"data.npz\"");
  write("recipe.toml", recipe);
  write("sweep.toml", "recipe = \"recipe.toml\"\n[parameters]\n\"layers.2.units\" = [2, 4]\n");
  const ProcessResult refused = run({"--json"});
  EXPECT_EQ(count(refused.out, "has no test part; give [train] validation_split = 0.1, or [data] test"), 2u)
      << refused.out;
  write("recipe.toml", recipe + "validation_split = 0.25\n");
  std::filesystem::remove_all(folder_.path() / "out");
  const ProcessResult result = run({"--json"});
  EXPECT_EQ(count(result.out, "\"state\": \"done\""), 2u) << result.out << result.err;
}

TEST_F(SweepProgramTest, GoesOnAfterAKill) {
  const std::vector<std::string> words = command();
  const pid_t child = fork();
  if (child == 0) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    if (freopen("/dev/null", "w", stdout) == nullptr) _exit(1);
    execv(arguments[0], arguments.data());
    _exit(1);
  }
  const auto some_are_done = [&] { return std::filesystem::exists(folder_.path() / "out/trials/0003/int8.tflite"); };
  for (int i = 0; i < 2000 && !some_are_done(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const ProcessResult rest = run();
  ASSERT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_NE(rest.out.find("trials were done before; going on"), rest.out.npos) << rest.out;
  EXPECT_NE(rest.out.find("12/12 trials"), rest.out.npos) << rest.out;
}

TEST_F(SweepProgramTest, RanksShareTheTrials) {
  if (!THIMBLE_HAS_MPI || !find_program("mpirun")) GTEST_SKIP() << "no MPI";
  std::vector<std::string> words = {"mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", "3"};
  for (const std::string& word : command()) words.push_back(word);
  words.push_back("--json");
  const ProcessResult result = run_process(words);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(count(result.out, "\"state\": \"done\""), 9u) << result.out;
  EXPECT_EQ(count(result.out, "\"state\": \"failed\""), 3u);
}

TEST_F(SweepProgramTest, SaysWhatIsWrong) {
  write("sweep.toml", "recipe = \"recipe.toml\"\n[parameters]\n\"layers.2.unit\" = [2]\n");
  const ProcessResult result = run();
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("layer 2 (Dense): unknown argument 'unit'; did you mean 'units'?"), result.err.npos)
      << result.err;
  EXPECT_EQ(count(result.err, "\n"), 1u);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "out"));
}

}  // namespace
}  // namespace thimble
