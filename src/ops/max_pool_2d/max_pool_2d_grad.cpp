#include "ops/op.h"
namespace thimble {
extern const TrainKernels max_pool_2d_train;
const TrainKernels max_pool_2d_train = {};
}  // namespace thimble
