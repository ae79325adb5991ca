// The front end of models that hear: sound -> one byte for each frame and frequency band, or coefficient of the
// cepstrum. The kernel (kernel/log_mel.h) is the device's own, so that training, evaluation and device see the same
// bytes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/file_system.h"
#include "kernel/log_mel.h"

namespace thimble {

/// What a recipe says in [data.audio].
struct LogMelSettings {
  int sample_rate = 16'000;  // Hz
  float seconds = 1.0F;      // of a sound; shorter ones are followed by silence, longer ones are cut
  float window_ms = 30.0F;
  float hop_ms = 20.0F;
  int bands = 40;        // triangles, evenly spaced in mel: 1127 ln(1 + f / 700)
  int coefficients = 0;  // of the cepstrum (MFCC); 0: the bands themselves
  float min_hz = 20.0F;
  float max_hz = 4'000.0F;
  float min_db = -80.0F;  // byte 0; 0 dB is a sine of full scale at the middle of a band
  float max_db = 0.0F;    // byte 255

  bool operator==(const LogMelSettings&) const = default;
};

/// The kernel's parameters and tables.
struct LogMel {
  thimble_log_mel_params params = {};
  int samples = 0;   // of a sound
  int features = 0;  // of a frame
  std::vector<std::int16_t> window, twiddles, mel, dct;

  std::size_t scratch_bytes() const;
  /// `sound` has `samples`; the result is [frames][features].
  Bytes run(std::span<const std::int16_t> sound) const;
};

/// A frame's Hann window is followed by zeros up to the next power of two. Byte i of a band is
/// 255 (dB - min_db) / (max_db - min_db). Of these b_0, b_1, ..., coefficient 0 is the mean, and coefficient c > 0 is
/// 128 + 4 / bands * sum of b_i cos(pi c (i + 1/2) / bands). Throws InputError that names the argument that does not
/// fit.
LogMel make_log_mel(const LogMelSettings& settings);

}  // namespace thimble
