/* How CONV_2D's kernels for Armv8.1-M's vector instructions walk over images: rows are copied, windows laid down for
 * the products of conv_2d_mve_blocks_kernel.h. All is in bytes, the channels of a pixel too, whatever an element has.
 */
#ifndef THIMBLE_CONV_2D_MVE_WINDOWS_KERNEL_H
#define THIMBLE_CONV_2D_MVE_WINDOWS_KERNEL_H

#include "ops/conv_2d/conv_2d_mve_blocks_kernel.h"

/* Copies the windows of some pixels in a row; what the assembly reads, in this order. */
typedef struct {
  const int8_t* const* from; /* the windows' rows, less `offset` */
  int32_t rows;
  int32_t vectors; /* of each row, at least 1; bytes behind it are copied too */
  int32_t step;    /* bytes from a row's copy to the next one's */
  int32_t offset;
  int8_t* to;
  int32_t pixels;
  int32_t offset_step, to_step; /* from pixel to pixel */
} thimble_conv_2d_mve_windows;

#ifdef THIMBLE_MVE
#define THIMBLE_CONV_2D_MVE_NEXT \
  "add r4, r4, r7\n\t"           \
  "add r5, r5, r8\n\t"           \
  "subs r6, r6, #1\n\t"
#define THIMBLE_CONV_2D_MVE_COLLECT_ROWS(STORE) \
  "2:\n\t"                                      \
  "mov r9, r0\n\t"                              \
  "mov r10, r5\n\t"                             \
  "mov r12, r1\n"                               \
  "3:\n\t"                                      \
  "ldr r11, [r9], #4\n\t"                       \
  "add r11, r11, r4\n\t"                        \
  "dls lr, r2\n"                                \
  "4:\n\t"                                      \
  "vldrb.8 q0, [r11], #16\n\t" STORE            \
  "le lr, 4b\n\t"                               \
  "add r10, r10, r3\n\t"                        \
  "subs r12, r12, #1\n\t"                       \
  "bne 3b\n\t" THIMBLE_CONV_2D_MVE_NEXT "bne 2b\n"
#endif

/* Each window's bytes side by side. */
THIMBLE_MVE_CALLED void thimble_conv_2d_mve_collect(thimble_conv_2d_mve_windows* task) {
#ifdef THIMBLE_MVE
  register thimble_conv_2d_mve_windows* r12 __asm__("r12") = task;
  __asm__ volatile(
      "ldm r12, {r0, r1, r2, r3, r4, r5, r6, r7, r8}\n\t"
      "cmp r2, #1\n\t"
      "beq 5f\n\t"
      "sub r3, r3, r2, lsl #4\n" THIMBLE_CONV_2D_MVE_COLLECT_ROWS("vstrb.8 q0, [r10], #16\n\t")
      "b 7f\n"
      "5:\n\t"
      "mov r9, r0\n\t"
      "mov r10, r5\n\t"
      "dls lr, r1\n"
      "6:\n\t"
      "ldr r11, [r9], #4\n\t"
      "add r11, r11, r4\n\t"
      "vldrb.8 q0, [r11]\n\t"
      "vstrb.8 q0, [r10]\n\t"
      "add r10, r10, r3\n\t"
      "le lr, 6b\n\t" THIMBLE_CONV_2D_MVE_NEXT
      "bne 5b\n"
      "7:\n\t"
      : "+r"(r12)
      :
      : THIMBLE_MVE_CLOBBERS);
#else
  for (int32_t x = 0; x < task->pixels; ++x) {
    for (int32_t i = 0; i < task->rows; ++i) {
      memcpy(task->to + x * task->to_step + i * task->step, task->from[i] + task->offset + x * task->offset_step,
             (size_t)(16 * task->vectors));
    }
  }
#endif
}

/* Each window's vectors 48 bytes apart; rows are whole vectors. */
THIMBLE_MVE_CALLED void thimble_conv_2d_mve_interleave(thimble_conv_2d_mve_windows* task) {
#ifdef THIMBLE_MVE
  register thimble_conv_2d_mve_windows* r12 __asm__("r12") = task;
  __asm__ volatile(
      "ldm r12, {r0, r1, r2, r3, r4, r5, r6, r7, r8}\n\t"
      "mov r3, #0\n" THIMBLE_CONV_2D_MVE_COLLECT_ROWS("vstrw.32 q0, [r10], #48\n\t")
      : "+r"(r12)
      :
      : THIMBLE_MVE_CLOBBERS);
#else
  for (int32_t x = 0; x < task->pixels; ++x) {
    int8_t* to = task->to + x * task->to_step;
    for (int32_t i = 0; i < task->rows; ++i) {
      const int8_t* from = task->from[i] + task->offset + x * task->offset_step;
      for (int32_t v = 0; v < task->vectors; ++v, to += 48, from += 16) memcpy(to, from, 16);
    }
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
  thimble_conv_2d_mve_windows windows;
  thimble_conv_2d_mve_task task;
} thimble_conv_2d_mve_state;

/* Computes all eights of channels of three pixels (conv_2d_mve_blocks_kernel.h). */
typedef void (*thimble_conv_2d_mve_blocks_maker)(thimble_conv_2d_mve_task* task);

/* The eights of channels of `count` pixels, if there are any. `eight`: bytes of eight channels. */
static inline void thimble_conv_2d_mve_eights(thimble_conv_2d_mve_state* s, int32_t count, int8_t* output,
                                              int32_t eight, thimble_conv_2d_mve_blocks_maker blocks) {
  const int32_t depth = s->p->window.output_c;
  thimble_conv_2d_mve_task* const task = &s->task;
  task->filters = s->filters;
  if (depth < eight) return;
  task->blocks = depth / eight;
  /* Pixels beyond `count` are written where pixel 0 goes, and before it. */
  task->outputs[0] = output;
  task->outputs[1] = count > 1 ? output + depth : output;
  task->outputs[2] = count > 2 ? output + 2 * depth : output;
  blocks(task);
}

/* The last channels, where they are no eight. `last`: room for three eights. */
static inline void thimble_conv_2d_mve_last(thimble_conv_2d_mve_state* s, int32_t count, int8_t* output, int32_t eight,
                                            int8_t* last, thimble_conv_2d_mve_blocks_maker blocks) {
  const int32_t depth = s->p->window.output_c, whole = depth / eight * eight;
  s->task.blocks = 1;
  for (int32_t i = 0; i < 3; ++i) s->task.outputs[i] = last + eight * i;
  blocks(&s->task);
  for (int32_t i = 0; i < count; ++i) thimble_mve_copy(output + i * depth + whole, last + eight * i, depth - whole);
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
  if (p->form != THIMBLE_CONV_2D_MVE_ROWS || w->input_c == 16) {
    thimble_mve_copy(slot + w->pad_left * w->input_c, row, columns * w->input_c);
    return;
  }
  for (int32_t c = 0; c < w->input_c; c += 16, slot += 16 * p->ring_columns) {
    thimble_conv_2d_mve_spread(slot + 16 * w->pad_left, 16, row + c, w->input_c, columns);
  }
}

/* Copies the window at column x of the ring, whose columns are apart, to where s->windows says. */
static inline void thimble_conv_2d_mve_taps(const thimble_conv_2d_mve_state* s, int32_t x) {
  const thimble_window* const w = &s->p->window;
  int8_t* to = s->windows.to;
  for (int32_t i = 0; i < w->filter_h; ++i) {
    for (int32_t j = 0; j < w->filter_w; ++j, to += w->input_c) {
      thimble_mve_copy(to, s->starts[i] + (x + j * w->dilation_w) * w->input_c, w->input_c);
    }
  }
}

/* Copies the windows of some pixels in a row, the first of which starts at column x of the ring, to the columns of
 * pixel `filled` and of those after it. s->starts: the rows. */
static inline void thimble_conv_2d_mve_fetch(thimble_conv_2d_mve_state* s, int32_t x, int32_t filled, int32_t pixels) {
  const thimble_conv_2d_mve_params* const p = s->p;
  const thimble_window* const w = &p->window;
  const int interleaved = p->form == THIMBLE_CONV_2D_MVE_N;
  int8_t* column = s->columns + filled * s->column_step;
  s->windows.offset = x * w->input_c;
  s->windows.to = column;
  s->windows.pixels = pixels;
  if (w->dilation_w == 1 && !interleaved) {
    thimble_conv_2d_mve_collect(&s->windows);
    return;
  }
  if (w->dilation_w == 1 && s->windows.step % 16 == 0) {
    thimble_conv_2d_mve_interleave(&s->windows);
    return;
  }
  for (s->windows.pixels = 1; pixels > 0; --pixels, x += w->stride_w, column += s->column_step) {
    s->windows.to = interleaved ? s->bytes : column;
    if (w->dilation_w == 1) {
      s->windows.offset = x * w->input_c;
      thimble_conv_2d_mve_collect(&s->windows);
    } else {
      thimble_conv_2d_mve_taps(s, x);
    }
    if (interleaved) thimble_conv_2d_mve_spread(column, 48, s->bytes, 16, p->vectors);
  }
}

static inline void thimble_conv_2d_mve_begin(thimble_conv_2d_mve_state* s, int8_t* scratch) {
  const thimble_conv_2d_mve_params* const p = s->p;
  const int32_t vectors = p->vectors, planes = p->window.input_c / 16;
  const int by_rows = p->form == THIMBLE_CONV_2D_MVE_ROWS;
  const int32_t starts = by_rows ? 3 * planes : p->window.filter_h;
  s->starts = (const int8_t**)(void*)scratch;
  s->columns = scratch + (size_t)starts * sizeof(*s->starts);
  s->bytes = s->columns + (by_rows ? 0 : 48 * vectors + 16);
  s->ring = s->bytes + (by_rows ? 0 : 16 * vectors + 16);
  s->column_step = p->form == THIMBLE_CONV_2D_MVE_N ? 16 : 16 * vectors;
  s->windows.from = s->starts;
  s->windows.rows = p->window.filter_h;
  s->windows.step = p->window.filter_w * p->window.input_c;
  s->windows.vectors = (s->windows.step + 15) / 16;
  s->windows.offset_step = p->window.stride_w * p->window.input_c;
  s->windows.to_step = s->column_step;
  thimble_conv_2d_mve_task* const task = &s->task;
  for (int32_t i = 0; i < 6; ++i) task->zeros[i] = 0;
  for (int32_t i = 0; i < 4; ++i) task->sums_of[i] = task->sums + 6 * i;
  task->columns = s->columns;
  task->loop_0 = by_rows ? planes : vectors / 4;
  task->loop_1 = vectors % 4;
  task->finish = p->zero_point;
  task->form = p->form;
  task->exact = p->exact;
  task->starts = s->starts;
}

#endif
