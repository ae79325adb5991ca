#include "bench.h"

#include "board.h"

extern stack_word stack_limit[]; /* firmware.ld: the lowest word of the stack */

static uint32_t stack_room;

uint32_t bench_stack_room(void) { return stack_room; }

#ifdef BENCH_LAYERS
volatile uint8_t bench_layers[BENCH_LAYERS];

void bench_layer(uint16_t layer) { bench_layers[layer] = 0; }
#endif

uint32_t bench_measure(void) {
  const stack_word* const top = bench_invoke(stack_limit);
  const stack_word* lowest = stack_limit;
  while (lowest < top && *lowest == (stack_word)STACK_PAINT) ++lowest;
  stack_room = (uint32_t)((uintptr_t)top - (uintptr_t)stack_limit);
  if (lowest == stack_limit) board_exit(EXIT_STACK);
  return (uint32_t)((uintptr_t)top - (uintptr_t)lowest);
}
