// RESHAPE in training: input and output share memory.
#include "ops/op.h"

namespace thimble {
extern const TrainKernels reshape_train;
namespace {

TrainCall compile(const NodeView&, int) { return {.view = true}; }

}  // namespace

const TrainKernels reshape_train = {compile};

}  // namespace thimble
