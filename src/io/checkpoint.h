// Checkpoints of a training: a .keras file that Keras opens, with what else training needs to go on.
#pragma once

#include "ir/layer.h"
#include "wire/npz.h"

namespace thimble {

struct Checkpoint {
  Model model;
  NpzArrays state;  // what the model does not hold: positions, history, averages
};

/// A .keras file with an entry training.npz.
Bytes write_checkpoint(const Model& model, const NpzArrays& state);

/// Throws InputError when the file is damaged, or no checkpoint.
Checkpoint read_checkpoint(ByteSpan file);

/// Gives `model`, as its recipe makes it, the weights and the optimizer's state of `saved`. Throws InputError when
/// their layers differ.
void restore(Model& model, const Model& saved);

}  // namespace thimble
