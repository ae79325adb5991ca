/* The parameters of kernels that work on one element after the other. */
#ifndef THIMBLE_ELEMENTWISE_H
#define THIMBLE_ELEMENTWISE_H

#include <stdint.h>

typedef struct {
  int32_t count;
} thimble_elementwise_params;

#endif
