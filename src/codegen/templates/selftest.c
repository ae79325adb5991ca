/* Inputs made from a fixed sequence, and the outputs that the host computed for them. */
#include <string.h>

#include "model.h"

@GOLDEN@
static const void *const golden[MODEL_OUTPUTS] = {@GOLDEN_LIST@};

#ifdef MODEL_OUTPUT_OF_CALLER
/* The memory of output `index`: outputs begin at multiples of 8 bytes. */
static void *result(int index) {
  static uint64_t memory[MODEL_OUTPUT_BYTES / 8 + MODEL_OUTPUTS];
  uint64_t *place = memory;
  int i;
  for (i = 0; i < index; ++i) place += (model_outputs[i].bytes + 7) / 8;
  return place;
}
#else
static const void *result(int index) { return model_output(index); }
#endif

#ifndef MODEL_INPUT_OF_CALLER
/* The next byte of a linear congruential sequence (Numerical Recipes' constants). */
static uint8_t next_byte(uint32_t *state) {
  *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
  return (uint8_t)(*state >> 24);
}

/* 8- and 16-bit inputs get any value, floats one of [0, 1), wider integers (mostly indices) 0. */
static void fill(const @FLASH@model_tensor *tensor, void *memory, uint32_t *state) {
  int32_t i;
  memset(memory, 0, (size_t)tensor->bytes);
  switch (tensor->type) {
    case MODEL_INT8:
    case MODEL_UINT8:
    case MODEL_INT16:
      for (i = 0; i < tensor->bytes; ++i) ((uint8_t *)memory)[i] = next_byte(state);
      break;
    case MODEL_FLOAT32:
      for (i = 0; i < tensor->bytes / 4; ++i) ((float *)memory)[i] = (float)next_byte(state) / 256.0f;
      break;
    default:
      break;
  }
}
#endif

/* Floats may differ by rounding: 1e-4 of the largest magnitude. */
static int differs(const @FLASH@model_tensor *tensor, const void *got, const void *want) {
  const float *a = (const float *)got;
  const float *b = (const float *)want;
  float largest = 1e-6f;
  int32_t i;
  if (tensor->type != MODEL_FLOAT32) return memcmp(got, want, (size_t)tensor->bytes) != 0;
  for (i = 0; i < tensor->bytes / 4; ++i) {
    const float magnitude = b[i] < 0.0f ? -b[i] : b[i];
    if (magnitude > largest) largest = magnitude;
  }
  for (i = 0; i < tensor->bytes / 4; ++i) {
    const float error = a[i] < b[i] ? b[i] - a[i] : a[i] - b[i];
    if (!(error <= 1e-4f * largest)) return 1;
  }
  return 0;
}

int model_selftest(void) {
  int i;
#ifdef MODEL_INPUT_OF_CALLER
  for (i = 0; i < MODEL_INPUTS; ++i) model_set_input(i, golden_inputs[i]);
#else
  uint32_t state = 1;
  for (i = 0; i < MODEL_INPUTS; ++i) fill(&model_inputs[i], model_input(i), &state);
#endif
#ifdef MODEL_OUTPUT_OF_CALLER
  for (i = 0; i < MODEL_OUTPUTS; ++i) model_set_output(i, result(i));
#endif
  model_reset();
  model_invoke();
  for (i = 0; i < MODEL_OUTPUTS; ++i) {
    if (differs(&model_outputs[i], result(i), golden[i])) return 1 + i;
  }
  return 0;
}
