#include "kernel/stream.h"

#include <string.h>

/* The rows that the next step of a stage appends: with the last one comes the padding below. */
static inline int thimble_stream_appended(const thimble_stream_stage* stage, const thimble_stream_buffer* buffer,
                                          int done) {
  return done + 1 == stage->rows ? 1 + buffer->pad_bottom : 1;
}

static inline int thimble_stream_ready(const thimble_stream_params* p, const thimble_stream_buffer* buffers,
                                       const thimble_stream_stage* stages, const thimble_stream_rows* in_memory,
                                       const int16_t* done, int s) {
  const thimble_stream_stage* stage = stages + s;
  if (done[s] == stage->rows) return 0;
  const int end = done[s] * stage->stride - stage->pad_top + stage->window;
  if (end > in_memory[stage->input].end || (stage->other >= 0 && end > in_memory[stage->other].end)) return 0;
  if (stage->output < 0) return 1;
  const thimble_stream_buffer* out = buffers + stage->output;
  const int appended = thimble_stream_appended(stage, out, done[s]);
  const thimble_stream_rows* rows = in_memory + stage->output;
  if (rows->end - rows->first + appended <= out->capacity) return 1;
  return rows->end - thimble_stream_needed(p, stages, done, stage->output) + appended <= out->capacity;
}

/* Room for the rows that stage s appends: the address of the first. */
static inline uint8_t* thimble_stream_append(const thimble_stream_params* p, const thimble_stream_buffer* buffers,
                                             const thimble_stream_stage* stages, thimble_stream_rows* in_memory,
                                             const int16_t* done, uint8_t* arena, int s) {
  const thimble_stream_buffer* out = buffers + stages[s].output;
  thimble_stream_rows* rows = in_memory + stages[s].output;
  uint8_t* memory = arena + out->offset;
  const int appended = thimble_stream_appended(stages + s, out, done[s]);
  if (rows->end - rows->first + appended > out->capacity) {
    int needed = thimble_stream_needed(p, stages, done, stages[s].output);
    if (needed > rows->end) needed = rows->end;
    memmove(memory, memory + (needed - rows->first) * out->row_bytes, (size_t)((rows->end - needed) * out->row_bytes));
    rows->first = (int16_t)needed;
  }
  uint8_t* row = memory + (rows->end - rows->first) * out->row_bytes;
  rows->end = (int16_t)(rows->end + appended);
  if (appended > 1) memset(row + out->row_bytes, out->pad_byte, (size_t)((appended - 1) * out->row_bytes));
  return row;
}

static inline const uint8_t* thimble_stream_row(const thimble_stream_buffer* buffers,
                                                const thimble_stream_rows* in_memory, const uint8_t* arena, int b,
                                                int row) {
  return b < 0 ? NULL : arena + buffers[b].offset + (row - in_memory[b].first) * buffers[b].row_bytes;
}

THIMBLE_KERNEL void thimble_stream(const thimble_stream_params* p, const thimble_stream_buffer* buffers,
                                   const thimble_stream_stage* stages, thimble_stream_rows* in_memory, int16_t* done,
                                   void* arena, thimble_stream_run run, void* context) {
  uint8_t* memory = (uint8_t*)arena;
  for (int b = 0; b < p->buffers; ++b) {
    in_memory[b].first = (int16_t)-buffers[b].pad_top;
    in_memory[b].end = buffers[b].whole ? buffers[b].rows : 0;
    memset(memory + buffers[b].offset, buffers[b].pad_byte, (size_t)(buffers[b].pad_top * buffers[b].row_bytes));
  }
  for (int s = 0; s < p->stages; ++s) done[s] = 0;
  int s = p->stages;
  while (s-- > 0) {
    if (!thimble_stream_ready(p, buffers, stages, in_memory, done, s)) continue;
    const thimble_stream_stage* stage = stages + s;
    uint8_t* output = stage->output < 0 ? NULL : thimble_stream_append(p, buffers, stages, in_memory, done, memory, s);
    const int row = done[s]++;
    const int first = row * stage->stride - stage->pad_top;
    run(context, s, row, thimble_stream_row(buffers, in_memory, memory, stage->input, first),
        thimble_stream_row(buffers, in_memory, memory, stage->other, first), output);
    s = p->stages;
  }
}
