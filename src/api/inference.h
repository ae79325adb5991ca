// What is behind thimble::Inference.
#pragma once

#include "run/executor.h"
#include "thimble/thimble.h"

namespace thimble {

struct Inference::State {
  std::shared_ptr<const Executable> executable;
  Bytes tflite;
};

/// Of a graph that has been simplified. Throws InputError when it cannot be run.
Inference make_inference(Graph graph);

}  // namespace thimble
