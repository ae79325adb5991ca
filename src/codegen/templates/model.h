/* @NAME@, compiled to C by Thimble. No heap, no start-up work: call model_invoke().
 *
@DOCUMENTATION@ */
#ifndef MODEL_H
#define MODEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MODEL_INPUTS @INPUTS@
#define MODEL_OUTPUTS @OUTPUTS@
#define MODEL_ARENA_BYTES @ARENA_BYTES@   /* RAM: activations@IN_ARENA@; all that the model needs but its stack */
#define MODEL_WEIGHTS_BYTES @WEIGHTS_BYTES@ /* flash: constants in weights.c */
@CALLER_MACROS@@STACK@
@FLASH_MACRO@typedef enum {
  MODEL_FLOAT32,
  MODEL_INT8,
  MODEL_UINT8,
  MODEL_INT16,
  MODEL_INT32,
  MODEL_INT64,
  MODEL_BOOL,
  MODEL_OTHER
} model_type;

/* real value = scale * (stored value - zero_point); scale 0: not quantized */
typedef struct {
  const @FLASH@char *name;
  model_type type;
  int32_t rank;
  int32_t dims[8];
  int32_t bytes;
  float scale;
  int32_t zero_point;
} model_tensor;

extern const @FLASH@model_tensor model_inputs[MODEL_INPUTS];
extern const @FLASH@model_tensor model_outputs[MODEL_OUTPUTS];

@INPUT_FUNCTION@@OUTPUT_FUNCTION@

/* Sets the model's state, if it has any, to zero. Call once before the first model_invoke(). */
void model_reset(void);

void model_invoke(void);

/* Runs the model on made-up inputs and compares with what the host computed. Returns 0 when all is well, else 1 + the index
 * of the output that differs. */
int model_selftest(void);

#ifdef __cplusplus
}
#endif

#endif
