#include "model.h"

#include <math.h>
#include <string.h>

#include "kernels/toy_kernels.h"
#include "weights.h"

const model_tensor model_inputs[MODEL_INPUTS] = {
    {"image", MODEL_INT8, 4, {1, 4, 4, 1}, 16, 0.5f, -128},
    {"bias", MODEL_INT32, 1, {1}, 4, 0, 0},
};
const model_tensor model_outputs[MODEL_OUTPUTS] = {
    {"sums", MODEL_INT32, 2, {1, 3}, 12, 0, 0},
    {"scores", MODEL_INT8, 1, {3}, 3, 0.25f, 1},
};

static union {
  uint8_t bytes[TOY_ARENA];
  struct {
    int8_t image[16];
    int32_t bias;
    int32_t sums[3];
    int8_t scores[3];
  } at;
} arena;
static int32_t invocations; /* since the last reset */
#if TOY_DATA > 0
static uint8_t toy_data[TOY_DATA] = {1, 2, 3};
#endif
#if TOY_TABLE > 0
static const uint8_t toy_table[TOY_TABLE] = {4, 5, 6};
#endif

void* model_input(int index) { return index == 0 ? (void*)arena.at.image : (void*)&arena.at.bias; }
const void* model_output(int index) { return index == 0 ? (const void*)arena.at.sums : (const void*)arena.at.scores; }
void model_reset(void) { invocations = 0; }

void model_invoke(void) {
  ++invocations;
  toy_spin();
#ifdef TOY_FAULT
  toy_fault();
#endif
#ifdef TOY_HANG
  for (;;) toy_spin();
#endif
#ifdef TOY_LIBRARY
  memmove(arena.at.image + 1, arena.at.image, (size_t)arena.at.image[0]);
  arena.at.sums[2] =
      (int32_t)(((int64_t)arena.at.bias << 32) / (arena.at.image[1] + 1)); /* __aeabi_ldivmod, __divdi3 */
#endif
  arena.at.sums[0] = toy_dot(arena.at.image, toy_weights) + arena.at.bias;
  arena.at.sums[1] = toy_use_stack(arena.at.image[0]);
  arena.at.sums[2] = invocations;
#if TOY_DATA > 0
  arena.at.sums[2] += toy_data[2]++ - 3; /* the third, 3, must have been copied */
#endif
#if TOY_TABLE > 0
  arena.at.sums[2] += toy_table[invocations] - 5;
#endif
#ifdef TOY_FLOAT
  arena.at.sums[2] = (int32_t)(expf((float)invocations) * 1000.0f); /* e */
#endif
  for (int i = 0; i < 3; ++i) arena.at.scores[i] = (int8_t)(arena.at.image[i] + i);
}

int model_selftest(void) { return 1; }
