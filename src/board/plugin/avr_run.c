/* Runs firmware on an AVR emulated by simavr, one instruction at a time, and counts between two markers what
   plugin/count.c counts in QEMU: instructions, exactly, by function; and the clock cycles, which AVRs fix for each
   instruction.

   avr_run MCU FIRMWARE.elf SYMBOLS [COUNTS]

   The two files are as in plugin/count.c; SYMBOLS has also "ADDRESS 0 =stack_limit", COUNTS a line "cycles COUNT"
   behind each "invocation COUNT". Requests of the firmware (device/semihosting.c) come by a write of the operation to
   GPIOR0, with the address of the argument block in GPIOR1 and GPIOR2, which take the result. The program ends with the
   firmware's exit code; with EXIT_STACK as soon as the stack reaches below `stack_limit`, and with EXIT_FAULT, having
   written the file "fault", when simavr reports an error. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_avr.h"
#include "sim_io.h"

enum { EXIT_FILE = 10, EXIT_STACK = 11, EXIT_FAULT = 12 }; /* device/board.h */
enum { SYS_OPEN = 0x01, SYS_CLOSE = 0x02, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };
enum { GPIOR0 = 0x3E, GPIOR1 = 0x4A, GPIOR2 = 0x4B, SPL = 0x5D, SPH = 0x5E, UDR0 = 0xC6 }; /* addresses of data */
enum { MOST_FILES = 64, NAME_BYTES = 256, RAM_ADDRESS = 0x800000, MOST_BELOW = 8 };

struct function {
  uint64_t counted;
  uint32_t address, size;
  int is_bench;
  char name[NAME_BYTES];
};

static struct function* functions; /* the last one is "(other)" */
static size_t function_count;
static uint16_t* function_of;                                          /* by word of flash */
static uint64_t layers[UINT16_MAX + 1];                                /* instructions of each */
static uint32_t layer_address = UINT32_MAX;                            /* of bench_layer, which a marked model calls */
static uint32_t start_address = UINT32_MAX, stop_address, stack_limit; /* bytes */
static FILE* files[MOST_FILES];
static int faulty;

static void fail(const char* what) {
  fprintf(stderr, "avr_run: %s\n", what);
  exit(EXIT_FILE);
}

/* --- the firmware's requests --- */

static unsigned word(const avr_t* avr, unsigned address) {
  if (address + 1 > avr->ramend) fail("an argument block lies outside of the RAM");
  return avr->data[address] | (unsigned)avr->data[address + 1] << 8;
}

static FILE* file_at(unsigned handle) { return handle < MOST_FILES ? files[handle] : NULL; }

static int open_file(const avr_t* avr, unsigned block) {
  char name[NAME_BYTES];
  const unsigned address = word(avr, block), mode = word(avr, block + 2), length = word(avr, block + 4);
  if (length >= sizeof name || address + length > avr->ramend) return -1;
  memcpy(name, avr->data + address, length);
  name[length] = 0;
  for (int i = 0; i < MOST_FILES; ++i) {
    if (files[i] != NULL) continue;
    files[i] = fopen(name, mode == 1 ? "rb" : "wb");
    return files[i] == NULL ? -1 : i;
  }
  return -1;
}

/* Returns how many bytes were not read or written. */
static unsigned transfer(avr_t* avr, unsigned block, int is_write) {
  FILE* file = file_at(word(avr, block));
  const unsigned address = word(avr, block + 2), count = word(avr, block + 4);
  if (file == NULL || address + count > avr->ramend + 1u) return count;
  uint8_t* bytes = avr->data + address;
  return count - (unsigned)(is_write ? fwrite(bytes, 1, count, file) : fread(bytes, 1, count, file));
}

static int close_file(unsigned handle) {
  FILE* file = file_at(handle);
  if (file == NULL) return -1;
  files[handle] = NULL;
  return fclose(file);
}

static void on_request(struct avr_t* avr, avr_io_addr_t address, uint8_t operation, void* data) {
  const unsigned block = avr->data[GPIOR1] | (unsigned)avr->data[GPIOR2] << 8;
  unsigned result = UINT16_MAX;
  (void)address, (void)data;
  if (operation == SYS_OPEN) result = (unsigned)open_file(avr, block);
  if (operation == SYS_READ || operation == SYS_WRITE) result = transfer(avr, block, operation == SYS_WRITE);
  if (operation == SYS_CLOSE) result = (unsigned)close_file(word(avr, block));
  if (operation == SYS_EXIT_EXTENDED) exit((int)word(avr, block + 2));
  avr->data[GPIOR1] = (uint8_t)result;
  avr->data[GPIOR2] = (uint8_t)(result >> 8);
}

static void on_serial(struct avr_irq_t* irq, uint32_t value, void* data) {
  (void)irq, (void)data;
  putchar((int)value);
}

/* --- loading --- */

static uint32_t little(const uint8_t* bytes, int count) {
  uint32_t value = 0;
  while (count-- > 0) value = value << 8 | bytes[count];
  return value;
}

/* Puts the segments of an ELF file of 32 bits into flash; those for RAM have a place there, too. */
static void load(avr_t* avr, const char* path) {
  static uint8_t elf[1 << 24];
  FILE* file = fopen(path, "rb");
  const size_t size = file == NULL ? 0 : fread(elf, 1, sizeof elf, file);
  if (size < 52 || size == sizeof elf) fail("cannot read the firmware");
  fclose(file);
  const uint32_t table = little(elf + 28, 4), count = little(elf + 44, 2);
  for (uint32_t i = 0; i < count; ++i) {
    const size_t at = (size_t)table + 32 * i;
    if (at + 32 > size) fail("the firmware is damaged");
    const uint32_t offset = little(elf + at + 4, 4), to = little(elf + at + 12, 4), bytes = little(elf + at + 16, 4);
    if (little(elf + at, 4) != 1 || bytes == 0) continue;
    if (offset > size || bytes > size - offset || to > avr->flashend || bytes > avr->flashend + 1 - to) {
      fail("the firmware is damaged, or too large");
    }
    memcpy(avr->flash + to, elf + offset, bytes);
  }
  avr->codeend = avr->flashend;
}

static struct function* new_function(const char* name) {
  functions = realloc(functions, (function_count + 1) * sizeof *functions);
  if (functions == NULL) abort();
  struct function* function = &functions[function_count++];
  memset(function, 0, sizeof *function);
  strcpy(function->name, name);
  function->is_bench = strncmp(name, "bench_", 6) == 0;
  return function;
}

static void read_symbols(const avr_t* avr, const char* path) {
  FILE* file = fopen(path, "r");
  uint32_t address, size;
  char name[NAME_BYTES];
  if (file == NULL) fail("cannot read the symbols");
  while (fscanf(file, "%" SCNx32 " %" SCNx32 " %255s", &address, &size, name) == 3) {
    if (strcmp(name, "=stack_limit") == 0) {
      stack_limit = address - RAM_ADDRESS;
      continue;
    }
    struct function* function = new_function(name);
    function->address = address;
    function->size = size;
    if (strcmp(name, "bench_start") == 0) start_address = address;
    if (strcmp(name, "bench_stop") == 0) stop_address = address;
    if (strcmp(name, "bench_layer") == 0) layer_address = address;
  }
  fclose(file);
  new_function("(other)");
  const uint32_t words = (avr->flashend + 1) / 2;
  function_of = malloc(words * sizeof *function_of);
  if (function_of == NULL) abort();
  for (uint32_t i = 0; i < words; ++i) function_of[i] = (uint16_t)(function_count - 1);
  for (size_t f = 0; f + 1 < function_count; ++f) {
    const uint32_t end = (functions[f].address + functions[f].size) / 2;
    for (uint32_t i = functions[f].address / 2; i < end && i < words; ++i) function_of[i] = (uint16_t)f;
  }
}

/* --- running --- */

static void on_message(struct avr_t* avr, const int level, const char* format, va_list arguments) {
  (void)avr;
  if (level != LOG_ERROR) return;
  vfprintf(stderr, format, arguments);
  faulty = 1;
}

static void report_fault(uint32_t address) {
  const uint32_t words[4] = {address, 0, 0, 0};
  FILE* file = fopen("fault", "wb");
  if (file != NULL) {
    for (int i = 0; i < 16; ++i) fputc((int)(words[i / 4] >> (8 * (i % 4)) & 0xFF), file);
    fclose(file);
  }
  exit(EXIT_FAULT);
}

static void step(avr_t* avr) {
  const uint32_t address = avr->pc;
  const int state = avr_run(avr);
  if (faulty || state == cpu_Crashed || state == cpu_Done || avr->pc > avr->flashend) report_fault(address);
  /* For a few instructions only one half of a new stack pointer is there. */
  static int below;
  below = (avr->data[SPL] | (uint32_t)avr->data[SPH] << 8) + 1 < stack_limit ? below + 1 : 0;
  if (below > MOST_BELOW) exit(EXIT_STACK);
}

static void run_uncounted(avr_t* avr) {
  for (;;) step(avr);
}

static void run_counted(avr_t* avr, FILE* counts) {
  uint64_t instructions = 0, cycles = 0;
  int layer = -1; /* none yet */
  for (int active = 0;;) {
    const uint32_t address = avr->pc;
    const avr_cycle_count_t before = avr->cycle;
    struct function* function = &functions[function_of[address / 2]];
    if (address == start_address) {
      active = 1;
      layer = -1;
      instructions = cycles = 0;
    } else if (address == layer_address) {
      layer = avr->data[24] | avr->data[25] << 8;
    } else if (address == stop_address) {
      active = 0;
      fprintf(counts, "invocation %" PRIu64 "\ncycles %" PRIu64 "\n", instructions, cycles);
    }
    step(avr);
    if (!active || function->is_bench) continue;
    ++function->counted;
    ++instructions;
    if (layer >= 0) ++layers[layer];
    cycles += avr->cycle - before;
  }
}

static FILE* counts_file;

static void finish(void) {
  fflush(stdout);
  if (counts_file == NULL) return;
  for (size_t i = 0; i < function_count; ++i) {
    if (functions[i].counted == 0) continue;
    fprintf(counts_file, "function %" PRIu64 " %s\n", functions[i].counted, functions[i].name);
  }
  for (int i = 0; i <= UINT16_MAX; ++i) {
    if (layers[i] != 0) fprintf(counts_file, "layer %" PRIu64 " %d\n", layers[i], i);
  }
  fprintf(counts_file, "end\n");
}

int main(int count, char** arguments) {
  if (count < 4) fail("usage: avr_run MCU FIRMWARE.elf SYMBOLS [COUNTS]");
  avr_global_logger_set(on_message);
  avr_t* avr = avr_make_mcu_by_name(arguments[1]);
  if (avr == NULL) fail("simavr does not know this controller");
  avr_init(avr);
  avr->frequency = 16000000;
  load(avr, arguments[2]);
  read_symbols(avr, arguments[3]);
  avr_register_io_write(avr, GPIOR0, on_request, NULL);
  avr_irq_register_notify(avr_iomem_getirq(avr, UDR0, NULL, AVR_IOMEM_IRQ_ALL), on_serial, NULL);
  atexit(finish);
  if (count < 5) run_uncounted(avr);
  counts_file = fopen(arguments[4], "w");
  if (counts_file == NULL) fail("cannot write the counts");
  run_counted(avr, counts_file);
}
