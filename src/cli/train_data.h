// What thimble train makes of its data: parts to validate on, weights of classes, what a teacher says of it.
#pragma once

#include "data/dataset.h"
#include "io/recipe.h"

namespace thimble {

/// Part `fold` of `folds` for validation, the rest for training; each class is shared out evenly, at random by `seed`.
DatasetSplits fold_of(const Dataset& data, int folds, int fold, std::uint64_t seed);

/// The part `fraction` for validation, likewise.
DatasetSplits hold_out(const Dataset& data, double fraction, std::uint64_t seed);

/// The factor of each class's loss; empty: 1. Balanced: samples / (classes * samples of the class), as scikit-learn has
/// it.
std::vector<float> class_weights(const Recipe& recipe, const Dataset& train);

/// The logits that the model in the file `path` gives for all samples, one row after the other. Probabilities become
/// their logarithms.
std::vector<float> teacher_logits(FileSystem& files, const std::filesystem::path& path, const Dataset& data,
                                  int threads);

}  // namespace thimble
