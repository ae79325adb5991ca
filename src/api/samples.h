// What is behind thimble::Samples.
#pragma once

#include "data/dataset.h"
#include "thimble/thimble.h"

namespace thimble {

struct Samples::Data {
  DatasetSplits splits;
};

}  // namespace thimble
