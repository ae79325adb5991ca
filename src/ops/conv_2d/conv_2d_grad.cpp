#include "ops/op.h"
namespace thimble {
extern const TrainKernels conv_2d_train;
const TrainKernels conv_2d_train = {};
}  // namespace thimble
