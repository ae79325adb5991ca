/* Cortex-M: the vector table, the entry of a fault, the measured call, the semihosting call. Only instructions of ARMv6-M,
   so that one file serves M0 to M55. */
#include "bench.h"
  .syntax unified
  .cfi_sections .debug_frame /* so that gdb sees through bench_invoke */
  .thumb

  .macro function name
  .section .text.\name, "ax"
  .balign 4
  .global \name
  .type \name, %function
  .thumb_func
\name:
  .endm

  .section .vectors, "a"
  .balign 128
  .word stack_top
  .word board_reset
  .rept 14 /* NMI, the faults and the system calls: none is expected */
  .word fault_entry
  .endr

  /* Gives board_fault the exception frame; the stack may have been the trouble, so it starts anew. */
  function fault_entry
  mov r0, sp
  ldr r1, =stack_top
  mov sp, r1
  bl board_fault
  .size fault_entry, . - fault_entry

  function semihosting_call
  bkpt 0xab
  bx lr
  .size semihosting_call, . - semihosting_call

  function bench_start
  bx lr
  .size bench_start, . - bench_start

  function bench_stop
  bx lr
  .size bench_stop, . - bench_stop

  function bench_invoke
  .cfi_startproc
  push {r4, lr}
  .cfi_def_cfa_offset 8
  .cfi_offset lr, -4
  ldr r1, =STACK_PAINT
  mov r2, sp
1:
  cmp r0, r2
  bhs 2f
  stmia r0!, {r1}
  b 1b
2:
  bl bench_start
  bl model_invoke
  bl bench_stop
  mov r0, sp
  pop {r4, pc}
  .cfi_endproc
  .size bench_invoke, . - bench_invoke
