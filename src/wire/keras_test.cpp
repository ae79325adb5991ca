#include "wire/keras.h"

#include <gtest/gtest.h>

#include "wire/zip.h"

namespace thimble {
namespace {

Bytes golden() { return real_file_system().read(THIMBLE_SOURCE_DIR "/tests/golden/tiny.keras"); }

template <typename Body>
std::string fault(Body&& body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no fault";
}

TEST(Keras, ReadsWhatKerasWrote) {
  const KerasArchive archive = parse_keras(golden());
  EXPECT_EQ(archive.config.at("class_name"), "Sequential");
  EXPECT_EQ(archive.config.at("compile_config").at("loss"), "mse");
  EXPECT_EQ(archive.metadata.at("keras_version"), "3.15.1");
  const std::vector<NpyArray> dense = keras_variables(archive.weights, "layers/dense");
  ASSERT_EQ(dense.size(), 2U);
  EXPECT_EQ(dense[0].shape, (std::vector<std::int64_t>{3, 2}));
  EXPECT_FLOAT_EQ(dense[0].values<float>()[2], 0.7435023F);
  EXPECT_NEAR(dense[1].values<float>()[0], 0.00099998F, 1e-8);
  const std::vector<NpyArray> adam = keras_variables(archive.weights, "optimizer");
  ASSERT_EQ(adam.size(), 10U);  // iteration, learning rate, momentum and velocity of four
  EXPECT_EQ(adam[0].values<std::int64_t>()[0], 1);
  EXPECT_TRUE(keras_variables(archive.weights, "").empty());
  EXPECT_EQ(*archive.weights.attribute<std::string>("optimizer/vars", "name"), "adam");
  EXPECT_EQ(*archive.weights.attribute<std::string>("layers/dropout/vars", "name"), "dropout");
}

TEST(Keras, ReadsWhatItWrites) {
  const KerasArchive archive = parse_keras(golden());
  const Bytes file = write_keras(archive);
  EXPECT_EQ(file, write_keras(archive));
  EXPECT_LT(file.size(), golden().size());
  const KerasArchive again = parse_keras(file);
  EXPECT_EQ(again.config, archive.config);
  EXPECT_EQ(again.metadata, archive.metadata);
  EXPECT_EQ(again.weights, archive.weights);
}

TEST(Keras, PutsVariablesWhereKerasHasThem) {
  const KerasArchive archive = parse_keras(golden());
  Hdf5File weights;
  for (const char* layer : {"dense", "dense_1"}) {
    const std::string path = std::string("layers/") + layer;
    put_keras_variables(weights, path, layer, keras_variables(archive.weights, path));
  }
  put_keras_variables(weights, "layers/dropout", "dropout", {});
  put_keras_variables(weights, "optimizer", "adam", keras_variables(archive.weights, "optimizer"));
  put_keras_variables(weights, "", "sequential", {});
  EXPECT_EQ(parse_hdf5(write_hdf5(weights)), archive.weights);
}

TEST(Keras, RefusesWithTheReason) {
  const auto with = [](std::string config, std::string metadata) {
    return fault([&] {
      parse_keras(write_zip({{"config.json", Bytes(config.begin(), config.end())},
                             {"metadata.json", Bytes(metadata.begin(), metadata.end())}}));
    });
  };
  EXPECT_EQ(fault([] { parse_keras(as_bytes("\x89HDF")); }),
            "not a .keras file: it is no zip archive; save with Keras 3, model.save('model.keras')");
  EXPECT_EQ(fault([] { parse_keras(write_zip({{"other", {}}})); }), "not a .keras file: it has no config.json");
  EXPECT_EQ(with("{", "{}"), "config.json: is not a JSON object");
  EXPECT_EQ(with("[]", "{}"), "config.json: is not a JSON object");
  EXPECT_EQ(with(std::string(3'000'000, '['), "{}"), "config.json: has 3000000 bytes; at most 2000000 are read");
  EXPECT_EQ(with("{}", "{}"), "not a .keras file: it has no model.weights.h5");
}

TEST(Keras, SurvivesDamage) {
  const Bytes file = golden();
  for (std::size_t i = 0; i < file.size(); i += 3) {
    Bytes changed = file;
    changed[i] = static_cast<std::uint8_t>(changed[i] ^ 0x55);
    fault([&] { parse_keras(changed); });
    fault([&] { parse_keras(ByteSpan(file).first(i)); });
  }
}

}  // namespace
}  // namespace thimble
