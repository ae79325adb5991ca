/* The sum of products that convolutions and dense layers are made of. */
#ifndef THIMBLE_DOT_H
#define THIMBLE_DOT_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

/* sum + (x[0] + offset) * weights[0] + ...; may wrap. */
THIMBLE_HELPER int32_t thimble_dot_s8(int32_t sum, const int8_t* x, const int8_t* weights, int32_t count,
                                      int32_t offset) {
  if (count > 0) {
    do sum = thimble_wrap_add(sum, (*x++ + offset) * *weights++);
    while (--count > 0);
  }
  return sum;
}

#endif
