/* A TCG plugin for QEMU: counts the guest instructions that are executed between two markers, exactly, by function.

   -plugin count.so,symbols=FILE,counts=FILE[,thumb=1][,layers=ADDRESS]

   `symbols` has a line "ADDRESS SIZE NAME" (two hexadecimal numbers) for each function, sorted by address. The count
   runs from the entry of the function bench_start to the entry of bench_stop. Instructions of functions named bench_*
   are never counted, so the markers and the call between them (../device/bench.h) cost nothing; those of no known
   function count as "(other)". An instruction that is skipped because its condition does not hold counts as executed,
   as it takes its time on a real core too. The LE at the end of an Armv8.1-M low-overhead loop counts in each
   iteration, though a real core skips most of them.

   `counts` gets a line "invocation COUNT" at each bench_stop, and at the end, as sums over all invocations, a line
   "function COUNT NAME" for each function that was executed between markers; with `thumb`, for Arm's cores, a line
   "class COUNT NAME" for each class of instructions (thumb.h); with `layers`, the address of an array that the function
   bench_layer stores into, a line "layer COUNT INDEX" for each element of it: what was executed from a store into it up
   to the next store into any; then "end". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin_api.h"
#include "thumb.h"

enum { NAME_BYTES = 256, MOST_LAYERS = 4096 };

struct function {
  uint64_t address, size;
  uint64_t executed; /* instructions since the start of QEMU; translated code adds to it */
  uint64_t before;   /* `executed` at the last bench_start */
  uint64_t counted;  /* between markers, all invocations */
  int is_bench;
  char name[NAME_BYTES];
};

__attribute__((visibility("default"))) int qemu_plugin_version = QEMU_PLUGIN_API_VERSION;

static struct function* functions; /* sorted by address; the last one is "(other)" */
static size_t function_count;
static uint64_t start_address, stop_address;
static FILE* counts;
static int counts_classes, active; /* active: between markers */
static uint64_t classes[THUMB_CLASSES];
static uint64_t layers_address, layers[MOST_LAYERS], layer_before;
static int layer = -1; /* -1: none yet */

static struct function* function_at(uint64_t address) {
  size_t low = 0, high = function_count - 1;
  while (low < high) { /* the first function that ends behind the address */
    const size_t middle = low + (high - low) / 2;
    if (functions[middle].address + functions[middle].size > address) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  const int inside = low < function_count - 1 && address >= functions[low].address;
  return &functions[inside ? low : function_count - 1];
}

/* Instructions outside of bench_* since the last bench_start. */
static uint64_t executed_since_start(void) {
  uint64_t sum = 0;
  for (size_t i = 0; i < function_count; ++i) {
    if (!functions[i].is_bench) sum += functions[i].executed - functions[i].before;
  }
  return sum;
}

static void close_layer(void) {
  const uint64_t now = executed_since_start();
  if (layer >= 0) layers[layer] += now - layer_before;
  layer_before = now;
}

/* bench_layer stores into the array. */
static void on_layer(unsigned cpu, uint32_t info, uint64_t address, void* data) {
  (void)cpu, (void)info, (void)data;
  if (!active || address < layers_address || address >= layers_address + MOST_LAYERS) return;
  close_layer();
  layer = (int)(address - layers_address);
}

/* A run of instructions, all of which are executed when the first is. */
struct block {
  uint64_t start, end;
  int is_counted; /* not all of it is of bench_* */
  unsigned classes[THUMB_CLASSES];
};

static void on_block(unsigned cpu, void* data) {
  static uint64_t end_before;
  const struct block* block = data;
  (void)cpu;
  if (active && block->is_counted) {
    for (int i = 0; i < THUMB_CLASSES; ++i) classes[i] += block->classes[i];
    classes[THUMB_TAKEN] += block->start != end_before;
  }
  end_before = block->end;
}

static void count_classes(struct qemu_plugin_tb* tb) {
  struct block* block = calloc(1, sizeof *block); /* lives as long as the translation may */
  if (block == NULL) abort();
  const size_t count = qemu_plugin_tb_n_insns(tb);
  int was_single = 0; /* the instruction before was a load or store of one register */
  for (size_t i = 0; i < count; ++i) {
    const struct qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(tb, i);
    const uint64_t address = qemu_plugin_insn_vaddr(instruction);
    const size_t size = qemu_plugin_insn_size(instruction);
    if (i == 0) block->start = address;
    block->end = address + size;
    if (function_at(address)->is_bench) continue;
    block->is_counted = 1;
    thumb_kind kind = thumb_kind_of(qemu_plugin_insn_data(instruction), size);
    const int is_single = kind.kind == THUMB_LOAD || kind.kind == THUMB_STORE;
    if (kind.kind == THUMB_LOAD && was_single) kind.kind = THUMB_LOAD_NEXT;
    was_single = is_single;
    ++block->classes[kind.kind];
    if (kind.kind == THUMB_LOAD_MULTIPLE) block->classes[THUMB_LOADED] += kind.registers;
    if (kind.kind == THUMB_STORE_MULTIPLE) block->classes[THUMB_STORED] += kind.registers;
  }
  qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, PLUGIN_READS_NO_REGISTERS, block);
}

static void on_start(unsigned cpu, void* data) {
  (void)cpu;
  (void)data;
  active = 1;
  layer = -1;
  layer_before = 0;
  for (size_t i = 0; i < function_count; ++i) functions[i].before = functions[i].executed;
}

static void on_stop(unsigned cpu, void* data) {
  (void)cpu;
  (void)data;
  close_layer();
  active = 0;
  fprintf(counts, "invocation %" PRIu64 "\n", executed_since_start());
  for (size_t i = 0; i < function_count; ++i) {
    if (!functions[i].is_bench) functions[i].counted += functions[i].executed - functions[i].before;
  }
}

static void on_translation(plugin_id id, struct qemu_plugin_tb* block) {
  (void)id;
  const size_t count = qemu_plugin_tb_n_insns(block);
  if (counts_classes) count_classes(block);
  for (size_t i = 0; i < count; ++i) {
    struct qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, i);
    const uint64_t address = qemu_plugin_insn_vaddr(instruction);
    if (layers_address != 0 && strcmp(function_at(address)->name, "bench_layer") == 0) {
      qemu_plugin_register_vcpu_mem_cb(instruction, on_layer, PLUGIN_READS_NO_REGISTERS, PLUGIN_WRITES, NULL);
    }
    if (address == start_address) {
      qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_start, PLUGIN_READS_NO_REGISTERS, NULL);
    } else if (address == stop_address) {
      qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_stop, PLUGIN_READS_NO_REGISTERS, NULL);
    }
    qemu_plugin_register_vcpu_insn_exec_inline(instruction, PLUGIN_ADD_U64, &function_at(address)->executed, 1);
  }
}

static void on_end(plugin_id id, void* data) {
  (void)id;
  (void)data;
  for (size_t i = 0; i < function_count; ++i) {
    if (functions[i].counted != 0)
      fprintf(counts, "function %" PRIu64 " %s\n", functions[i].counted, functions[i].name);
  }
  for (int i = 0; i < THUMB_CLASSES && counts_classes; ++i) {
    fprintf(counts, "class %" PRIu64 " %s\n", classes[i], thumb_names[i]);
  }
  for (int i = 0; i < MOST_LAYERS; ++i) {
    if (layers[i] != 0) fprintf(counts, "layer %" PRIu64 " %d\n", layers[i], i);
  }
  fprintf(counts, "end\n");
  fclose(counts);
}

static struct function* new_function(void) {
  functions = realloc(functions, (function_count + 1) * sizeof *functions);
  if (functions == NULL) abort();
  struct function* function = &functions[function_count++];
  memset(function, 0, sizeof *function);
  return function;
}

static int read_symbols(const char* path) {
  FILE* file = fopen(path, "r");
  if (file == NULL) return 0;
  uint64_t address, size;
  char name[NAME_BYTES];
  while (fscanf(file, "%" SCNx64 " %" SCNx64 " %255s", &address, &size, name) == 3) {
    struct function* function = new_function();
    function->address = address;
    function->size = size;
    function->is_bench = strncmp(name, "bench_", 6) == 0;
    memcpy(function->name, name, sizeof name);
    if (strcmp(name, "bench_start") == 0) start_address = address;
    if (strcmp(name, "bench_stop") == 0) stop_address = address;
  }
  fclose(file);
  strcpy(new_function()->name, "(other)");
  return start_address != stop_address;
}

int qemu_plugin_install(plugin_id id, const struct qemu_info* info, int count, char** arguments) {
  (void)info;
  int ready = 1;
  for (int i = 0; i < count; ++i) {
    if (strncmp(arguments[i], "symbols=", 8) == 0) {
      ready = ready && read_symbols(arguments[i] + 8);
    } else if (strncmp(arguments[i], "counts=", 7) == 0) {
      counts = fopen(arguments[i] + 7, "w");
    } else if (strncmp(arguments[i], "thumb=", 6) == 0) {
      counts_classes = 1;
    } else if (strncmp(arguments[i], "layers=", 7) == 0) {
      layers_address = strtoull(arguments[i] + 7, NULL, 0);
    }
  }
  if (!ready || function_count == 0 || counts == NULL) {
    fprintf(stderr, "count: needs symbols=FILE, with bench_start and bench_stop, and counts=FILE\n");
    return 1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  qemu_plugin_register_atexit_cb(id, on_end, NULL);
  return 0;
}
