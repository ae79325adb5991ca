/* AVR: the first instruction, the first values of the variables, the measured call, the request to the emulator. */
#include <avr/io.h>

#include "bench.h"

#define PAINT lo8(STACK_PAINT)

  .macro function name
  .section .text.\name, "ax"
  .global \name
  .type \name, @function
\name:
  .endm

  .section .vectors, "ax"
  .global board_entry
  .type board_entry, @function
board_entry: /* no interrupt is ever enabled, so there are no other vectors */
  jmp board_reset
  .size board_entry, . - board_entry

  function board_reset
  clr r1
  out _SFR_IO_ADDR(SREG), r1
  ldi r28, lo8(stack_top - 1)
  ldi r29, hi8(stack_top - 1)
  out _SFR_IO_ADDR(SPH), r29
  out _SFR_IO_ADDR(SPL), r28
  ldi r26, lo8(data_start)
  ldi r27, hi8(data_start)
  ldi r30, lo8(data_load)
  ldi r31, hi8(data_load)
  ldi r17, hi8(data_end)
#ifdef RAMPZ
  ldi r16, hh8(data_load)
  out _SFR_IO_ADDR(RAMPZ), r16
#endif
  rjmp 2f
1:
#ifdef RAMPZ
  elpm r0, Z+
#else
  lpm r0, Z+
#endif
  st X+, r0
2:
  cpi r26, lo8(data_end)
  cpc r27, r17
  brne 1b
#ifdef RAMPZ
  out _SFR_IO_ADDR(RAMPZ), r1
#endif
  ldi r17, hi8(bss_end)
  rjmp 4f
3:
  st X+, r1
4:
  cpi r26, lo8(bss_end)
  cpc r27, r17
  brne 3b
  jmp board_start
  .size board_reset, . - board_reset

  /* r24: operation, r22, r23: block */
  function semihosting_call
  out _SFR_IO_ADDR(GPIOR1), r22
  out _SFR_IO_ADDR(GPIOR2), r23
  out _SFR_IO_ADDR(GPIOR0), r24
  in r24, _SFR_IO_ADDR(GPIOR1)
  in r25, _SFR_IO_ADDR(GPIOR2)
  ret
  .size semihosting_call, . - semihosting_call

  function bench_start
  ret
  .size bench_start, . - bench_start

  function bench_stop
  ret
  .size bench_stop, . - bench_stop

  /* r24, r25: limit. The stack pointer names the byte that is written next. */
  function bench_invoke
  in r20, _SFR_IO_ADDR(SPL)
  in r21, _SFR_IO_ADDR(SPH)
  movw r30, r24
  ldi r18, PAINT
1:
  cp r20, r30
  cpc r21, r31
  brlo 2f
  st Z+, r18
  rjmp 1b
2:
  call bench_start
  call model_invoke
  call bench_stop
  in r24, _SFR_IO_ADDR(SPL)
  in r25, _SFR_IO_ADDR(SPH)
  adiw r24, 1
  ret
  .size bench_invoke, . - bench_invoke
