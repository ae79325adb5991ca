// Keras's .keras files <-> Model.
#pragma once

#include "base/file_system.h"
#include "ir/layer.h"

namespace thimble {

/// A file that Keras 3 opens, evaluates to the same values and trains on with: a Sequential model if each layer reads
/// the one before it, else a Functional one. Same model, same bytes.
Bytes write_keras(const Model& model);

/// Sequential models and Functional ones, whose layers may be shared. An optimizer or a loss that Thimble cannot
/// train with is left out. Throws InputError (damaged, or layers or arguments that are not supported), naming the
/// layer.
Model read_keras(ByteSpan file);

}  // namespace thimble
