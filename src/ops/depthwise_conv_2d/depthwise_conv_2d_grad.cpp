#include "ops/op.h"
namespace thimble {
extern const TrainKernels depthwise_conv_2d_train;
const TrainKernels depthwise_conv_2d_train = {};
}  // namespace thimble
