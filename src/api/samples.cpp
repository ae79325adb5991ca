#include "api/samples.h"

#include <algorithm>
#include <cmath>

#include "api/errors.h"
#include "data/load.h"

namespace thimble {
namespace {

Dataset dataset_of(const std::vector<int>& shape, std::vector<float> values, const std::vector<int>& labels,
                   const char* part) {
  Dataset data;
  data.sample_shape.assign(shape.begin(), shape.end());
  require(!shape.empty() && std::ranges::all_of(shape, [](int size) { return size > 0; }),
          "the shape of a sample must have positive dimensions");
  require(!labels.empty(), "there are no {} samples", part);
  require(values.size() == labels.size() * data.sample_size(), "{} numbers for {} {} samples of {}", values.size(),
          labels.size(), part, data.sample_size());
  require(std::ranges::all_of(values, [](float value) { return std::isfinite(value); }),
          "a {} sample has a value that is not finite", part);
  require(std::ranges::all_of(labels, [](int label) { return label >= 0; }), "a {} label is negative", part);
  data.floats = std::move(values);
  data.labels.assign(labels.begin(), labels.end());
  data.classes = *std::ranges::max_element(labels) + 1;
  return data;
}

std::shared_ptr<const Samples::Data> shared(DatasetSplits splits) {
  return std::make_shared<const Samples::Data>(Samples::Data{std::move(splits)});
}

}  // namespace

Samples Samples::load(const std::filesystem::path& path) {
  return with_public_errors([&] {
    Samples samples;
    samples.data_ = shared(load_dataset(real_file_system(), path));
    return samples;
  });
}

Samples Samples::load(const std::filesystem::path& path, const std::vector<std::string>& inputs,
                      const std::vector<std::string>& outputs) {
  return with_public_errors([&] {
    DataSpec spec{{path.string()}};
    spec.names = {inputs, outputs};
    Samples samples;
    samples.data_ = shared(load_dataset(real_file_system(), spec));
    return samples;
  });
}

Samples Samples::from(std::vector<int> shape, std::vector<float> train_values, std::vector<int> train_labels,
                      std::vector<float> test_values, std::vector<int> test_labels) {
  return with_public_errors([&] {
    Dataset train = dataset_of(shape, std::move(train_values), train_labels, "training");
    Dataset test = dataset_of(shape, std::move(test_values), test_labels, "test");
    train.classes = test.classes = std::max(train.classes, test.classes);
    Samples samples;
    samples.data_ = shared({std::move(train), std::move(test)});
    return samples;
  });
}

std::vector<int> Samples::shape() const {
  const auto& shape = data_->splits.train.sample_shape;
  return {shape.begin(), shape.end()};
}

std::size_t Samples::train_size() const { return data_->splits.train.size(); }
std::size_t Samples::test_size() const { return data_->splits.test.size(); }

}  // namespace thimble
