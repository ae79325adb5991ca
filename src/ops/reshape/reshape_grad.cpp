#include "ops/op.h"
namespace thimble {
extern const TrainKernels reshape_train;
const TrainKernels reshape_train = {};
}  // namespace thimble
