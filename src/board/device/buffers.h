/* Where the firmware puts what the model reads and gives: the model's own memory, or the board's, which the model is
   told of. */
#ifndef THIMBLE_DEVICE_BUFFERS_H
#define THIMBLE_DEVICE_BUFFERS_H

#include <stdint.h>

#include "model.h"

/* The memory of input `index`, to be filled before each invocation. */
static inline void* input_memory(int index) {
#ifdef MODEL_INPUT_OF_CALLER
  static uint64_t memory[MODEL_INPUT_BYTES / 8 + MODEL_INPUTS]; /* each input begins at a multiple of 8 bytes */
  uint64_t* place = memory;
  for (int i = 0; i < index; ++i) place += (model_inputs[i].bytes + 7) / 8;
  model_set_input(index, place);
  return place;
#else
  return model_input(index);
#endif
}

/* The memory of output `index`, to be asked for before the first invocation, too. */
static inline const void* output_memory(int index) {
#ifdef MODEL_OUTPUT_OF_CALLER
  static uint64_t memory[MODEL_OUTPUT_BYTES / 8 + MODEL_OUTPUTS];
  uint64_t* place = memory;
  for (int i = 0; i < index; ++i) place += (model_outputs[i].bytes + 7) / 8;
  model_set_output(index, place);
  return place;
#else
  return model_output(index);
#endif
}

#endif
