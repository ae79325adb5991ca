/* Walking a tensor that is reduced over some of its dimensions: to each output belong several inputs. */
#ifndef THIMBLE_REDUCTION_H
#define THIMBLE_REDUCTION_H

#include <stdint.h>

/* Kept and reduced dimensions, outermost first, with the distance in elements from one index to the next; those not
 * needed have size 1. */
typedef struct {
  int32_t kept[3], kept_stride[3];
  int32_t reduced[3], reduced_stride[3];
} thimble_reduction;

/* Runs BODY with `first` for the offset of each output's first input, in the outputs' order. */
#define THIMBLE_EACH_OUTPUT(r, BODY)                                                                          \
  for (int32_t k0 = 0; k0 < (r)->kept[0]; ++k0) {                                                             \
    for (int32_t k1 = 0; k1 < (r)->kept[1]; ++k1) {                                                           \
      for (int32_t k2 = 0; k2 < (r)->kept[2]; ++k2) {                                                         \
        const int32_t first = k0 * (r)->kept_stride[0] + k1 * (r)->kept_stride[1] + k2 * (r)->kept_stride[2]; \
        BODY                                                                                                  \
      }                                                                                                       \
    }                                                                                                         \
  }

/* Runs BODY with `at` for the offset of each input of the output at `first`, in the inputs' order. */
#define THIMBLE_EACH_INPUT(r, first, BODY)                                              \
  for (int32_t r0 = 0; r0 < (r)->reduced[0]; ++r0) {                                    \
    for (int32_t r1 = 0; r1 < (r)->reduced[1]; ++r1) {                                  \
      int32_t at = (first) + r0 * (r)->reduced_stride[0] + r1 * (r)->reduced_stride[1]; \
      for (int32_t r2 = 0; r2 < (r)->reduced[2]; ++r2, at += (r)->reduced_stride[2]) {  \
        BODY                                                                            \
      }                                                                                 \
    }                                                                                   \
  }

/* Reduces each output's inputs to STEP, an expression of an input x and the result y so far, which starts as INITIAL.
 */
#define THIMBLE_REDUCE(TYPE, r, input, output, INITIAL, STEP) \
  do {                                                        \
    THIMBLE_EACH_OUTPUT(r, {                                  \
      TYPE y = INITIAL;                                       \
      THIMBLE_EACH_INPUT(r, first, {                          \
        const TYPE x = (input)[at];                           \
        y = STEP;                                             \
      })                                                      \
      *(output)++ = y;                                        \
    })                                                        \
  } while (0)

#endif
