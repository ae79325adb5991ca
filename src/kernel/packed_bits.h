/* Reads packed constants: a stream of bits, each byte from its highest bit down.
 *
 * Bytes are in a canonical prefix code, whose table holds: the length of the shortest code word; the number n of
 * lengths from that on; how many words have each of these n lengths; the bytes that the words stand for, in the words'
 * order. Words of one length are consecutive numbers, and those of the next length go on where they end. A word has 1
 * to 16 bits. */
#ifndef THIMBLE_PACKED_BITS_H
#define THIMBLE_PACKED_BITS_H

#include "kernel/fixed_point.h"
#include "kernel/flash.h"
#include "kernel/kernel.h"

/* A stream of bits: those that come before the bytes of `next` are the `left` highest of `word`; the others are 0. */
typedef struct {
  const THIMBLE_FLASH uint8_t* next;
  uint32_t word;
  int32_t left;
} thimble_packed_bits;

/* Takes in bytes until there are at least 16 bits. */
#define THIMBLE_PACKED_REFILL(next, word, left) \
  for (; (left) < 16; (left) += 8) (word) |= (uint32_t) * (next)++ << (24 - (left))

/* least + the number that the next `count` bits are. */
THIMBLE_HELPER int32_t thimble_packed_number(thimble_packed_bits* bits, int32_t count, int32_t least) {
  uint32_t value = 0;
  for (; count > 0; --count) {
    THIMBLE_PACKED_REFILL(bits->next, bits->word, bits->left);
    value = value << 1 | bits->word >> 31;
    bits->word <<= 1;
    --bits->left;
  }
  return thimble_wrap_add((int32_t)value, least);
}

/* The next `count` bytes, at least one, in a code (below). */
THIMBLE_HELPER void thimble_packed_bytes(thimble_packed_bits* bits, const THIMBLE_FLASH uint8_t* code, int32_t count,
                                         uint8_t* bytes) {
  const THIMBLE_FLASH uint8_t* next = bits->next;
  uint32_t stream = bits->word;
  int32_t left = bits->left;
  const int32_t shortest = code[0];
  const THIMBLE_FLASH uint8_t* first_value = code + 2 + code[1];
  const uint8_t* end = bytes + count;
  do {
    THIMBLE_PACKED_REFILL(next, stream, left);
    uint32_t word = stream >> (32 - shortest); /* counted from the first of its length on */
    stream <<= shortest;
    left -= shortest;
    const THIMBLE_FLASH uint8_t* words = code + 2;    /* how many there are of the length at hand */
    const THIMBLE_FLASH uint8_t* value = first_value; /* of the first of them */
    for (uint32_t of_length; word >= (of_length = *words++);) {
      value += of_length;
      word = (word - of_length) << 1 | stream >> 31;
      stream <<= 1;
      --left;
    }
    *bytes++ = value[word];
  } while (bytes != end);
  bits->next = next;
  bits->word = stream;
  bits->left = left;
}

#endif
