// What thimble train makes of its data: weights of classes, what a teacher says of it.
#pragma once

#include "data/dataset.h"
#include "io/recipe.h"
#include "train/train.h"

namespace thimble {

/// The factor of each class's loss, of each output that the recipe names. Balanced: samples / (classes * samples of the
/// class), as scikit-learn has it.
void weigh_classes(const Recipe& recipe, const Dataset& train, TrainOptions& options);

/// Has the recipe's teacher, if it has one, look at all samples; or, where they are blended, at each as it is trained
/// on. Probabilities of classes become logits by their logarithms.
void ask_teacher(FileSystem& files, const Recipe& recipe, const Dataset& data, TrainOptions& options);

}  // namespace thimble
