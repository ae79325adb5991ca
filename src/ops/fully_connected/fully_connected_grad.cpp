#include "ops/op.h"
namespace thimble {
extern const TrainKernels fully_connected_train;
const TrainKernels fully_connected_train = {};
}  // namespace thimble
