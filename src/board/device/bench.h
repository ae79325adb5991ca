/* One measured invocation of the model.
   What is counted: the emulator's plugin (../plugin/count.c) counts from the entry of bench_start to the entry of
   bench_stop every instruction outside of the functions named bench_*. That is the instructions of model_invoke and of
   all that it calls, from its first to its return: neither the call of model_invoke nor the markers are in it.
   What is measured of the stack: bench_invoke (entry.S) paints all free stack below itself, then calls model_invoke;
   afterwards the painted word of the lowest address that has changed tells how deep the stack went. The figure is the
   bytes between it and the stack pointer at the call, a multiple of 4 but on AVR. Stack that is reserved at the deep
   end but never written to does not show. */
#ifndef THIMBLE_DEVICE_BENCH_H
#define THIMBLE_DEVICE_BENCH_H

#define STACK_PAINT 0xC5A5C5A5

#ifndef __ASSEMBLER__
#include <stdint.h>

/* What the stack is painted and read by; STACK_PAINT is cut to it. */
#if defined(__AVR__)
typedef uint8_t stack_word;
#else
typedef uint32_t stack_word;
#endif

/* entry.S: paints from `limit` up to the stack pointer, runs bench_start, model_invoke, bench_stop, and returns the
   value of the stack pointer at the call of model_invoke. */
stack_word* bench_invoke(stack_word* limit);
void bench_start(void);
void bench_stop(void);

/* bench.c: bench_invoke, and the bytes of stack that model_invoke used. Ends the run with EXIT_STACK when all that
   there is was used. */
uint32_t bench_measure(void);
/* With BENCH_LAYERS, the number of layers: a model that was made to mark them calls this before each layer. The
   emulator sees it, and which `layer` it is by the address that is stored to. */
void bench_layer(uint16_t layer);
/* The bytes of stack that the last invocation could have used. */
uint32_t bench_stack_room(void);
#endif

#endif
