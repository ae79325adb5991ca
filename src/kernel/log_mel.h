/* The energies of a sound's frequency bands over time, or their cepstrum, in integers: the same bytes on any machine.
 */
#ifndef THIMBLE_LOG_MEL_H
#define THIMBLE_LOG_MEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

/* Tables (audio/log_mel.h makes them):
 *   window    [window] Q15
 *   twiddles  [points / 2][2] Q14: cos and -sin of 2 pi k / points
 *   mel       [points / 2][2]: frequency k lies between the centres of bands i - 1 and i, which is i, or -1 if it does
 *             not count; and how much of it belongs to band i, Q12
 *   dct       [coefficients][bands] Q15
 */
typedef struct {
  int32_t frames;         /* of a sound: frame f begins at sample f * hop */
  int32_t window;         /* samples of a frame */
  int32_t hop;            /* samples */
  int32_t transform_bits; /* the Fourier transform has 2^transform_bits points, at least `window`; in [5, 11] */
  int32_t bands;
  int32_t coefficients; /* of the cepstrum; 0: the bands themselves */
  int32_t floor;        /* log2 of the energy that byte 0 stands for, Q16 */
  int32_t step;         /* bytes to an octave of energy, Q16 */
} thimble_log_mel_params;

/* The features of one frame, `coefficients` or else `bands` bytes: for sound that arrives piece by piece. Scratch: the
 * points as int32_t, then bands + 2 numbers of 64 bits. */
THIMBLE_KERNEL void thimble_log_mel_frame(const thimble_log_mel_params* p, const int16_t* samples,
                                          const int16_t* window, const int16_t* twiddles, const int16_t* mel,
                                          const int16_t* dct, int32_t* scratch, uint8_t* features);

/* A whole sound: output [frames][features], what `to_output` [256] has for each byte. Scratch: as for a frame, and its
 * features. */
THIMBLE_KERNEL void thimble_log_mel(const thimble_log_mel_params* p, const int16_t* samples, const int16_t* window,
                                    const int16_t* twiddles, const int16_t* mel, const int16_t* dct,
                                    const int8_t* to_output, int32_t* scratch, int8_t* output);

THIMBLE_END

#endif
