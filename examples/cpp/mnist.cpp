// Trains a digit classifier, quantizes it, and writes model.keras, model.tflite and C for a Cortex-M4.
// usage: mnist DATA_FOLDER OUTPUT_FOLDER
#include <thimble/thimble.h>

#include <cstdio>
#include <filesystem>

namespace {

thimble::Network classifier(const std::vector<int>& shape) {
  thimble::Network network(shape);
  network.add("Conv2D", {{"filters", 8}, {"kernel_size", 3}, {"activation", "relu"}});
  network.add("MaxPooling2D");
  network.add("Flatten");
  network.add("Dense", {{"units", 16}, {"activation", "relu"}});
  network.add("Dense", {{"units", 10}});
  network.compile("adam", "sparse_categorical_crossentropy");
  return network;
}

void run(const std::filesystem::path& data, const std::filesystem::path& folder) {
  const thimble::Samples digits = thimble::Samples::load(data);
  thimble::Network network = classifier(digits.shape());
  network.fit(digits, {.epochs = 2, .after_epoch = [](const thimble::EpochScore& score) {
                         std::printf("epoch %d: loss %.4f, test accuracy %.4f, %.1f s\n", score.epoch, score.train.loss,
                                     score.test.accuracy, score.seconds);
                       }});
  network.save(folder / "model.keras");
  const thimble::Inference int8 = network.quantize(digits);
  int8.save(folder / "model.tflite");
  int8.generate_c(folder / "firmware", "cortex-m4", "speed");
  std::printf("int8: %zu bytes, test accuracy %.4f\n", int8.size(), int8.evaluate(digits).accuracy);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: mnist DATA_FOLDER OUTPUT_FOLDER\n");
    return 2;
  }
  try {
    run(argv[1], argv[2]);
  } catch (const thimble::Error& error) {
    std::fprintf(stderr, "mnist: %s\n", error.what());
    return 2;
  }
}
