/* What every kernel header includes. Kernels are C99, need no heap and no recursion, and run on host and device alike.
 */
#ifndef THIMBLE_KERNEL_H
#define THIMBLE_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/flash.h"

/* Generated code that specializes kernels by inlining defines THIMBLE_KERNEL as `static inline` and includes their
 * sources. */
#ifndef THIMBLE_KERNEL
#define THIMBLE_KERNEL
#endif

/* For a body that gains nothing by being specialized: layers share it there too. */
#ifndef THIMBLE_SHARED_KERNEL
#define THIMBLE_SHARED_KERNEL
#endif

/* A helper that kernels share rather than copy where size counts. */
#if defined(__GNUC__) && defined(__OPTIMIZE_SIZE__)
#define THIMBLE_HELPER static __attribute__((noinline, unused))
#else
#define THIMBLE_HELPER static inline
#endif

/* Around the declarations of a header that C++ reads too. */
#ifdef __cplusplus
#define THIMBLE_BEGIN extern "C" {
#define THIMBLE_END }
#else
#define THIMBLE_BEGIN
#define THIMBLE_END
#endif

#endif
