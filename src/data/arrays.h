// Arrays of samples and of answers -> a data set.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/npy.h"
#include "data/dataset.h"
#include "data/mapped_array.h"

namespace thimble {

struct NamedArray {
  std::string name;  // in messages
  NpyArray values;
  std::optional<MappedArray> mapped = {};  // instead, if it stays on the disk
};

/// The samples of a model with an array for each input, and their labels or numbers to predict, an array for each
/// output; without outputs, the label 0. Bytes beside floats are multiplied by `scale`. Throws InputError that names
/// the array and what is wrong.
Dataset make_dataset(std::vector<NamedArray> inputs, std::vector<NamedArray> outputs, float scale);

}  // namespace thimble
