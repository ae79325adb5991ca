// Keras's initializers: the values that weights start with.
#pragma once

#include <vector>

#include "base/random.h"
#include "ops/layer_codec.h"

namespace thimble {

/// Values of spec.shape, in the graph's layout, by the initializer that the spec names (one of kInitializers).
std::vector<float> initial_values(const WeightSpec& spec, Random& random);

}  // namespace thimble
