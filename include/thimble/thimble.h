// Thimble from C++: build a network, train it, save it, quantize it, compile it to C for a microcontroller.
//
//   const thimble::Samples digits = thimble::Samples::load("data/mnist");
//   thimble::Network network(digits.shape());
//   network.add("Conv2D", {{"filters", 8}, {"kernel_size", 3}, {"activation", "relu"}});
//   network.add("MaxPooling2D");
//   network.add("Flatten");
//   network.add("Dense", {{"units", 10}});
//   network.compile("adam", "sparse_categorical_crossentropy");
//   network.fit(digits, {.epochs = 5});
//   network.save("model.keras");                                     // Keras 3 opens it
//   thimble::Inference int8 = network.quantize(digits);
//   int8.save("model.tflite");                                       // LiteRT and TFLM run it
//   int8.generate_c("firmware/model", "cortex-m4", "speed");
//
// Layers, optimizers and losses have Keras's names and arguments (docs/training.md). Everything that fails because of a
// file or of what was asked for throws thimble::Error, whose message is one line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace thimble {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The value of an argument of Keras's: filters = 8, strides = {2, 1}, rate = 0.5, use_bias = false, padding = "same".
class Argument {
 public:
  Argument(bool value) : value_(value) {}
  Argument(int value) : value_(std::int64_t{value}) {}
  Argument(std::int64_t value) : value_(value) {}
  Argument(double value) : value_(value) {}
  Argument(const char* value) : value_(std::string(value)) {}
  Argument(std::string value) : value_(std::move(value)) {}
  Argument(std::initializer_list<int> values) : value_(std::vector<std::int64_t>(values.begin(), values.end())) {}
  Argument(std::vector<std::int64_t> values) : value_(std::move(values)) {}

  using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>>;
  const Value& value() const { return value_; }

 private:
  Value value_;
};
using Arguments = std::map<std::string, Argument>;

/// Labelled samples, to train with and to test with.
class Samples {
 public:
  /// A folder with the files of MNIST, or an .npz with x_train, y_train, x_test, y_test.
  static Samples load(const std::filesystem::path& path);
  /// For a network with several inputs or outputs: an .npz, or a folder of .npy files, with NAME_train and NAME_test
  /// for each of them.
  static Samples load(const std::filesystem::path& path, const std::vector<std::string>& inputs,
                      const std::vector<std::string>& outputs);
  /// From memory: `values` holds one sample after the other, row-major, `labels` count from 0.
  static Samples from(std::vector<int> shape, std::vector<float> train_values, std::vector<int> train_labels,
                      std::vector<float> test_values, std::vector<int> test_labels);

  /// Of one sample.
  std::vector<int> shape() const;
  std::size_t train_size() const;
  std::size_t test_size() const;

  struct Data;
  const Data& data() const { return *data_; }

 private:
  std::shared_ptr<const Data> data_;
};

struct Score {
  double loss = 0.0;
  double accuracy = 0.0;                       // [0, 1]; NaN with losses of numbers, and of several outputs together
  std::map<std::string, double> outputs = {};  // of several outputs: "digit_loss", "digit_accuracy", ...
};

struct EpochScore {
  int epoch = 0;  // from 1
  Score train;
  Score test;
  double seconds = 0.0;  // of training alone
};

struct FitOptions {
  int epochs = 1;
  int batch_size = 32;
  std::uint64_t seed = 0;
  int threads = 0;  // 0: one a core; the result is the same for any number
  std::function<void(const EpochScore&)> after_epoch = {};
};

/// How a model is compiled to C, as `thimble compile` does it.
struct CompileOptions {
  std::string target = "host";    // "cortex-m0", "cortex-m4", ...
  std::string optimize = "size";  // or "speed", "ram"
  std::size_t ram = 0;            // bytes of the arena, at most; 0: as many as it takes
  bool input_of_caller = false;   // inputs are read in the caller's memory: model_set_input
  bool output_of_caller = false;  // outputs are written to the caller's memory: model_set_output
  bool class_only = false;        // the output is the index of the greatest score alone
  bool packed_weights = false;    // fewer bytes of flash, more time
};

/// A model for inference alone: float, or integer after quantization. Copies share it.
class Inference {
 public:
  /// A .tflite or .keras file.
  static Inference load(const std::filesystem::path& path);

  /// One invocation of a model with several inputs or outputs: the values of all of them, in the model's order.
  std::vector<std::vector<float>> run(const std::vector<std::vector<float>>& inputs) const;
  /// One invocation: the values of the first input, as real numbers whatever the model's own types are, to those of the
  /// first output.
  std::vector<float> run(std::span<const float> input) const;
  /// Loss and accuracy on the test samples. Of several outputs each one's are in Score::outputs, and the loss is their
  /// sum.
  Score evaluate(const Samples& samples) const;
  /// Bytes of the .tflite file.
  std::size_t size() const;
  void save(const std::filesystem::path& tflite) const;
  /// Writes C99 that stands alone to `folder`; target: "host", "cortex-m0", "cortex-m4", ...; optimize: "speed", "size"
  /// or "ram".
  void generate_c(const std::filesystem::path& folder, const std::string& target = "host",
                  const std::string& optimize = "size") const;
  void generate_c(const std::filesystem::path& folder, const CompileOptions& options) const;

  struct State;
  explicit Inference(std::shared_ptr<const State> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<const State> state_;
};

/// A network of Keras's layers. Moves, but does not copy.
class Network {
 public:
  /// What a layer makes, for the layers that read it.
  class Output {
   private:
    friend class Network;
    int id_ = 0;
  };

  /// `shape` is that of a sample; `seed` is of the weights to start with.
  explicit Network(std::vector<int> shape, std::uint64_t seed = 0);
  struct Input {
    std::string name;
    std::vector<int> shape;
  };
  static Network with_inputs(const std::vector<Input>& inputs, std::uint64_t seed = 0);
  /// A .keras file, with its optimizer's state.
  static Network load(const std::filesystem::path& keras);
  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  /// Input number `number`.
  Output input(std::size_t number = 0) const;
  /// Adds a layer that reads the one before it. An argument "name" is its name.
  Output add(const std::string& layer, const Arguments& arguments = {});
  /// Adds a layer that reads the outputs of others: add("Add", {}, {a, b}).
  Output add(const std::string& layer, const Arguments& arguments, const std::vector<Output>& inputs);

  /// Uses the layer called `layer` once more, with the same weights.
  Output call(const std::string& layer, const std::vector<Output>& inputs);
  /// What the network gives, where that is not the last layer's output alone.
  void set_outputs(const std::vector<Output>& outputs);

  /// An optimizer and a loss by Keras's names, with the optimizer's arguments: {{"learning_rate", 1e-2}}.
  void compile(const std::string& optimizer, const std::string& loss, const Arguments& arguments = {});
  /// Likewise with a loss for each output, and its weight in the sum (1 if there are none).
  void compile(const std::string& optimizer, const std::vector<std::string>& losses,
               const std::vector<double>& loss_weights, const Arguments& arguments = {});
  /// Trains, going on from where the optimizer is, and tests after each epoch.
  std::vector<EpochScore> fit(const Samples& samples, const FitOptions& options = {});
  /// On the test samples.
  Score evaluate(const Samples& samples);
  /// Writes a .keras file.
  void save(const std::filesystem::path& keras) const;

  /// Ready for inference, in float.
  Inference inference() const;
  /// All integer: "int8" or "int16x8". The first `count` training samples give the ranges of the values.
  Inference quantize(const Samples& samples, const std::string& scheme = "int8", std::size_t count = 500) const;

 private:
  struct State;
  explicit Network(std::unique_ptr<State> state);
  std::vector<int> ids_of(const std::vector<Output>& outputs) const;
  std::unique_ptr<State> state_;
};

}  // namespace thimble
