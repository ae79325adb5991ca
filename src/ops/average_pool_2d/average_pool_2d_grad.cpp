#include "ops/op.h"
namespace thimble {
extern const TrainKernels average_pool_2d_train;
const TrainKernels average_pool_2d_train = {};
}  // namespace thimble
