// Includes THIMBLE_BODY, a file name, once for each instruction set (ops/isa.h). No include guard: for each body anew.
#include "ops/isa.h"

#if defined(THIMBLE_HOST_BODIES)
THIMBLE_AVX2
#include THIMBLE_BODY
THIMBLE_ISA_END

THIMBLE_AVX512
#include THIMBLE_BODY
THIMBLE_ISA_END
#endif
#undef THIMBLE_BODY
