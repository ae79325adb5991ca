#include "kernel/stream.h"

#include <string.h>

/* A helper that is better called than inlined: rows are long, and there are few of them. */
#if defined(__GNUC__)
#define THIMBLE_STREAM_CALLED static __attribute__((noinline, unused))
#else
#define THIMBLE_STREAM_CALLED static
#endif

/* Room for one more row of buffer b: rows that nothing reads any more may make way. 0: there is none. */
THIMBLE_STREAM_CALLED int thimble_stream_room(const THIMBLE_FLASH thimble_stream_params* p,
                                              const THIMBLE_FLASH thimble_stream_buffer* buffers,
                                              const THIMBLE_FLASH thimble_stream_stage* stages,
                                              const thimble_stream_rows* in_memory, const int16_t* done, int b) {
  const thimble_stream_rows* rows = in_memory + b;
  THIMBLE_STREAM_BUFFER(buffers, b);
  if (rows->end - rows->first < buffer->capacity) return 1;
  return rows->end - thimble_stream_needed(p, stages, done, b) < buffer->capacity;
}

static inline uint8_t* thimble_stream_memory(const thimble_stream_buffer* buffer, uint8_t* arena,
                                             void* const* of_caller) {
  if (of_caller != NULL && buffer->caller > 0) return (uint8_t*)of_caller[buffer->caller - 1];
  return arena + buffer->offset;
}

/* Appends a row, for which there is room, to buffer b: its address. */
THIMBLE_STREAM_CALLED uint8_t* thimble_stream_append(const THIMBLE_FLASH thimble_stream_params* p,
                                                     const THIMBLE_FLASH thimble_stream_buffer* buffers,
                                                     const THIMBLE_FLASH thimble_stream_stage* stages,
                                                     thimble_stream_rows* in_memory, const int16_t* done,
                                                     uint8_t* arena, void* const* of_caller, int b) {
  THIMBLE_STREAM_BUFFER(buffers, b);
  thimble_stream_rows* rows = in_memory + b;
  uint8_t* memory = thimble_stream_memory(buffer, arena, of_caller);
  if (rows->end - rows->first == buffer->capacity) {
    int needed = thimble_stream_needed(p, stages, done, b);
    if (needed > rows->end) needed = rows->end;
    memmove(memory, memory + (needed - rows->first) * buffer->row_bytes,
            (size_t)((rows->end - needed) * buffer->row_bytes));
    rows->first = (int16_t)needed;
  }
  return memory + (rows->end++ - rows->first) * buffer->row_bytes;
}

/* Whether the rows of buffer b before `end` are in memory. Below the map's last row it appends padding. */
THIMBLE_STREAM_CALLED int thimble_stream_reaches(const THIMBLE_FLASH thimble_stream_params* p,
                                                 const THIMBLE_FLASH thimble_stream_buffer* buffers,
                                                 const THIMBLE_FLASH thimble_stream_stage* stages,
                                                 thimble_stream_rows* in_memory, const int16_t* done, uint8_t* arena,
                                                 void* const* of_caller, int b, int end) {
  THIMBLE_STREAM_BUFFER(buffers, b);
  if (in_memory[b].end < buffer->rows && end > in_memory[b].end) return 0;
  while (end > in_memory[b].end) {
    if (!thimble_stream_room(p, buffers, stages, in_memory, done, b)) return 0;
    memset(thimble_stream_append(p, buffers, stages, in_memory, done, arena, of_caller, b), buffer->pad_byte,
           (size_t)buffer->row_bytes);
  }
  return 1;
}

static inline int thimble_stream_ready(const THIMBLE_FLASH thimble_stream_params* p,
                                       const THIMBLE_FLASH thimble_stream_buffer* buffers,
                                       const THIMBLE_FLASH thimble_stream_stage* stages, thimble_stream_rows* in_memory,
                                       const int16_t* done, uint8_t* arena, void* const* of_caller, int s) {
  THIMBLE_STREAM_STAGE(stages, s);
  if (done[s] == stage->rows) return 0;
  const int end = done[s] * stage->stride - stage->pad_top + stage->window;
  if (!thimble_stream_reaches(p, buffers, stages, in_memory, done, arena, of_caller, stage->input, end)) return 0;
  if (stage->other >= 0 &&
      !thimble_stream_reaches(p, buffers, stages, in_memory, done, arena, of_caller, stage->other, end)) {
    return 0;
  }
  return stage->output < 0 || thimble_stream_room(p, buffers, stages, in_memory, done, stage->output);
}

static inline const uint8_t* thimble_stream_row(const THIMBLE_FLASH thimble_stream_buffer* buffers,
                                                const thimble_stream_rows* in_memory, uint8_t* arena,
                                                void* const* of_caller, int b, int row) {
  if (b < 0) return NULL;
  THIMBLE_STREAM_BUFFER(buffers, b);
  return thimble_stream_memory(buffer, arena, of_caller) + (row - in_memory[b].first) * buffer->row_bytes;
}

THIMBLE_KERNEL void thimble_stream(const THIMBLE_FLASH thimble_stream_params* p,
                                   const THIMBLE_FLASH thimble_stream_buffer* buffers,
                                   const THIMBLE_FLASH thimble_stream_stage* stages, thimble_stream_rows* in_memory,
                                   int16_t* done, void* arena, void* const* of_caller, thimble_stream_run run,
                                   void* context) {
  uint8_t* memory = (uint8_t*)arena;
  for (int b = 0; b < p->buffers; ++b) {
    THIMBLE_STREAM_BUFFER(buffers, b);
    in_memory[b].first = (int16_t)-buffer->pad_top;
    in_memory[b].end = buffer->whole ? buffer->rows : 0;
    memset(memory + buffer->offset, buffer->pad_byte, (size_t)(buffer->pad_top * buffer->row_bytes));
  }
  for (int s = 0; s < p->stages; ++s) done[s] = 0;
  int s = p->stages;
  while (s-- > 0) {
    if (!thimble_stream_ready(p, buffers, stages, in_memory, done, memory, of_caller, s)) continue;
    THIMBLE_STREAM_STAGE(stages, s);
    uint8_t* output = stage->output < 0 ? NULL
                                        : thimble_stream_append(p, buffers, stages, in_memory, done, memory, of_caller,
                                                                stage->output);
    const int row = done[s]++;
    const int first = row * stage->stride - stage->pad_top;
    run(context, s, row, thimble_stream_row(buffers, in_memory, memory, of_caller, stage->input, first),
        thimble_stream_row(buffers, in_memory, memory, of_caller, stage->other, first), output);
    s = p->stages;
  }
}
