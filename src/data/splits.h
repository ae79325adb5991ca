// Parts of a data set for validation.
#pragma once

#include "data/dataset.h"

namespace thimble {

/// Part `fold` of `folds` for validation, the rest for training; each class is shared out evenly, at random by `seed`.
DatasetSplits fold_of(const Dataset& data, int folds, int fold, std::uint64_t seed);

/// The part `fraction` for validation, likewise.
DatasetSplits hold_out(const Dataset& data, double fraction, std::uint64_t seed);

}  // namespace thimble
