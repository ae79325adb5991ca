/* A package as the code generator makes it, small and with knobs (toy.h, written by the test): firmware_test.cpp. */
#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

#include "toy.h"

typedef enum { MODEL_FLOAT32, MODEL_INT8, MODEL_UINT8, MODEL_INT16, MODEL_INT32, MODEL_INT64, MODEL_BOOL } model_type;

typedef struct {
  const char* name;
  model_type type;
  int32_t rank;
  int32_t dims[8];
  int32_t bytes;
  float scale;
  int32_t zero_point;
} model_tensor;

#define MODEL_INPUTS 2
#define MODEL_OUTPUTS 2
#define MODEL_ARENA_BYTES TOY_ARENA
#define MODEL_WEIGHTS_BYTES TOY_WEIGHTS

extern const model_tensor model_inputs[MODEL_INPUTS];
extern const model_tensor model_outputs[MODEL_OUTPUTS];

void* model_input(int index);
const void* model_output(int index);
void model_reset(void);
void model_invoke(void);
int model_selftest(void);

#endif
