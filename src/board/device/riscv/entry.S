/* RISC-V: the first instruction, the entry of a fault, the measured call, the semihosting call. */
#include "bench.h"
  .option arch, +zicsr
  .cfi_sections .debug_frame /* so that gdb sees through bench_invoke */

  .macro function name
  .section .text.\name, "ax"
  .balign 4
  .global \name
  .type \name, @function
\name:
  .endm

  .section .vectors, "ax"
  .global board_entry
  .type board_entry, @function
board_entry:
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la tp, thread_start /* the C library keeps errno there */
  la sp, stack_top
  la t0, fault_entry
  csrw mtvec, t0
  j board_reset
  .size board_entry, . - board_entry

  /* The stack may have been the trouble, so it starts anew. */
  function fault_entry
  la sp, stack_top
  csrr a0, mepc
  mv a1, ra
  csrr a2, mcause
  csrr a3, mtval
  j board_fault
  .size fault_entry, . - fault_entry

  /* The three instructions that the emulator looks for; none of them compressed, all on one page. */
  function semihosting_call
  .balign 16
  .option push
  .option norvc
  slli zero, zero, 0x1f
  ebreak
  srai zero, zero, 7
  .option pop
  ret
  .size semihosting_call, . - semihosting_call

  function bench_start
  ret
  .size bench_start, . - bench_start

  function bench_stop
  ret
  .size bench_stop, . - bench_stop

  function bench_invoke
  .cfi_startproc
  addi sp, sp, -16
  .cfi_def_cfa_offset 16
  sw ra, 12(sp)
  .cfi_offset ra, -4
  li t0, STACK_PAINT
1:
  bgeu a0, sp, 2f
  sw t0, 0(a0)
  addi a0, a0, 4
  j 1b
2:
  call bench_start
  call model_invoke
  call bench_stop
  mv a0, sp
  lw ra, 12(sp)
  addi sp, sp, 16
  ret
  .cfi_endproc
  .size bench_invoke, . - bench_invoke
