/* Runs several layers row by row, so that no feature map exists whole. Each layer is a stage; between stages stand
 * buffers of a few rows. The stage farthest down that can run goes first: so a row is made when it is needed, and every
 * buffer holds the fewest rows that the windows over it allow. */
#ifndef THIMBLE_STREAM_H
#define THIMBLE_STREAM_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

/* Rows -pad_top to rows + pad_bottom - 1 of a feature map; those outside of it are filled with pad_byte. At most
 * `capacity` of them are in memory, one after the other. */
typedef struct {
  int32_t offset; /* of the memory, that of row -pad_top at first, in bytes from the arena's start */
  int32_t row_bytes;
  int16_t rows, pad_top, pad_bottom, capacity;
  uint8_t whole; /* 1: all rows of the map are in memory already */
  uint8_t pad_byte;
  uint8_t caller; /* 0: the memory is in the arena; k: it is of_caller[k - 1], without padding */
} thimble_stream_buffer;

/* Makes row y of its output from the rows y * stride - pad_top to y * stride - pad_top + window - 1 of each input. */
typedef struct {
  int8_t input, other; /* buffers; other -1: there is only one input */
  int8_t output;       /* buffer; -1: the stage keeps what it takes in */
  int16_t window, stride, pad_top;
  int16_t rows; /* that it makes or, without an output, takes in */
} thimble_stream_stage;

/* Which rows of a buffer are in memory. */
typedef struct {
  int16_t first, end;
} thimble_stream_rows;

typedef struct {
  int32_t buffers, stages;
} thimble_stream_params;

/* Buffer or stage `index`; on AVR, where they are in flash, a copy. */
#if defined(__AVR__)
THIMBLE_FLASH_READER thimble_stream_buffer thimble_stream_buffer_at(const THIMBLE_FLASH thimble_stream_buffer* buffers,
                                                                    int index) {
  return buffers[index];
}
THIMBLE_FLASH_READER thimble_stream_stage thimble_stream_stage_at(const THIMBLE_FLASH thimble_stream_stage* stages,
                                                                  int index) {
  return stages[index];
}
#define THIMBLE_STREAM_BUFFER(buffers, index)                                            \
  const thimble_stream_buffer copy_of_buffer = thimble_stream_buffer_at(buffers, index); \
  const thimble_stream_buffer* const buffer = &copy_of_buffer
#define THIMBLE_STREAM_STAGE(stages, index)                                          \
  const thimble_stream_stage copy_of_stage = thimble_stream_stage_at(stages, index); \
  const thimble_stream_stage* const stage = &copy_of_stage
#else
#define THIMBLE_STREAM_BUFFER(buffers, index) const thimble_stream_buffer* const buffer = (buffers) + (index)
#define THIMBLE_STREAM_STAGE(stages, index) const thimble_stream_stage* const stage = (stages) + (index)
#endif

/* Computes row `row` of a stage; the pointers are those of the first rows that it reads and of the row that it writes.
 */
typedef void (*thimble_stream_run)(void* context, int stage, int row, const void* input, const void* other,
                                   void* output);

/* The first row of buffer b that a stage still reads; beyond all rows when none does. */
static inline int thimble_stream_needed(const THIMBLE_FLASH thimble_stream_params* p,
                                        const THIMBLE_FLASH thimble_stream_stage* stages, const int16_t* done, int b) {
  int needed = INT16_MAX;
  for (int s = 0; s < p->stages; ++s) {
    THIMBLE_STREAM_STAGE(stages, s);
    if ((stage->input != b && stage->other != b) || done[s] == stage->rows) continue;
    const int first = done[s] * stage->stride - stage->pad_top;
    if (first < needed) needed = first;
  }
  return needed;
}

/* in_memory has an element for each buffer, done for each stage: working memory. `of_caller` are buffers of the
 * caller's; NULL: there are none. */
THIMBLE_KERNEL void thimble_stream(const THIMBLE_FLASH thimble_stream_params* p,
                                   const THIMBLE_FLASH thimble_stream_buffer* buffers,
                                   const THIMBLE_FLASH thimble_stream_stage* stages, thimble_stream_rows* in_memory,
                                   int16_t* done, void* arena, void* const* of_caller, thimble_stream_run run,
                                   void* context);

THIMBLE_END

#endif
