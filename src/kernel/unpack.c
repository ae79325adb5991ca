#include "kernel/unpack.h"

#include "kernel/packed_bits.h"

THIMBLE_SHARED_KERNEL void thimble_unpack(const thimble_unpack_params* p, const THIMBLE_FLASH uint8_t* packed,
                                          const THIMBLE_FLASH uint8_t* code, uint8_t* output) {
  thimble_packed_bits bits = {packed, 0, 0};
  thimble_packed_bytes(&bits, code, p->bytes, output);
}
