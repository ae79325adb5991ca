#include "ops/conv_2d/conv_2d_mve_kernel.h"

#include "ops/conv_2d/conv_2d_mve_blocks_kernel.h"

/* Copies pieces of memory; what the assembly reads, in this order. */
typedef struct {
  const int8_t* const* from; /* of each piece, less `offset` */
  int32_t count;             /* pieces */
  int32_t vectors;           /* of each, at least 1; bytes beyond the piece are copied too */
  int32_t step;              /* bytes from the place of one piece to that of the next */
  int32_t offset;
  int8_t* to;
} thimble_conv_2d_mve_pieces;

/* Pieces to consecutive places. */
THIMBLE_MVE_CALLED void thimble_conv_2d_mve_collect(thimble_conv_2d_mve_pieces* task) {
#ifdef THIMBLE_MVE
  register thimble_conv_2d_mve_pieces* r12 __asm__("r12") = task;
  __asm__ volatile(
      "ldm r12, {r0, r1, r2, r3, r4, r5}\n\t"
      "cmp r2, #1\n\t"
      "bne 2f\n\t"
      "dls lr, r1\n"
      "1:\n\t"
      "ldr r6, [r0], #4\n\t"
      "add r6, r6, r4\n\t"
      "vldrb.8 q0, [r6]\n\t"
      "vstrb.8 q0, [r5]\n\t"
      "add r5, r5, r3\n\t"
      "le lr, 1b\n\t"
      "b 4f\n"
      "2:\n\t"
      "ldr r6, [r0], #4\n\t"
      "add r6, r6, r4\n\t"
      "mov r7, r5\n\t"
      "dls lr, r2\n"
      "3:\n\t"
      "vldrb.8 q0, [r6], #16\n\t"
      "vstrb.8 q0, [r7], #16\n\t"
      "le lr, 3b\n\t"
      "add r5, r5, r3\n\t"
      "subs r1, r1, #1\n\t"
      "bne 2b\n"
      "4:\n\t"
      : "+r"(r12)
      :
      : THIMBLE_MVE_CLOBBERS);
#else
  for (int32_t i = 0; i < task->count; ++i) {
    memcpy(task->to + i * task->step, task->from[i] + task->offset, (size_t)(16 * task->vectors));
  }
#endif
}

/* Copies `count` vectors, at least 1, `from_step` bytes apart, to every `to_step` bytes. */
static inline void thimble_conv_2d_mve_spread(int8_t* to, int32_t to_step, const int8_t* from, int32_t from_step,
                                              int32_t count) {
#ifdef THIMBLE_MVE
  __asm__ volatile(
      "dls lr, %[count]\n"
      "1:\n\t"
      "vldrb.8 q0, [%[from]]\n\t"
      "add %[from], %[from], %[from_step]\n\t"
      "vstrb.8 q0, [%[to]]\n\t"
      "add %[to], %[to], %[to_step]\n\t"
      "le lr, 1b\n\t"
      : [to] "+r"(to), [from] "+r"(from)
      : [count] "r"(count), [from_step] "r"(from_step), [to_step] "r"(to_step)
      : "lr", "q0", "cc", "memory");
#else
  for (int32_t i = 0; i < count; ++i) memcpy(to + i * to_step, from + i * from_step, 16);
#endif
}

/* What is set up once for all pixels. */
typedef struct {
  const thimble_conv_2d_mve_params* p;
  const int8_t* filters;
  int8_t* columns; /* of three pixels, and a vector */
  int8_t* bytes;   /* N: of one, and a vector, in order */
  int8_t* ring;    /* ring_rows rows, and a vector */
  const int8_t** starts;
  int32_t column_step; /* from a pixel's columns to the next one's */
  thimble_conv_2d_mve_pieces pieces;
  thimble_conv_2d_mve_task task;
} thimble_conv_2d_mve_state;

/* All channels of `count` pixels, 1 to 3, whose windows are in the columns. */
THIMBLE_MVE_CALLED void thimble_conv_2d_mve_pixels(thimble_conv_2d_mve_state* s, int32_t count, int8_t* output) {
  const thimble_conv_2d_mve_params* const p = s->p;
  const int32_t depth = p->window.output_c, whole = depth & ~7;
  thimble_conv_2d_mve_task* const task = &s->task;
  task->filters = s->filters;
  if (whole > 0) {
    task->blocks = depth / 8;
    /* Pixels beyond `count` are written where pixel 0 goes, and before it. */
    task->outputs[0] = output;
    task->outputs[1] = count > 1 ? output + depth : output;
    task->outputs[2] = count > 2 ? output + 2 * depth : output;
    thimble_conv_2d_mve_blocks(task, p->vectors);
  }
  if (whole < depth) {
    int8_t last[24];
    task->blocks = 1;
    for (int32_t i = 0; i < 3; ++i) task->outputs[i] = last + 8 * i;
    thimble_conv_2d_mve_blocks(task, p->vectors);
    for (int32_t i = 0; i < count; ++i) thimble_mve_copy(output + i * depth + whole, last + 8 * i, depth - whole);
  }
  if (p->narrow) thimble_mve_clamp(output, count * depth, p->output_min, p->output_max);
}

/* Pixels side by side: their windows are but themselves. */
static inline void thimble_conv_2d_mve_pointwise(thimble_conv_2d_mve_state* s, const int8_t* input, int8_t* output) {
  const thimble_conv_2d_mve_params* const p = s->p;
  const thimble_window* const w = &p->window;
  const int32_t depth = w->input_c, whole = 16 * p->vectors, vector_step = p->form == THIMBLE_CONV_2D_MVE_N ? 48 : 16;
  int32_t left = w->batches * w->output_h * w->output_w;
  for (; left > 0; left -= 3, input += 3 * depth, output += 3 * w->output_c) {
    const int32_t count = left < 3 ? left : 3;
    if (vector_step == 16 && depth == whole) {
      thimble_mve_copy(s->columns, input, count * whole);
    } else if ((left - 2) * depth >= whole) {
      for (int32_t v = 0; v < p->vectors; ++v) {
        thimble_conv_2d_mve_spread(s->columns + vector_step * v, s->column_step, input + 16 * v, depth, 3);
      }
    } else {
      /* Vectors may reach beyond a pixel, but not beyond the image. */
      for (int32_t i = 0; i < count; ++i) {
        thimble_mve_copy(s->bytes, input + i * depth, depth);
        thimble_conv_2d_mve_spread(s->columns + i * s->column_step, vector_step, s->bytes, 16, p->vectors);
      }
    }
    thimble_conv_2d_mve_pixels(s, count, output);
  }
}

static inline int8_t* thimble_conv_2d_mve_slot(thimble_conv_2d_mve_state* s, int32_t y) {
  return s->ring + (y + s->p->window.pad_top) % s->p->ring_rows * (s->p->ring_columns * s->p->window.input_c);
}

/* Copies row y of the image into the ring; there may be no such row. */
THIMBLE_MVE_CALLED void thimble_conv_2d_mve_read(thimble_conv_2d_mve_state* s, const int8_t* image, int32_t y) {
  const thimble_conv_2d_mve_params* const p = s->p;
  const thimble_window* const w = &p->window;
  int8_t* slot = thimble_conv_2d_mve_slot(s, y);
  if (y < 0 || y >= w->input_h) {
    thimble_mve_fill(slot, p->input_zero_point, p->ring_columns * w->input_c);
    return;
  }
  const int32_t room = p->ring_columns - w->pad_left, columns = w->input_w < room ? w->input_w : room;
  const int8_t* row = image + y * w->input_w * w->input_c;
  if (p->form != THIMBLE_CONV_2D_MVE_ROWS) {
    thimble_mve_copy(slot + w->pad_left * w->input_c, row, columns * w->input_c);
    return;
  }
  for (int32_t c = 0; c < w->input_c; c += 16, slot += 16 * p->ring_columns) {
    thimble_conv_2d_mve_spread(slot + 16 * w->pad_left, 16, row + c, w->input_c, columns);
  }
}

/* One row of outputs of 3 x 3, three at a time; the last three are made with those before them. */
static inline void thimble_conv_2d_mve_row(thimble_conv_2d_mve_state* s, int32_t top, int8_t* output) {
  const thimble_window* const w = &s->p->window;
  const int32_t planes = w->input_c / 16;
  const int8_t** start = s->starts;
  for (int32_t i = 0; i < 3; ++i) {
    const int8_t* plane = thimble_conv_2d_mve_slot(s, top + i);
    for (int32_t c = 0; c < planes; ++c, plane += 16 * s->p->ring_columns) *start++ = plane;
  }
  for (int32_t left = w->output_w - 3;;) {
    thimble_conv_2d_mve_pixels(s, 3, output);
    if (left == 0) return;
    const int32_t step = left < 3 ? left : 3;
    left -= step;
    output += step * w->output_c;
    for (int32_t i = 0; i < 3 * planes; ++i) s->starts[i] += 16 * step;
  }
}

/* Copies the window whose first column is x of the ring to the columns of pixel `filled`. s->starts: its rows. */
static inline void thimble_conv_2d_mve_window(thimble_conv_2d_mve_state* s, int32_t x, int32_t filled) {
  const thimble_conv_2d_mve_params* const p = s->p;
  const thimble_window* const w = &p->window;
  const int interleaved = p->form == THIMBLE_CONV_2D_MVE_N;
  int8_t* const column = s->columns + filled * s->column_step;
  s->pieces.to = interleaved ? s->bytes : column;
  if (w->dilation_w == 1) {
    s->pieces.offset = x * w->input_c;
    thimble_conv_2d_mve_collect(&s->pieces);
  } else {
    int8_t* to = s->pieces.to;
    for (int32_t i = 0; i < w->filter_h; ++i) {
      for (int32_t j = 0; j < w->filter_w; ++j, to += w->input_c) {
        thimble_mve_copy(to, s->starts[i] + (x + j * w->dilation_w) * w->input_c, w->input_c);
      }
    }
  }
  if (interleaved) thimble_conv_2d_mve_spread(column, 48, s->bytes, 16, p->vectors);
}

/* All outputs of one image; `filled` windows of the image before are in the columns, and their number is returned. */
static inline int32_t thimble_conv_2d_mve_image(thimble_conv_2d_mve_state* s, const int8_t* image, int32_t filled,
                                                int8_t** output) {
  const thimble_conv_2d_mve_params* const p = s->p;
  const thimble_window* const w = &p->window;
  thimble_mve_fill(s->ring, p->input_zero_point, p->ring_rows * p->ring_columns * w->input_c);
  int32_t next = -w->pad_top; /* the next row to read */
  for (int32_t y = 0; y < w->output_h; ++y) {
    const int32_t top = y * w->stride_h - w->pad_top;
    if (next < top) next = top;
    for (; next < top + p->ring_rows; ++next) {
      if (next >= 0) thimble_conv_2d_mve_read(s, image, next);
    }
    if (p->form == THIMBLE_CONV_2D_MVE_ROWS) {
      thimble_conv_2d_mve_row(s, top, *output);
      *output += w->output_w * w->output_c;
      continue;
    }
    for (int32_t i = 0; i < w->filter_h; ++i) s->starts[i] = thimble_conv_2d_mve_slot(s, top + i * w->dilation_h);
    for (int32_t x = 0; x < w->output_w; ++x) {
      thimble_conv_2d_mve_window(s, x * w->stride_w, filled);
      if (++filled < 3) continue;
      thimble_conv_2d_mve_pixels(s, 3, *output);
      *output += 3 * w->output_c;
      filled = 0;
    }
  }
  return filled;
}

static inline void thimble_conv_2d_mve_begin(thimble_conv_2d_mve_state* s, int8_t* scratch) {
  const thimble_conv_2d_mve_params* const p = s->p;
  const int32_t vectors = p->vectors, loops = p->window.filter_h * (p->window.input_c / 16);
  const int by_rows = p->form == THIMBLE_CONV_2D_MVE_ROWS;
  const int32_t starts = by_rows ? loops : p->window.filter_h;
  s->starts = (const int8_t**)(void*)scratch;
  s->columns = scratch + (size_t)starts * sizeof(*s->starts);
  s->bytes = s->columns + (by_rows ? 0 : 48 * vectors + 16);
  s->ring = s->bytes + (by_rows ? 0 : 16 * vectors + 16);
  s->column_step = p->form == THIMBLE_CONV_2D_MVE_N ? 16 : 16 * vectors;
  const int32_t piece = p->window.filter_w * p->window.input_c;
  s->pieces.from = s->starts;
  s->pieces.count = p->window.filter_h;
  s->pieces.vectors = (piece + 15) / 16;
  s->pieces.step = piece;
  thimble_conv_2d_mve_task* const task = &s->task;
  for (int32_t i = 0; i < 6; ++i) task->zeros[i] = 0;
  for (int32_t i = 0; i < 4; ++i) task->sums_of[i] = task->sums + 6 * i;
  task->columns = s->columns;
  task->loop_0 = by_rows ? loops : vectors / 4;
  task->loop_1 = vectors % 4;
  task->zero_point = p->zero_point;
  task->form = p->form;
  task->exact = p->exact;
  task->starts = s->starts;
}

THIMBLE_SHARED_KERNEL void thimble_conv_2d_mve(const thimble_conv_2d_mve_params* p, const int8_t* input,
                                               const int8_t* filters, int8_t* scratch, int8_t* output) {
  const thimble_window* const w = &p->window;
  thimble_conv_2d_mve_state state;
  state.p = p;
  state.filters = filters;
  thimble_conv_2d_mve_begin(&state, scratch);
  if (p->ring_rows == 0) {
    thimble_conv_2d_mve_pointwise(&state, input, output);
    return;
  }
  int32_t filled = 0;
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * w->input_w * w->input_c) {
    filled = thimble_conv_2d_mve_image(&state, input, filled, &output);
  }
  if (filled > 0) thimble_conv_2d_mve_pixels(&state, filled, output);
}
