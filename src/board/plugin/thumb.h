/* What kind of work a Thumb instruction is, as Arm's manuals time it: the classes of the estimate of cycles. */
#ifndef THIMBLE_THUMB_H
#define THIMBLE_THUMB_H

#include <stddef.h>
#include <stdint.h>

enum thumb_class {
  THUMB_OTHER,     /* one cycle on all cores */
  THUMB_LOAD,      /* of one register */
  THUMB_LOAD_NEXT, /* of one register, just behind another load or store of one: they overlap on most cores */
  THUMB_STORE,
  THUMB_LOAD_MULTIPLE, /* LDM, POP, LDRD, VLDM */
  THUMB_LOADED,        /* the registers of these */
  THUMB_STORE_MULTIPLE,
  THUMB_STORED,
  THUMB_MULTIPLY,
  THUMB_MULTIPLY_LONG, /* to 64 bits */
  THUMB_DIVIDE,
  THUMB_BRANCH, /* taken or not, calls and returns, too */
  THUMB_TAKEN,  /* counted where the next instruction is another than the one behind */
  THUMB_FLOAT,  /* and vectors */
  THUMB_CLASSES
};

static const char* const thumb_names[THUMB_CLASSES] = {
    "other",  "load",     "load_next",     "store",  "load_multiple", "loaded", "store_multiple",
    "stored", "multiply", "multiply_long", "divide", "branch",        "taken",  "float"};

typedef struct {
  enum thumb_class kind;
  unsigned registers; /* of what loads or stores multiple */
} thumb_kind;

static unsigned thumb_bits(unsigned mask) {
  unsigned count = 0;
  for (; mask != 0; mask &= mask - 1) ++count;
  return count;
}

static thumb_kind thumb_16(unsigned code) {
  thumb_kind kind = {THUMB_OTHER, 0};
  if ((code & 0xFFC0) == 0x4340) kind.kind = THUMB_MULTIPLY;
  if ((code & 0xFF00) == 0x4700 || code >> 12 == 0xD || code >> 11 == 0x1C) kind.kind = THUMB_BRANCH;
  if ((code & 0xF500) == 0xB100) kind.kind = THUMB_BRANCH; /* CBZ, CBNZ */
  if (code >> 11 == 0x9) kind.kind = THUMB_LOAD;           /* from behind the code */
  if (code >> 12 == 0x5) kind.kind = (code >> 9 & 7) >= 3 ? THUMB_LOAD : THUMB_STORE;
  if (code >> 12 >= 0x6 && code >> 12 <= 0x9) kind.kind = code & 0x800 ? THUMB_LOAD : THUMB_STORE;
  if (code >> 12 == 0xC || (code & 0xF600) == 0xB400) { /* LDM, STM, PUSH, POP */
    kind.kind = code & 0x800 ? THUMB_LOAD_MULTIPLE : THUMB_STORE_MULTIPLE;
    kind.registers = thumb_bits(code & (code >> 12 == 0xC ? 0xFF : 0x1FF));
  }
  return kind;
}

static thumb_kind thumb_32(unsigned first, unsigned second) {
  thumb_kind kind = {THUMB_OTHER, 0};
  const int loads = (first & 0x10) != 0;
  if (first >> 9 == 0x74) { /* E800 to E9FF */
    const int is_table_branch = (first & 0xFFF0) == 0xE8D0 && (second & 0xFFE0) == 0xF000;
    kind.kind = is_table_branch ? THUMB_BRANCH : loads ? THUMB_LOAD_MULTIPLE : THUMB_STORE_MULTIPLE;
    kind.registers = is_table_branch ? 0 : first & 0x40 ? 2 : thumb_bits(second);
  } else if (first >> 10 == 0x3B || first >> 10 == 0x3F) { /* EC00 to EFFF, FC00 to FFFF */
    const int is_memory = (first & 0x200) == 0, is_multiple = (first & 0x20) != 0;
    kind.kind = !is_memory    ? THUMB_FLOAT
                : is_multiple ? (loads ? THUMB_LOAD_MULTIPLE : THUMB_STORE_MULTIPLE)
                              : (loads ? THUMB_LOAD : THUMB_STORE);
    kind.registers = is_memory && is_multiple ? second & 0xFF : 0;
  } else if (first >> 11 == 0x1E) { /* F000 to F7FF */
    if (second & 0x8000) kind.kind = THUMB_BRANCH;
  } else if (first >> 9 == 0x7C) { /* F800 to F9FF */
    kind.kind = loads ? THUMB_LOAD : THUMB_STORE;
  } else if (first >> 7 == 0x1F6) { /* FB00 to FB7F */
    kind.kind = THUMB_MULTIPLY;
  } else if (first >> 7 == 0x1F7) {
    kind.kind = (first & 0xFFD0) == 0xFB90 ? THUMB_DIVIDE : THUMB_MULTIPLY_LONG;
  }
  return kind;
}

/* `code` has `bytes` bytes: 2 or 4. */
static thumb_kind thumb_kind_of(const uint8_t* code, size_t bytes) {
  const unsigned first = (unsigned)(code[0] | code[1] << 8);
  return bytes == 2 ? thumb_16(first) : thumb_32(first, (unsigned)(code[2] | code[3] << 8));
}

#endif
