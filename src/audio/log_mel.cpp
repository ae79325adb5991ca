#include "audio/log_mel.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace thimble {
namespace {

using std::numbers::pi;

constexpr int kLeastBits = 5, kMostBits = 11;
constexpr double kOctaveDb = 3.010299956639812;  // 10 log10(2): an octave of energy

/// A float as it would be written: 0.1f counts as 0.1.
double exact(float value) { return std::stod(fmt::format("{}", value)); }

double mel_of(double hz) { return 1127.0 * std::log1p(hz / 700.0); }

std::int16_t rounded(double value, double one, double most) {
  return static_cast<std::int16_t>(std::min(std::round(value * one), most));
}

void check(const LogMelSettings& s) {
  require(s.sample_rate >= 1000 && s.sample_rate <= 192'000, "sample_rate = {}: from 1000 to 192000 Hz", s.sample_rate);
  require(s.seconds > 0 && s.seconds <= 60, "seconds = {}: above 0, at most 60", s.seconds);
  require(s.window_ms > 0 && s.window_ms <= 1000 * s.seconds, "window_ms = {}: above 0, not longer than the sound",
          s.window_ms);
  require(s.hop_ms > 0 && s.hop_ms <= 1000 * s.seconds, "hop_ms = {}: above 0, not longer than the sound", s.hop_ms);
  require(s.bands >= 1 && s.bands <= 128, "bands = {}: from 1 to 128", s.bands);
  require(s.coefficients >= 0 && s.coefficients <= s.bands, "coefficients = {}: at most as many as bands",
          s.coefficients);
  require(s.min_hz >= 0 && s.min_hz < s.max_hz && s.max_hz <= static_cast<float>(s.sample_rate) / 2,
          "min_hz = {} and max_hz = {}: rising, at most half of sample_rate", s.min_hz, s.max_hz);
  require(s.min_db >= -120 && s.max_db <= 20 && s.max_db - s.min_db >= 1, "min_db = {} and max_db = {}: in -120 to 20",
          s.min_db, s.max_db);
}

/// Between which bands each frequency lies; band i's centre is edge i + 1.
std::vector<std::int16_t> mel_table(const LogMelSettings& s, int points) {
  const double low = mel_of(double{s.min_hz}), spacing = (mel_of(double{s.max_hz}) - low) / (s.bands + 1);
  std::vector<std::int16_t> table;
  std::vector<bool> heard(static_cast<std::size_t>(s.bands) + 2);
  for (int k = 0; k < points / 2; ++k) {
    const double place = (mel_of(double(k) * s.sample_rate / points) - low) / spacing;
    const bool counts = k > 0 && place >= 0 && place < s.bands + 1;
    const int band = counts ? static_cast<int>(place) : -1;
    table.push_back(static_cast<std::int16_t>(band));
    table.push_back(counts ? rounded(place - band, 4096, 4096) : std::int16_t{0});
    if (counts) heard[static_cast<std::size_t>(band)] = heard[static_cast<std::size_t>(band) + 1] = true;
  }
  for (int i = 1; i <= s.bands; ++i) {
    require(heard[static_cast<std::size_t>(i)],
            "bands = {}: band {} is narrower than a frequency of the transform; fewer bands, or a longer window",
            s.bands, i);
  }
  return table;
}

std::vector<std::int16_t> dct_table(const LogMelSettings& s) {
  std::vector<std::int16_t> table;
  for (int c = 0; c < s.coefficients; ++c) {
    for (int i = 0; i < s.bands; ++i) {
      const double value = c == 0 ? 1.0 / s.bands : 4.0 / s.bands * std::cos(pi * c * (i + 0.5) / s.bands);
      table.push_back(rounded(value, 32768, 32767));
    }
  }
  return table;
}

}  // namespace

LogMel make_log_mel(const LogMelSettings& s) {
  check(s);
  LogMel result;
  thimble_log_mel_params& p = result.params;
  result.samples = static_cast<int>(std::lround(exact(s.seconds) * s.sample_rate));
  p.window = static_cast<int>(std::lround(exact(s.window_ms) * s.sample_rate / 1000));
  p.hop = std::max(1, static_cast<int>(std::lround(exact(s.hop_ms) * s.sample_rate / 1000)));
  require(p.window >= 2 && p.window <= result.samples && p.window <= 1 << kMostBits,
          "window_ms = {}: {} samples; from 2 to {}", s.window_ms, p.window, std::min(result.samples, 1 << kMostBits));
  p.transform_bits = std::max(kLeastBits, static_cast<int>(std::bit_width(static_cast<unsigned>(p.window - 1))));
  p.frames = (result.samples - p.window) / p.hop + 1;
  p.bands = s.bands;
  p.coefficients = s.coefficients;
  result.features = s.coefficients > 0 ? s.coefficients : s.bands;
  const int points = 1 << p.transform_bits;
  double window_sum = 0.0;
  for (int i = 0; i < p.window; ++i) {
    const double hann = 0.5 - 0.5 * std::cos(2 * pi * i / p.window);
    window_sum += hann;
    result.window.push_back(rounded(hann, 32768, 32767));
  }
  for (int k = 0; k < points / 2; ++k) {
    const double angle = 2 * pi * k / points;
    result.twiddles.push_back(rounded(std::cos(angle), 16384, 16384));
    result.twiddles.push_back(rounded(-std::sin(angle), 16384, 16384));
  }
  result.mel = mel_table(s, points);
  result.dct = dct_table(s);
  // A sine of full scale has half of the window's sum in its frequency; samples come with 15 - transform_bits more
  // bits.
  const double full_scale = 2 * std::log2(32767.0 * std::ldexp(window_sum / 2, 15 - p.transform_bits));
  p.floor = static_cast<std::int32_t>(std::lround((full_scale + double{s.min_db} / kOctaveDb) * 65536));
  p.step = static_cast<std::int32_t>(std::lround(255 * kOctaveDb / double{s.max_db - s.min_db} * 65536));
  return result;
}

std::size_t LogMel::scratch_bytes() const {
  const std::size_t points = std::size_t{1} << params.transform_bits;
  return points * sizeof(std::int32_t) + (static_cast<std::size_t>(params.bands) + 2) * sizeof(std::uint64_t) +
         static_cast<std::size_t>(features);
}

Bytes LogMel::run(std::span<const std::int16_t> sound) const {
  ensure(sound.size() == static_cast<std::size_t>(samples), "{} samples of {}", sound.size(), samples);
  std::vector<std::uint64_t> scratch((scratch_bytes() + 7) / 8);
  Bytes result(static_cast<std::size_t>(params.frames) * static_cast<std::size_t>(features));
  for (int f = 0; f < params.frames; ++f) {
    thimble_log_mel_frame(&params, sound.data() + f * params.hop, window.data(), twiddles.data(), mel.data(),
                          dct.data(), reinterpret_cast<std::int32_t*>(scratch.data()), result.data() + f * features);
  }
  return result;
}

}  // namespace thimble
