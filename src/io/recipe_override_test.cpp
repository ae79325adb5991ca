#include "io/recipe_override.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "wire/toml.h"

namespace thimble {
namespace {

using nlohmann::json;

json recipe() {
  return json_from_toml(
      "seed = 1\n[[layers]]\ntype = \"Dense\"\nunits = 3\nname = \"hidden\"\n[[layers]]\ntype = \"Dense\"\nunits = 2\n"
      "kernel = {a = 1}\n");
}

json changed(const char* text) {
  json file = recipe();
  apply_override(file, parse_override(text));
  return file;
}

std::string error_of(const char* text) {
  try {
    changed(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(RecipeOverride, FindsItsPlace) {
  EXPECT_EQ(changed("seed=5")["seed"], 5);
  EXPECT_EQ(changed("train.learning_rate=3e-3")["train"]["learning_rate"], 3e-3);
  EXPECT_EQ(changed("train.optimizer=sgd")["train"]["optimizer"], "sgd");
  EXPECT_EQ(changed("train.optimizer=\"sgd\"")["train"]["optimizer"], "sgd");
  EXPECT_EQ(changed("layers.2.units=20")["layers"][1]["units"], 20);
  EXPECT_EQ(changed("layers.hidden.units=20")["layers"][0]["units"], 20);
  EXPECT_EQ(changed("layers.1.kernel_size=[3, 5]")["layers"][0]["kernel_size"], json({3, 5}));
  EXPECT_EQ(changed("layers.2.kernel.a=true")["layers"][1]["kernel"]["a"], true);
}

TEST(RecipeOverride, LeavesTheRestAlone) {
  json file = changed("layers.2.units=20");
  file["layers"][1]["units"] = 2;
  EXPECT_EQ(file, recipe());
}

TEST(RecipeOverride, NamesWhatIsWrong) {
  EXPECT_EQ(error_of("seed"), "'seed': expected KEY=VALUE, such as train.learning_rate=3e-3");
  EXPECT_EQ(error_of("=3"), "'=3': expected KEY=VALUE, such as train.learning_rate=3e-3");
  EXPECT_EQ(error_of("layers.3.units=1"),
            "layers.3.units: '3' is neither a number from 1 to 2 nor the name of one of them");
  EXPECT_EQ(error_of("layers.0.units=1"),
            "layers.0.units: '0' is neither a number from 1 to 2 nor the name of one of them");
  EXPECT_EQ(error_of("data.path=x"), "data.path: the recipe has no 'data'");
  EXPECT_EQ(error_of("layers.1=x"), "layers.1: names no argument; expected one such as layers.1.units");
}

}  // namespace
}  // namespace thimble
