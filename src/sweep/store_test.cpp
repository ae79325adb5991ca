#include "sweep/store.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace thimble {
namespace {

class SweepStoreTest : public ::testing::Test {
 protected:
  SweepStoreTest() {
    sweep_.text = "method = \"grid\"";
    sweep_.configurations = {{{"layers.1.filters", "4"}}, {{"layers.1.filters", "8"}}};
  }
  std::string error_of(const Sweep& sweep, const std::string& recipe) {
    try {
      SweepStore(path_, sweep, recipe);
    } catch (const InputError& error) {
      return std::string(error.what()).substr(path_.string().size() + 2);
    }
    return "no error";
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "sweep.sqlite";
  Sweep sweep_;
};

TEST_F(SweepStoreTest, KeepsWhatIsOver) {
  Trial trial;
  trial.job = {1, 0, 3};
  trial.state = Trial::State::kDone;
  trial.val_loss = 0.25;
  trial.quantized_accuracy = 0.1 + 0.2;
  trial.flash_bytes = 12345;
  trial.seconds = 1.5;
  {
    SweepStore store(path_, sweep_, "recipe");
    Trial running;
    running.job = {0, 0, 3};
    store.put(running);
    store.put(trial);
    EXPECT_EQ(store.finished().size(), 1u);
  }
  const Trials again = SweepStore(path_, sweep_, "recipe").finished();
  ASSERT_EQ(again.size(), 1u);
  const Trial& back = again.at(trial.job);
  EXPECT_EQ(back.state, Trial::State::kDone);
  EXPECT_EQ(back.val_loss, 0.25);
  EXPECT_TRUE(std::isnan(back.val_accuracy));
  EXPECT_EQ(back.quantized_accuracy, 0.1 + 0.2);
  EXPECT_EQ(back.flash_bytes, 12345u);
  EXPECT_EQ(back.seconds, 1.5);
}

TEST_F(SweepStoreTest, KnowsItsSweep) {
  SweepStore(path_, sweep_, "recipe");
  EXPECT_EQ(error_of(sweep_, "recipe"), "no error");
  EXPECT_EQ(error_of(sweep_, "other"),
            "holds the results of another version of the recipe; give another folder with -o, or delete it");
  sweep_.text += " ";
  EXPECT_EQ(error_of(sweep_, "recipe"),
            "holds the results of another sweep; give another folder with -o, or delete it");
}

TEST_F(SweepStoreTest, RefusesOtherFiles) {
  real_file_system().write(path_, std::string(5000, 'x'));
  EXPECT_EQ(error_of(sweep_, "recipe"), "not a file of results of a sweep; give another folder");
}

}  // namespace
}  // namespace thimble
