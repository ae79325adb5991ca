/* The walk over images that CONV_2D's kernels for Armv8.1-M's vector instructions share. Before it is included,
 * THIMBLE_CONV_2D_MVE_ELEMENT is the type of an element, THIMBLE_CONV_2D_MVE(SUFFIX) the kernel's name with a suffix,
 * and this is defined:
 *
 *   void NAME_pixels(s, count, output)
 * computes all channels of `count` pixels, 1 to 3, whose windows are in the columns. */

/* Pixels side by side: their windows are but themselves. */
static inline void THIMBLE_CONV_2D_MVE(_pointwise)(thimble_conv_2d_mve_state* s, const int8_t* input, int8_t* output) {
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
    THIMBLE_CONV_2D_MVE(_pixels)(s, count, output);
  }
}

/* One row of outputs of 3 x 3, three at a time. */
static inline void THIMBLE_CONV_2D_MVE(_row)(thimble_conv_2d_mve_state* s, int32_t top, int8_t* output) {
  const thimble_window* const w = &s->p->window;
  const int32_t planes = w->input_c / 16;
  const int8_t** start = s->starts;
  for (int32_t i = 0; i < 3; ++i) {
    const int8_t* plane = thimble_conv_2d_mve_slot(s, top + i);
    for (int32_t c = 0; c < planes; ++c, plane += 16 * s->p->ring_columns) *start++ = plane;
  }
  for (int32_t left = w->output_w;; left -= 3, output += 3 * w->output_c) {
    const int32_t count = left < 3 ? left : 3;
    s->task.form = THIMBLE_CONV_2D_MVE_ROWS + (count == 3 && planes == 1 ? 3 : 3 - count);
    THIMBLE_CONV_2D_MVE(_pixels)(s, count, output);
    if (left <= 3) return;
    for (int32_t i = 0; i < 3 * planes; ++i) s->starts[i] += 48;
  }
}

/* All outputs of one image; `filled` windows of the image before are in the columns, and their number is returned. */
static inline int32_t THIMBLE_CONV_2D_MVE(_image)(thimble_conv_2d_mve_state* s, const int8_t* image, int32_t filled,
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
      THIMBLE_CONV_2D_MVE(_row)(s, top, *output);
      *output += w->output_w * w->output_c;
      continue;
    }
    for (int32_t i = 0; i < w->filter_h; ++i) s->starts[i] = thimble_conv_2d_mve_slot(s, top + i * w->dilation_h);
    for (int32_t x = 0; x < w->output_w;) {
      const int32_t left = w->output_w - x, pixels = left < 3 - filled ? left : 3 - filled;
      thimble_conv_2d_mve_fetch(s, x * w->stride_w, filled, pixels);
      x += pixels;
      filled += pixels;
      if (filled < 3) continue;
      THIMBLE_CONV_2D_MVE(_pixels)(s, 3, *output);
      *output += 3 * w->output_c;
      filled = 0;
    }
  }
  return filled;
}

THIMBLE_SHARED_KERNEL void THIMBLE_CONV_2D_MVE()(const thimble_conv_2d_mve_params* p,
                                                 const THIMBLE_CONV_2D_MVE_ELEMENT* elements, const int8_t* filters,
                                                 int8_t* scratch, THIMBLE_CONV_2D_MVE_ELEMENT* outputs) {
  const thimble_window* const w = &p->window;
  const int8_t* input = (const int8_t*)elements;
  int8_t* output = (int8_t*)outputs;
  thimble_conv_2d_mve_state state;
  state.p = p;
  state.filters = filters;
  thimble_conv_2d_mve_begin(&state, scratch);
  if (p->ring_rows == 0) {
    THIMBLE_CONV_2D_MVE(_pointwise)(&state, input, output);
    return;
  }
  int32_t filled = 0;
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * w->input_w * w->input_c) {
    filled = THIMBLE_CONV_2D_MVE(_image)(&state, input, filled, &output);
  }
  if (filled > 0) THIMBLE_CONV_2D_MVE(_pixels)(&state, filled, output);
}

#undef THIMBLE_CONV_2D_MVE
#undef THIMBLE_CONV_2D_MVE_ELEMENT
