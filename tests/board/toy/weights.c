#include "weights.h"

const int8_t toy_weights[TOY_WEIGHTS] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
const int32_t toy_not_used[1000] = {1}; /* must be left out by the linker */
