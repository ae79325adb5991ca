/* The firmware that measures. Reads the files input00, input01, ... (one a model input, the invocations stacked), runs
   the model once for each invocation from a cleared state, and writes output00, ... likewise. At the end the file
   "report" holds, as little-endian 32-bit words: invocations, peak bytes of stack of model_invoke over all of them,
   bytes of stack that were free at the call. */
#include "bench.h"
#include "board.h"
#include "buffers.h"
#include "model.h"

/* "input" or "output" before, then two decimal digits. */
static intptr_t open_numbered(char* name, int digits_at, int number, int mode) {
  name[digits_at] = '0';
  while (number >= 10) {
    ++name[digits_at];
    number -= 10;
  }
  name[digits_at + 1] = (char)('0' + number);
  const intptr_t file = file_open(name, mode);
  if (file < 0) board_exit(EXIT_FILE);
  return file;
}

/* 1: all inputs of one more invocation were read; 0: there are no more. */
static int read_inputs(const intptr_t* files) {
  for (int i = 0; i < MODEL_INPUTS; ++i) {
    const uint32_t wanted = (uint32_t)model_inputs[i].bytes;
    const uint32_t count = file_read(files[i], input_memory(i), wanted);
    if (count == 0 && i == 0) return 0;
    if (count != wanted) board_exit(EXIT_INPUT);
  }
  return 1;
}

static void write_report(uint32_t invocations, uint32_t peak) {
  const uint32_t words[3] = {invocations, peak, bench_stack_room()};
  const intptr_t file = file_open("report", FILE_WRITE);
  if (file < 0) board_exit(EXIT_FILE);
  file_write(file, words, sizeof words);
  file_close(file);
}

int main(void) {
  static intptr_t inputs[MODEL_INPUTS], outputs[MODEL_OUTPUTS];
  static char input_name[] = "input00", output_name[] = "output00";
  for (int i = 0; i < MODEL_INPUTS; ++i) inputs[i] = open_numbered(input_name, 5, i, FILE_READ);
  for (int i = 0; i < MODEL_OUTPUTS; ++i) {
    outputs[i] = open_numbered(output_name, 6, i, FILE_WRITE);
    output_memory(i);
  }

  uint32_t invocations = 0, peak = 0;
  for (;;) {
    model_reset();
    if (!read_inputs(inputs)) break;
    const uint32_t stack = bench_measure();
    if (stack > peak) peak = stack;
    for (int i = 0; i < MODEL_OUTPUTS; ++i) file_write(outputs[i], output_memory(i), (uint32_t)model_outputs[i].bytes);
    ++invocations;
  }
  for (int i = 0; i < MODEL_OUTPUTS; ++i) file_close(outputs[i]);
  write_report(invocations, peak);
  return EXIT_DONE;
}
