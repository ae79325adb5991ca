// What thimble train makes of its data: parts to validate on, weights of classes, what a teacher says of it.
#pragma once

#include "data/dataset.h"
#include "io/recipe.h"
#include "train/train.h"

namespace thimble {

/// Part `fold` of `folds` for validation, the rest for training; each class is shared out evenly, at random by `seed`.
DatasetSplits fold_of(const Dataset& data, int folds, int fold, std::uint64_t seed);

/// The part `fraction` for validation, likewise.
DatasetSplits hold_out(const Dataset& data, double fraction, std::uint64_t seed);

/// The factor of each class's loss; empty: 1. Balanced: samples / (classes * samples of the class), as scikit-learn has
/// it.
std::vector<float> class_weights(const Recipe& recipe, const Dataset& train);

/// Has the recipe's teacher, if it has one, look at all samples; or, where they are blended, at each as it is trained
/// on. Probabilities become logits by their logarithms.
void ask_teacher(FileSystem& files, const Recipe& recipe, const Dataset& data, TrainOptions& options);

}  // namespace thimble
