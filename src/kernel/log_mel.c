#include "kernel/log_mel.h"

/* re + i im times a twiddle. */
static void log_mel_turn(int32_t re, int32_t im, const int16_t* twiddle, int32_t* out) {
  const int32_t c = twiddle[0];
  const int32_t s = twiddle[1];
  out[0] = (int32_t)(((int64_t)re * c - (int64_t)im * s + (1 << 13)) >> 14);
  out[1] = (int32_t)(((int64_t)re * s + (int64_t)im * c + (1 << 13)) >> 14);
}

/* Brings z [count][2] into the order of reversed bits. */
static void log_mel_reverse(int32_t* z, int32_t count) {
  int32_t j = 0;
  for (int32_t i = 1; i < count; ++i) {
    int32_t bit = count >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      for (int part = 0; part < 2; ++part) {
        const int32_t kept = z[2 * i + part];
        z[2 * i + part] = z[2 * j + part];
        z[2 * j + part] = kept;
      }
    }
  }
}

/* z [count][2] becomes its Fourier transform, not scaled (Cooley and Tukey, radix 2). The twiddles are those of 2 *
 * count points. */
static void log_mel_transform(int32_t* z, int32_t count, const int16_t* twiddles) {
  log_mel_reverse(z, count);
  for (int32_t half = 1; half < count; half *= 2) {
    const int32_t stride = count / half; /* of twiddles of 2 * half points, among those of 2 * count */
    for (int32_t begin = 0; begin < count; begin += 2 * half) {
      for (int32_t k = 0; k < half; ++k) {
        int32_t* a = z + 2 * (begin + k);
        int32_t* b = a + 2 * half;
        int32_t turned[2];
        log_mel_turn(b[0], b[1], twiddles + 2 * (k * stride), turned);
        for (int part = 0; part < 2; ++part) {
          b[part] = a[part] - turned[part];
          a[part] += turned[part];
        }
      }
    }
  }
}

/* |X[k]|^2 / 2^12 of the real sound whose even and odd samples are the real and imaginary parts behind z. */
static uint64_t log_mel_power(const int32_t* z, int32_t count, int32_t k, const int16_t* twiddles) {
  const int32_t* a = z + 2 * k;
  const int32_t* b = z + 2 * (count - k);
  int32_t odd[2];
  log_mel_turn((a[1] + b[1]) >> 1, (b[0] - a[0]) >> 1, twiddles + 2 * k, odd);
  const int64_t re = ((a[0] + b[0]) >> 1) + odd[0];
  const int64_t im = ((a[1] - b[1]) >> 1) + odd[1];
  return (uint64_t)(re * re + im * im) >> 12;
}

/* log2 in Q16; 0 for 0. Linear between the 32 steps of an octave: off by less than 2^-12. */
static int32_t log_mel_log2(uint64_t value) {
  static const THIMBLE_FLASH uint16_t table[32] = {
      0,     2909,  5732,  8473,  11136, 13727, 16248, 18704, 21098, 23433, 25711, 27936, 30109, 32234, 34312, 36346,
      38336, 40286, 42196, 44068, 45904, 47705, 49472, 51207, 52911, 54584, 56229, 57845, 59434, 60997, 62534, 64047};
  int32_t whole = 0;
  if (value == 0) return 0;
  for (int bits = 32; bits > 0; bits /= 2) {
    if (value >> (whole + bits) != 0) whole += bits;
  }
  const int32_t fraction = (int32_t)((value << (63 - whole)) >> 47) - 65536; /* Q16 */
  const int32_t index = fraction >> 11;
  const int32_t next = index == 31 ? 65536 : table[index + 1];
  return whole * 65536 + table[index] + (((next - table[index]) * (fraction & 2047)) >> 11);
}

static uint8_t log_mel_byte(int64_t value) { return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

/* energies [bands + 2], of which the first and the last count for nothing, of the spectrum behind z. */
static void log_mel_bands(const thimble_log_mel_params* p, const int32_t* z, const int16_t* twiddles,
                          const int16_t* mel, uint64_t* energies) {
  const int32_t count = 1 << (p->transform_bits - 1);
  for (int32_t i = 0; i < p->bands + 2; ++i) energies[i] = 0;
  for (int32_t k = 1; k < count; ++k) {
    const int32_t band = mel[2 * k];
    if (band < 0) continue;
    const uint64_t power = log_mel_power(z, count, k, twiddles);
    const uint64_t upper = (uint64_t)mel[2 * k + 1];
    energies[band] += power * (4096 - upper);
    energies[band + 1] += power * upper;
  }
}

THIMBLE_KERNEL void thimble_log_mel_frame(const thimble_log_mel_params* p, const int16_t* samples,
                                          const int16_t* window, const int16_t* twiddles, const int16_t* mel,
                                          const int16_t* dct, int32_t* scratch, uint8_t* features) {
  const int32_t points = 1 << p->transform_bits;
  /* No sum of all points exceeds 2^30. */
  for (int32_t i = 0; i < points; ++i) {
    scratch[i] = i < p->window ? ((int32_t)samples[i] * window[i]) >> p->transform_bits : 0;
  }
  log_mel_transform(scratch, points / 2, twiddles);
  uint64_t* energies = (uint64_t*)(void*)(scratch + points);
  log_mel_bands(p, scratch, twiddles, mel, energies);
  int32_t* levels = scratch; /* bytes in Q8; the spectrum is no longer needed */
  for (int32_t i = 0; i < p->bands; ++i) {
    const int64_t level = ((int64_t)(log_mel_log2(energies[i + 1]) - p->floor) * p->step + (1 << 23)) >> 24;
    levels[i] = (int32_t)(level < 0 ? 0 : level > 255 * 256 ? 255 * 256 : level);
    if (p->coefficients == 0) features[i] = log_mel_byte((levels[i] + 128) >> 8);
  }
  for (int32_t c = 0; c < p->coefficients; ++c) {
    int64_t sum = c == 0 ? 1 << 22 : (INT64_C(128) << 23) + (1 << 22);
    for (int32_t i = 0; i < p->bands; ++i) sum += (int64_t)levels[i] * dct[c * p->bands + i];
    features[c] = log_mel_byte(sum >> 23);
  }
}

THIMBLE_KERNEL void thimble_log_mel(const thimble_log_mel_params* p, const int16_t* samples, const int16_t* window,
                                    const int16_t* twiddles, const int16_t* mel, const int16_t* dct,
                                    const int8_t* to_output, int32_t* scratch, int8_t* output) {
  const int32_t points = 1 << p->transform_bits;
  const int32_t features = p->coefficients > 0 ? p->coefficients : p->bands;
  uint8_t* frame = (uint8_t*)(scratch + points + 2 * (p->bands + 2));
  for (int32_t f = 0; f < p->frames; ++f, output += features) {
    thimble_log_mel_frame(p, samples + f * p->hop, window, twiddles, mel, dct, scratch, frame);
    for (int32_t i = 0; i < features; ++i) output[i] = to_output[frame[i]];
  }
}
