/* Example: runs the model once on an input of zeros and prints its outputs. Build: make CC=cc && cc main.c libmodel.a -lm -o example */
#include <stdio.h>
#include <string.h>

#include "model.h"

static void print_output(const @FLASH@model_tensor *tensor, const void *data, int32_t index) {
  double value = 0.0;
  switch (tensor->type) {
    case MODEL_FLOAT32: value = (double)((const float *)data)[index]; break;
    case MODEL_INT8: value = ((const int8_t *)data)[index]; break;
    case MODEL_UINT8: case MODEL_BOOL: value = ((const uint8_t *)data)[index]; break;
    case MODEL_INT16: value = ((const int16_t *)data)[index]; break;
    case MODEL_INT32: value = ((const int32_t *)data)[index]; break;
    case MODEL_INT64: value = (double)((const int64_t *)data)[index]; break;
    default: break;
  }
  if (tensor->scale > 0.0f) value = (value - tensor->zero_point) * (double)tensor->scale;
  printf("  [%ld] %g\n", (long)index, value);
}

int main(void) {
  printf("self-test: %s\n", model_selftest() == 0 ? "passed" : "FAILED");
  model_reset();
#ifdef MODEL_INPUT_OF_CALLER
  static const uint64_t zeros[MODEL_INPUT_BYTES / 8 + 1] = {0};
  for (int i = 0; i < MODEL_INPUTS; ++i) model_set_input(i, zeros);
#else
  for (int i = 0; i < MODEL_INPUTS; ++i) memset(model_input(i), 0, (size_t)model_inputs[i].bytes);
#endif
#ifdef MODEL_OUTPUT_OF_CALLER
  static uint64_t memory[MODEL_OUTPUT_BYTES / 8 + MODEL_OUTPUTS];
  const void *results[MODEL_OUTPUTS];
  uint64_t *place = memory;
  for (int i = 0; i < MODEL_OUTPUTS; ++i) {
    model_set_output(i, place);
    results[i] = place;
    place += (model_outputs[i].bytes + 7) / 8;
  }
#endif
  model_invoke();
  for (int i = 0; i < MODEL_OUTPUTS; ++i) {
#ifdef MODEL_OUTPUT_OF_CALLER
    const void *result = results[i];
#else
    const void *result = model_output(i);
#endif
    const @FLASH@model_tensor *tensor = &model_outputs[i];
    int32_t count = 1;
    for (int32_t d = 0; d < tensor->rank; ++d) count *= tensor->dims[d];
    for (const @FLASH@char *c = tensor->name; *c != 0; ++c) putchar(*c);
    printf(":\n");
    for (int32_t j = 0; j < count && j < 20; ++j) print_output(tensor, result, j);
  }
  return 0;
}
