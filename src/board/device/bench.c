#include "bench.h"

#include "board.h"

extern uint32_t stack_limit[]; /* firmware.ld: the lowest word of the stack */

static uint32_t stack_room;

uint32_t bench_stack_room(void) { return stack_room; }

uint32_t bench_measure(void) {
  const uint32_t* const top = bench_invoke(stack_limit);
  const uint32_t* lowest = stack_limit;
  while (lowest < top && *lowest == STACK_PAINT) ++lowest;
  stack_room = (uint32_t)((uintptr_t)top - (uintptr_t)stack_limit);
  if (lowest == stack_limit) board_exit(EXIT_STACK);
  return (uint32_t)((uintptr_t)top - (uintptr_t)lowest);
}
