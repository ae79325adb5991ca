#include "ops/depthwise_conv_2d/depthwise_conv_2d_mve_kernel.h"

/* New rows for the words; what the assembly reads, in this order. */
typedef struct {
  const int8_t* rows[4];
  int32_t steps[4]; /* from 16 elements to the next; 0: a row of padding */
  int8_t* words;
  int32_t count; /* elements in sixteens */
} thimble_depthwise_conv_2d_mve_rows;

#ifdef THIMBLE_MVE
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_LOAD                               \
  "vld40.8 {q0, q1, q2, q3}, [r8]\n\tvld41.8 {q0, q1, q2, q3}, [r8]\n\t" \
  "vld42.8 {q0, q1, q2, q3}, [r8]\n\tvld43.8 {q0, q1, q2, q3}, [r8]\n\t"
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_STORE(FOUR) \
  "vst40.8 {" FOUR "}, [r8]\n\tvst41.8 {" FOUR    \
  "}, [r8]\n\t"                                   \
  "vst42.8 {" FOUR "}, [r8]\n\tvst43.8 {" FOUR "}, [r8]!\n\t"
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW(Q, ROW, STEP) "vldrb.8 " Q ", [" ROW "]\n\tadd " ROW ", " ROW ", " STEP "\n\t"
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_SHIFT(COUNT, BODY)                                                          \
  THIMBLE_MVE_CALLED void thimble_depthwise_conv_2d_mve_shift_##COUNT(thimble_depthwise_conv_2d_mve_rows* task) { \
    register thimble_depthwise_conv_2d_mve_rows* r12 __asm__("r12") = task;                                       \
    __asm__ volatile(                                                                                             \
        "ldm r12, {r0, r1, r2, r3, r4, r5, r6, r7, r8, lr}\n\t"                                                   \
        "dls lr, lr\n"                                                                                            \
        "1:\n\t" BODY "le lr, 1b\n\t"                                                                             \
        : "+r"(r12)                                                                                               \
        :                                                                                                         \
        : THIMBLE_MVE_CLOBBERS);                                                                                  \
  }
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW_0 THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW("q4", "r0", "r4")
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW_1 THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW("q5", "r1", "r5")
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW_2 THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW("q6", "r2", "r6")
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW_3 THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW("q7", "r3", "r7")
THIMBLE_DEPTHWISE_CONV_2D_MVE_SHIFT(1, THIMBLE_DEPTHWISE_CONV_2D_MVE_LOAD THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW_0
                                           THIMBLE_DEPTHWISE_CONV_2D_MVE_STORE("q1, q2, q3, q4"))
THIMBLE_DEPTHWISE_CONV_2D_MVE_SHIFT(2, THIMBLE_DEPTHWISE_CONV_2D_MVE_LOAD THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW_0
                                           THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW_1
                                               THIMBLE_DEPTHWISE_CONV_2D_MVE_STORE("q2, q3, q4, q5"))
THIMBLE_DEPTHWISE_CONV_2D_MVE_SHIFT(3, THIMBLE_DEPTHWISE_CONV_2D_MVE_LOAD THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW_0
                                           THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW_1 THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW_2
                                               THIMBLE_DEPTHWISE_CONV_2D_MVE_STORE("q3, q4, q5, q6"))
THIMBLE_DEPTHWISE_CONV_2D_MVE_SHIFT(4, THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW_0 THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW_1
                                           THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW_2 THIMBLE_DEPTHWISE_CONV_2D_MVE_NEW_3
                                               THIMBLE_DEPTHWISE_CONV_2D_MVE_STORE("q4, q5, q6, q7"))
#endif

/* Shifts `count` new rows, 1 to 4, into the words of `elements` elements. */
static inline void thimble_depthwise_conv_2d_mve_shift(thimble_depthwise_conv_2d_mve_rows* task, int32_t count,
                                                       int32_t elements) {
  int32_t done = 0;
#ifdef THIMBLE_MVE
  done = elements & ~15;
  task->count = elements / 16;
  if (done > 0) {
    if (count == 1) thimble_depthwise_conv_2d_mve_shift_1(task);
    if (count == 2) thimble_depthwise_conv_2d_mve_shift_2(task);
    if (count == 3) thimble_depthwise_conv_2d_mve_shift_3(task);
    if (count == 4) thimble_depthwise_conv_2d_mve_shift_4(task);
  }
#endif
  for (int32_t j = done; j < elements; ++j) {
    int8_t* const word = task->words + 4 * j;
    for (int32_t i = count; i < 4; ++i) word[i - count] = word[i];
    for (int32_t i = 0; i < count; ++i) word[4 - count + i] = task->rows[i][j / 16 * task->steps[i] + j % 16];
  }
}

/* Outputs from the words; what the assembly reads, in this order. */
typedef struct {
  const int8_t* words; /* of the first window's first column */
  const thimble_depthwise_conv_2d_mve_channel* channels;
  int8_t* output;
  int32_t count;       /* channels */
  int32_t column_pair; /* bytes of the words of two columns */
  int32_t zero_point;
  int32_t gather[4][4];  /* bytes from the first window's first column to all columns of a window; of four windows */
  int32_t scatter[2][4]; /* bytes from the first output to the four of a vector: of the first, of the third */
  int16_t scatter_16[8]; /* the same for the first two, which take turns */
} thimble_depthwise_conv_2d_mve_task;

#ifdef THIMBLE_MVE
/* r1: words, r3: channels, r11: output, r5: two columns, r7: words of a pair; r8, r9, r10: bias, multiplier, shift. */
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_EXACT(Q) "mov r0, #1\n\t" THIMBLE_MVE_AWAY(Q, "r0")
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_PLAIN(Q)
/* The sums in r0, r2, r4, r6 to the lanes of Q, scaled. */
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_SCALE(Q, EXACT) \
  "vmov " Q "[2], " Q                                 \
  "[0], r0, r4\n\t"                                   \
  "vmov " Q "[3], " Q                                 \
  "[1], r2, r6\n\t"                                   \
  "vadd.i32 " Q ", " Q                                \
  ", r8\n\t"                                          \
  "vqrdmulh.s32 " Q ", " Q ", r9\n\t" EXACT(Q) "vrshl.s32 " Q ", r10\n\t"
/* Two outputs of each of two rows, from the four windows in a vector. */
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_PAIRS(Q, WORDS, EXACT) \
  "vldrw.u32 " Q ", [" WORDS                                 \
  ", q6]\n\t"                                                \
  "vmladav.s8 r0, " Q                                        \
  ", q0\n\t"                                                 \
  "vmladav.s8 r2, " Q                                        \
  ", q1\n\t"                                                 \
  "vmladav.s8 r4, " Q                                        \
  ", q2\n\t"                                                 \
  "vmladav.s8 r6, " Q ", q3\n\t" THIMBLE_DEPTHWISE_CONV_2D_MVE_SCALE(Q, EXACT)
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_WEIGHTS \
  "ldm r3!, {r8, r9, r10}\n\t"                \
  "vldrw.32 q1, [r3], #4\n\t"                 \
  "vldrw.32 q0, [r3], #16\n\t"                \
  "vshl.i32 q3, q1, #8\n\t"                   \
  "vshl.i32 q2, q0, #8\n\t"
/* Narrows the four in Q. */
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_STORE_4(Q) \
  "ldr r0, [r12, #20]\n\t"                       \
  "vqmovnb.s32 " Q ", " Q                        \
  "\n\t"                                         \
  "vqadd.s16 " Q ", " Q                          \
  ", r0\n\t"                                     \
  "vqmovnb.s16 " Q ", " Q "\n\t"
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_PAIRS_1(EXACT)     \
  THIMBLE_DEPTHWISE_CONV_2D_MVE_PAIRS("q4", "r1", EXACT) \
  THIMBLE_DEPTHWISE_CONV_2D_MVE_STORE_4("q4")            \
  "vstrb.32 q4, [r11, q7]\n\t"
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_PAIRS_2(EXACT)     \
  THIMBLE_DEPTHWISE_CONV_2D_MVE_PAIRS("q4", "r1", EXACT) \
  "add r7, r1, r5\n\t"                                       \
  THIMBLE_DEPTHWISE_CONV_2D_MVE_PAIRS("q5", "r7", EXACT)     \
  "ldr r0, [r12, #20]\n\t"                                   \
  "vqmovnb.s32 q4, q4\n\t"                                   \
  "vqmovnt.s32 q4, q5\n\t"                                   \
  "vqadd.s16 q4, q4, r0\n\t"                                 \
  "vqmovnb.s16 q4, q4\n\t"                                   \
  "vstrb.16 q4, [r11, q7]\n\t"
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_PAIRS_3(EXACT) \
  THIMBLE_DEPTHWISE_CONV_2D_MVE_PAIRS_2(EXACT)       \
  "add r7, r7, r5\n\t"                                       \
  THIMBLE_DEPTHWISE_CONV_2D_MVE_PAIRS("q4", "r7", EXACT)     \
  THIMBLE_DEPTHWISE_CONV_2D_MVE_STORE_4("q4")                \
  "vldrw.32 q5, [r12, #104]\n\t"                             \
  "vstrb.32 q4, [r11, q5]\n\t"
/* Four outputs of a row, each from a vector of its own. */
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_FOUR(EXACT)                              \
  "vldrw.u32 q5, [r1, q1]\n\t"                                                 \
  "vmladav.s8 r0, q5, q0\n\t"                                                  \
  "vldrw.u32 q5, [r1, q2]\n\t"                                                 \
  "vmladav.s8 r2, q5, q0\n\t"                                                  \
  "vldrw.u32 q5, [r1, q3]\n\t"                                                 \
  "vmladav.s8 r4, q5, q0\n\t"                                                  \
  "vldrw.u32 q5, [r1, q4]\n\t"                                                 \
  "vmladav.s8 r6, q5, q0\n\t" THIMBLE_DEPTHWISE_CONV_2D_MVE_SCALE("q5", EXACT) \
      THIMBLE_DEPTHWISE_CONV_2D_MVE_STORE_4("q5") "vstrb.32 q5, [r11, q7]\n\t"

#define THIMBLE_DEPTHWISE_CONV_2D_MVE_CHANNELS(NAME, LOADS, BODY)           \
  THIMBLE_MVE_CALLED void NAME(thimble_depthwise_conv_2d_mve_task* task) {  \
    register thimble_depthwise_conv_2d_mve_task* r12 __asm__("r12") = task; \
    __asm__ volatile(                                                       \
        "ldrd r1, r3, [r12]\n\t"                                            \
        "ldrd r11, lr, [r12, #8]\n\t"                                       \
        "ldr r5, [r12, #16]\n\t" LOADS                                      \
        "dls lr, lr\n"                                                      \
        "1:\n\t" BODY                                                       \
        "add r1, r1, #4\n\t"                                                \
        "add r11, r11, #1\n\t"                                              \
        "le lr, 1b\n\t"                                                     \
        : "+r"(r12)                                                         \
        :                                                                   \
        : THIMBLE_MVE_CLOBBERS);                                            \
  }
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_PAIR_LOADS "vldrw.32 q6, [r12, #24]\n\tvldrw.32 q7, [r12, #120]\n\t"
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_BODIES(SUFFIX, EXACT)                                                         \
  THIMBLE_DEPTHWISE_CONV_2D_MVE_CHANNELS(                                                                           \
      thimble_depthwise_conv_2d_mve_pairs_1##SUFFIX, "vldrw.32 q6, [r12, #24]\n\tvldrw.32 q7, [r12, #88]\n\t",      \
      THIMBLE_DEPTHWISE_CONV_2D_MVE_WEIGHTS THIMBLE_DEPTHWISE_CONV_2D_MVE_PAIRS_1(EXACT))                           \
  THIMBLE_DEPTHWISE_CONV_2D_MVE_CHANNELS(                                                                           \
      thimble_depthwise_conv_2d_mve_pairs_2##SUFFIX, THIMBLE_DEPTHWISE_CONV_2D_MVE_PAIR_LOADS,                      \
      THIMBLE_DEPTHWISE_CONV_2D_MVE_WEIGHTS THIMBLE_DEPTHWISE_CONV_2D_MVE_PAIRS_2(EXACT))                           \
  THIMBLE_DEPTHWISE_CONV_2D_MVE_CHANNELS(                                                                           \
      thimble_depthwise_conv_2d_mve_pairs_3##SUFFIX, THIMBLE_DEPTHWISE_CONV_2D_MVE_PAIR_LOADS,                      \
      THIMBLE_DEPTHWISE_CONV_2D_MVE_WEIGHTS THIMBLE_DEPTHWISE_CONV_2D_MVE_PAIRS_3(EXACT))                           \
  THIMBLE_DEPTHWISE_CONV_2D_MVE_CHANNELS(                                                                           \
      thimble_depthwise_conv_2d_mve_four##SUFFIX,                                                                   \
      "vldrw.32 q1, [r12, #24]\n\tvldrw.32 q2, [r12, #40]\n\tvldrw.32 q3, [r12, #56]\n\t"                           \
      "vldrw.32 q4, [r12, #72]\n\tvldrw.32 q7, [r12, #88]\n\t",                                                     \
      "ldm r3!, {r8, r9, r10}\n\tvldrw.32 q0, [r3, #4]!\n\tadd r3, r3, #16\n\t" THIMBLE_DEPTHWISE_CONV_2D_MVE_FOUR( \
          EXACT))
THIMBLE_DEPTHWISE_CONV_2D_MVE_BODIES(, THIMBLE_DEPTHWISE_CONV_2D_MVE_PLAIN)
THIMBLE_DEPTHWISE_CONV_2D_MVE_BODIES(_exact, THIMBLE_DEPTHWISE_CONV_2D_MVE_EXACT)
#else
/* The output of a channel's window whose first column is `word`, `row` rows down. */
static inline int8_t thimble_depthwise_conv_2d_mve_output(const thimble_depthwise_conv_2d_mve_task* task, int exact,
                                                          const thimble_depthwise_conv_2d_mve_channel* channel,
                                                          const int8_t* word, int32_t row) {
  int32_t sum = channel->bias;
  for (int32_t i = 0; i < 4; ++i) {
    sum = thimble_wrap_add(sum, thimble_mve_dot(word + task->gather[0][i] + row, channel->weights[i], 4 - row));
  }
  return thimble_mve_requantize(sum, channel->multiplier, channel->shift, exact, task->zero_point);
}
#endif

/* All channels of `pairs` pairs of outputs of two rows; pairs 0: of four outputs of one row. */
static inline void thimble_depthwise_conv_2d_mve_outputs(thimble_depthwise_conv_2d_mve_task* task, int exact,
                                                         int32_t pairs) {
#ifdef THIMBLE_MVE
  if (exact) {
    if (pairs == 0) thimble_depthwise_conv_2d_mve_four_exact(task);
    if (pairs == 1) thimble_depthwise_conv_2d_mve_pairs_1_exact(task);
    if (pairs == 2) thimble_depthwise_conv_2d_mve_pairs_2_exact(task);
    if (pairs == 3) thimble_depthwise_conv_2d_mve_pairs_3_exact(task);
  } else {
    if (pairs == 0) thimble_depthwise_conv_2d_mve_four(task);
    if (pairs == 1) thimble_depthwise_conv_2d_mve_pairs_1(task);
    if (pairs == 2) thimble_depthwise_conv_2d_mve_pairs_2(task);
    if (pairs == 3) thimble_depthwise_conv_2d_mve_pairs_3(task);
  }
#else
  for (int32_t c = 0; c < task->count; ++c) {
    const thimble_depthwise_conv_2d_mve_channel* const channel = task->channels + c;
    const int8_t* const words = task->words + 4 * c;
    for (int32_t i = 0; pairs == 0 && i < 4; ++i) {
      const int8_t* const word = words + task->gather[i][0] - task->gather[0][0];
      task->output[c + task->scatter[0][i]] = thimble_depthwise_conv_2d_mve_output(task, exact, channel, word, 0);
    }
    for (int32_t pair = 0; pair < pairs; ++pair) {
      for (int32_t i = 0; i < 4; ++i) {
        const int8_t* const word = words + pair * task->column_pair + i % 2 * task->column_pair / 2;
        const int32_t to = pair == 2    ? task->scatter[1][i]
                           : pairs == 1 ? task->scatter[0][i]
                                        : (uint16_t)task->scatter_16[2 * i + pair];
        task->output[c + to] = thimble_depthwise_conv_2d_mve_output(task, exact, channel, word, i / 2);
      }
    }
  }
#endif
}

/* The offsets that do not change. */
static inline void thimble_depthwise_conv_2d_mve_begin(const thimble_depthwise_conv_2d_mve_params* p,
                                                       thimble_depthwise_conv_2d_mve_task* task, int32_t pairs) {
  const thimble_window* w = &p->window;
  const int32_t column = 4 * p->group, row = w->output_w * w->output_c;
  task->column_pair = 2 * column;
  task->zero_point = p->zero_point;
  for (int32_t i = 0; i < 4; ++i) {
    /* Outputs that are not there are those of the last column once more. */
    const int32_t x = i < w->output_w ? i : w->output_w - 1;
    for (int32_t j = 0; j < 4; ++j) task->gather[i][j] = (x * w->stride_w + j) * column;
    const int32_t first = i / 2 * row + i % 2 * w->output_c;
    task->scatter[0][i] = pairs ? first : x * w->output_c;
    task->scatter[1][i] = first + 4 * w->output_c;
    task->scatter_16[2 * i] = (int16_t)first;
    task->scatter_16[2 * i + 1] = (int16_t)(first + 2 * w->output_c);
  }
}

/* `rows` rows of outputs, 2 where there are pairs. task->output: the first; `words`: its window's. */
static inline void thimble_depthwise_conv_2d_mve_row(const thimble_depthwise_conv_2d_mve_params* p,
                                                     thimble_depthwise_conv_2d_mve_task* task, int32_t rows,
                                                     const int8_t* words, int8_t* output) {
  const thimble_window* w = &p->window;
  const int32_t width = w->output_w;
  for (int32_t x = 0; x < width;) {
    /* The last outputs are made with those before them. */
    const int32_t left = width - x;
    const int32_t pairs = rows < 2 ? 0 : left > 4 && width >= 6 ? 3 : left > 2 && width >= 4 ? 2 : 1;
    const int32_t columns = pairs ? 2 * pairs : 4;
    const int32_t first = left < columns && x > 0 ? width - columns : x;
    const int32_t from = first < 0 ? 0 : first;
    task->words = words + from * w->stride_w * 4 * p->group;
    task->output = output + from * w->output_c;
    thimble_depthwise_conv_2d_mve_outputs(task, p->exact, pairs);
    x += columns;
  }
}

/* Fills words with padding. */
THIMBLE_MVE_CALLED void thimble_depthwise_conv_2d_mve_pad(const thimble_depthwise_conv_2d_mve_params* p,
                                                          int8_t* words) {
  thimble_mve_fill(words, p->input_zero_point, 4 * p->columns * p->group);
}

/* Shifts input rows `next` to next + count - 1 into the words; those outside of the image are padding. */
THIMBLE_MVE_CALLED void thimble_depthwise_conv_2d_mve_read(const thimble_depthwise_conv_2d_mve_params* p,
                                                           const int8_t* input, int32_t next, int32_t count,
                                                           int32_t channels, int8_t* words) {
  const thimble_window* w = &p->window;
  thimble_depthwise_conv_2d_mve_rows task;
  int8_t padding[16];
  thimble_mve_fill(padding, p->input_zero_point, 16);
  const int32_t pixels = channels == w->input_c ? 1 : w->input_w;
  const int32_t elements = channels == w->input_c ? w->input_w * channels : channels;
  for (int32_t x = 0; x < pixels; ++x) {
    for (int32_t i = 0; i < count; ++i) {
      const int inside = next + i >= 0 && next + i < w->input_h;
      task.rows[i] = inside ? input + ((next + i) * w->input_w + x) * w->input_c : padding;
      task.steps[i] = inside ? 16 : 0;
    }
    task.words = words + 4 * (w->pad_left + x) * p->group;
    thimble_depthwise_conv_2d_mve_shift(&task, count, elements);
  }
}

/* `channels` channels of one image. */
static inline void thimble_depthwise_conv_2d_mve_group(const thimble_depthwise_conv_2d_mve_params* p,
                                                       const int8_t* input, int32_t channels, int8_t* words,
                                                       thimble_depthwise_conv_2d_mve_task* task, int8_t* output) {
  const thimble_window* w = &p->window;
  thimble_depthwise_conv_2d_mve_pad(p, words);
  int32_t next = -w->pad_top; /* the next row to read */
  int32_t begun = p->pairs && w->output_h > 1 ? 2 : 1;
  thimble_depthwise_conv_2d_mve_begin(p, task, begun == 2);
  for (int32_t y = 0; y < w->output_h;) {
    const int32_t rows = p->pairs && y + 1 < w->output_h ? 2 : 1;
    int32_t count = y * w->stride_h - w->pad_top + 4 - next;
    if (count > 4) next += count - 4, count = 4;
    thimble_depthwise_conv_2d_mve_read(p, input, next, count, channels, words);
    next += count;
    if (begun != rows) thimble_depthwise_conv_2d_mve_begin(p, task, rows == 2);
    begun = rows;
    thimble_depthwise_conv_2d_mve_row(p, task, rows, words, output);
    output += rows * w->output_w * w->output_c;
    y += rows;
  }
}

THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_mve(const thimble_depthwise_conv_2d_mve_params* p,
                                                         const int8_t* input,
                                                         const thimble_depthwise_conv_2d_mve_channel* channels,
                                                         int8_t* words, int8_t* output) {
  const thimble_window* w = &p->window;
  const int32_t input_bytes = w->input_h * w->input_w * w->input_c, outputs = w->output_h * w->output_w * w->output_c;
  thimble_depthwise_conv_2d_mve_task task;
  for (int32_t b = 0; b < w->batches; ++b, input += input_bytes, output += outputs) {
    for (int32_t c = 0; c < w->output_c; c += p->group) {
      task.channels = channels + c;
      task.count = w->output_c - c < p->group ? w->output_c - c : p->group;
      thimble_depthwise_conv_2d_mve_group(p, input + c, task.count, words, &task, output + c);
    }
    if (p->narrow) thimble_mve_clamp(output, outputs, p->output_min, p->output_max);
  }
}
