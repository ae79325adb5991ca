/* The firmware that shows itself: what a user would flash. Runs the model once on the input that was built in and
   prints, over the serial port, the tensors, the memory used to the byte, the input as a picture when it is one, and
   the scores. Works for any model; float arithmetic is for printing alone. On an emulator the run ends behind the last
   line; on a real board the core stops there. */
#include "bench.h"
#include "board.h"
#include "buffers.h"
#include "demo_print.h"
#include "model.h"

#ifndef MODEL_FLASH /* where AVR keeps constants */
#define MODEL_FLASH
#endif

#if defined(MODEL_INPUT_OF_CALLER) && defined(MODEL_OUTPUT_OF_CALLER)
#define ARENA_TITLE "RAM:   arena (activations)           "
#elif defined(MODEL_INPUT_OF_CALLER)
#define ARENA_TITLE "RAM:   arena (activations, out)      "
#elif defined(MODEL_OUTPUT_OF_CALLER)
#define ARENA_TITLE "RAM:   arena (activations, in)       "
#else
#define ARENA_TITLE "RAM:   arena (activations, in, out)  "
#endif

extern const unsigned char demo_input[]; /* demo_input.c, generated: the bytes of all inputs, one behind the other */
extern const unsigned demo_input_bytes;

extern const char model_weights_bytes[], model_static_bytes[]; /* firmware.ld: the addresses are the figures */

enum { LARGEST_PICTURE = 80, MOST_CLASSES = 100 };

static const char* type_name(model_type type) {
  switch (type) {
    case MODEL_FLOAT32:
      return "float32";
    case MODEL_INT8:
      return "int8";
    case MODEL_UINT8:
      return "uint8";
    case MODEL_INT16:
      return "int16";
    case MODEL_INT32:
      return "int32";
    case MODEL_INT64:
      return "int64";
    case MODEL_BOOL:
      return "bool";
    default:
      return "other";
  }
}

static int32_t count_elements(const MODEL_FLASH model_tensor* tensor) {
  int32_t count = 1;
  for (int32_t i = 0; i < tensor->rank; ++i) count *= tensor->dims[i];
  return count;
}

/* The real number that an element stands for. */
static float element(const MODEL_FLASH model_tensor* tensor, const void* data, int32_t index) {
  float number = 0;
  switch (tensor->type) {
    case MODEL_FLOAT32:
      return ((const float*)data)[index];
    case MODEL_INT8:
      number = (float)(((const int8_t*)data)[index] - tensor->zero_point);
      break;
    case MODEL_UINT8:
      number = (float)(((const uint8_t*)data)[index] - tensor->zero_point);
      break;
    case MODEL_INT16:
      number = (float)(((const int16_t*)data)[index] - tensor->zero_point);
      break;
    case MODEL_INT32:
      number = (float)((const int32_t*)data)[index];
      break;
    case MODEL_INT64:
      number = (float)((const int64_t*)data)[index];
      break;
    case MODEL_BOOL:
      number = ((const uint8_t*)data)[index] != 0;
      break;
    default:
      break;
  }
  return tensor->scale != 0 ? number * tensor->scale : number;
}

static void print_tensor(const char* role, const MODEL_FLASH model_tensor* tensor) {
  print(role);
  print(" \"");
  for (const MODEL_FLASH char* c = tensor->name; *c != 0; ++c) uart_put(*c);
  print("\": ");
  for (int32_t i = 0; i < tensor->rank; ++i) {
    if (i > 0) print("x");
    print_integer(tensor->dims[i]);
  }
  print(tensor->rank > 0 ? " " : "scalar ");
  print(type_name(tensor->type));
  if (tensor->scale != 0) {
    print(", scale ");
    print_decimal(tensor->scale, 8);
    print(", zero point ");
    print_integer(tensor->zero_point);
  }
  print(", ");
  print_integer(tensor->bytes);
  print(" bytes\n");
}

static void print_bytes(const char* what, uint32_t bytes) {
  print(what);
  print_integer((int32_t)bytes);
  print(" bytes\n");
}

static void print_memory(uint32_t stack) {
  print_bytes("Flash: weights                       ", (uint32_t)(uintptr_t)model_weights_bytes);
  print_bytes(ARENA_TITLE, MODEL_ARENA_BYTES);
  print_bytes("       all static data of the model  ", (uint32_t)(uintptr_t)model_static_bytes);
  print_bytes("       stack (measured peak)         ", stack);
}

/* A picture is a tensor with two dimensions other than 1. */
static int is_picture(const MODEL_FLASH model_tensor* tensor, int32_t* height, int32_t* width) {
  int32_t sides[2] = {0, 0}, count = 0;
  for (int32_t i = 0; i < tensor->rank; ++i) {
    if (tensor->dims[i] == 1) continue;
    if (count == 2) return 0;
    sides[count++] = tensor->dims[i];
  }
  *height = sides[0];
  *width = sides[1];
  return count == 2 && *height <= LARGEST_PICTURE && *width <= LARGEST_PICTURE;
}

/* Two characters a pixel, as characters are about twice as high as wide; the smallest value blank, the largest densest.
 */
static void print_picture(const MODEL_FLASH model_tensor* tensor, const void* data, int32_t height, int32_t width) {
  static const char shades[] = " .:-=+*#%@";
  const float steps = (float)(sizeof shades - 2);
  float low = element(tensor, data, 0), high = low;
  for (int32_t i = 1; i < height * width; ++i) {
    const float value = element(tensor, data, i);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const float scale = high > low ? steps / (high - low) : 0;
  for (int32_t i = 0; i < height * width; ++i) {
    const float shade = (element(tensor, data, i) - low) * scale + 0.5f;
    print_repeated(shades[shade >= 0 && shade < steps + 1 ? (int)shade : 0], 2);
    if ((i + 1) % width == 0) print("\n");
  }
}

static void print_scores(const MODEL_FLASH model_tensor* tensor, const void* data) {
  const int32_t count = count_elements(tensor);
  int32_t best = 0;
  for (int32_t i = 1; i < count; ++i) {
    if (element(tensor, data, i) > element(tensor, data, best)) best = i;
  }
  print("Predicted class: ");
  print_integer(best);
  print(", score ");
  print_decimal(element(tensor, data, best), 3);
  print("\n");
  for (int32_t i = 0; i < count && i < MOST_CLASSES; ++i) {
    print(i == best ? "> " : "  ");
    if (i < 10 && count > 10) print(" ");
    print_integer(i);
    print(element(tensor, data, i) < 0 ? "  " : "   ");
    print_decimal(element(tensor, data, i), 3);
    print("\n");
  }
}

/* Puts the built-in bytes into the inputs; 0 when there are more or fewer than the model takes. */
static int fill_inputs(void) {
  unsigned taken = 0;
  for (int i = 0; i < MODEL_INPUTS; ++i) taken += (unsigned)model_inputs[i].bytes;
  if (taken != demo_input_bytes) return 0;
  const unsigned char* from = demo_input;
  for (int i = 0; i < MODEL_INPUTS; ++i) {
    unsigned char* to = input_memory(i);
    for (int32_t k = 0; k < model_inputs[i].bytes; ++k) to[k] = *from++;
  }
  return 1;
}

int main(void) {
  print(BOARD_TITLE "\n\n");
  for (int i = 0; i < MODEL_INPUTS; ++i) print_tensor("Input ", &model_inputs[i]);
  for (int i = 0; i < MODEL_OUTPUTS; ++i) print_tensor("Output", &model_outputs[i]);
  model_reset();
  if (!fill_inputs()) {
    print("The built-in input has not the size that the model takes.\n");
    return EXIT_INPUT;
  }
  int32_t height, width;
  if (is_picture(&model_inputs[0], &height, &width)) {
    print("\n");
    print_picture(&model_inputs[0], input_memory(0), height, width);
  }
  for (int i = 0; i < MODEL_OUTPUTS; ++i) output_memory(i);
  const uint32_t stack = bench_measure();
  print("\n");
  print_memory(stack);
  print("\n");
  print_scores(&model_outputs[0], output_memory(0));
  return EXIT_DONE;
}
