#include "audio/log_mel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "base/error.h"
#include "base/random.h"

namespace thimble {
namespace {

using std::numbers::pi;

/// The features in double precision, by the definitions alone: a Fourier sum for each frequency, triangles in mel.
std::vector<double> reference(const LogMelSettings& s, const std::vector<std::int16_t>& sound) {
  const int window = static_cast<int>(std::lround(double{s.window_ms} * s.sample_rate / 1000));
  const int hop = static_cast<int>(std::lround(double{s.hop_ms} * s.sample_rate / 1000));
  int points = 32;
  while (points < window) points *= 2;
  const auto mel = [](double hz) { return 1127 * std::log(1 + hz / 700); };
  const double low = mel(double{s.min_hz});
  const double spacing = (mel(double{s.max_hz}) - low) / (s.bands + 1);
  std::vector<double> result;
  for (int begin = 0; begin + window <= static_cast<int>(sound.size()); begin += hop) {
    std::vector<double> energies(static_cast<std::size_t>(s.bands));
    double sum = 0;
    for (int i = 0; i < window; ++i) sum += 0.5 - 0.5 * std::cos(2 * pi * i / window);
    for (int k = 1; k < points / 2; ++k) {
      std::complex<double> x;
      for (int i = 0; i < window; ++i) {
        const double hann = 0.5 - 0.5 * std::cos(2 * pi * i / window);
        x += sound[static_cast<std::size_t>(begin + i)] * hann * std::polar(1.0, -2 * pi * i * k / points);
      }
      for (int b = 0; b < s.bands; ++b) {
        const double centre = low + (b + 1) * spacing;
        const double weight = 1 - std::abs(mel(double(k) * s.sample_rate / points) - centre) / spacing;
        if (weight > 0) energies[static_cast<std::size_t>(b)] += weight * std::norm(x);
      }
    }
    std::vector<double> levels;
    for (const double energy : energies) {
      const double db = 10 * std::log10(energy / std::pow(32767 * sum / 2, 2) + 1e-30);
      levels.push_back(std::clamp(255 * (db - double{s.min_db}) / double{s.max_db - s.min_db}, 0.0, 255.0));
    }
    if (s.coefficients == 0) result.insert(result.end(), levels.begin(), levels.end());
    for (int c = 0; c < s.coefficients; ++c) {
      double value = c == 0 ? 0 : 128;
      for (int i = 0; i < s.bands; ++i) {
        value +=
            levels[static_cast<std::size_t>(i)] * (c == 0 ? 1.0 : 4 * std::cos(pi * c * (i + 0.5) / s.bands)) / s.bands;
      }
      result.push_back(std::clamp(value, 0.0, 255.0));
    }
  }
  return result;
}

/// A chirp in noise.
std::vector<std::int16_t> sound_of(const LogMel& front_end, double loudness) {
  Random random(3);
  std::vector<std::int16_t> sound(static_cast<std::size_t>(front_end.samples));
  for (std::size_t i = 0; i < sound.size(); ++i) {
    const double phase = 1e-4 * static_cast<double>(i) * static_cast<double>(i);
    sound[i] =
        static_cast<std::int16_t>(loudness * (0.8 * std::sin(phase) + 0.2 * double{random.uniform(-1.0f, 1.0f)}));
  }
  return sound;
}

void expect_near_reference(const LogMelSettings& settings, double loudness) {
  const LogMel front_end = make_log_mel(settings);
  const std::vector<std::int16_t> sound = sound_of(front_end, loudness);
  const std::vector<double> want = reference(settings, sound);
  const Bytes got = front_end.run(sound);
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1.0) << "feature " << i;
}

TEST(LogMel, IsWithinOneStepOfDoublePrecision) {
  expect_near_reference({.seconds = 0.2f}, 32'000);
  expect_near_reference({.seconds = 0.2f}, 300);
  expect_near_reference({.seconds = 0.1f, .window_ms = 25, .hop_ms = 10, .bands = 20, .max_hz = 8000}, 10'000);
  expect_near_reference({.sample_rate = 44'100, .seconds = 0.1f, .window_ms = 46, .bands = 64, .max_hz = 16'000},
                        20'000);
  expect_near_reference({.sample_rate = 8000, .seconds = 0.1f, .window_ms = 4, .hop_ms = 4, .bands = 4}, 20'000);
}

TEST(LogMel, CepstrumIsWithinTwoSteps) {
  const LogMelSettings settings = {.seconds = 0.2f, .coefficients = 13};
  const LogMel front_end = make_log_mel(settings);
  const std::vector<std::int16_t> sound = sound_of(front_end, 20'000);
  const std::vector<double> want = reference(settings, sound);
  const Bytes got = front_end.run(sound);
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 2.0) << "feature " << i;
}

TEST(LogMel, ExtremesDoNotOverflow) {
  const LogMel front_end = make_log_mel({.seconds = 0.05f});
  std::vector<std::int16_t> sound(static_cast<std::size_t>(front_end.samples));
  for (const std::uint8_t byte : front_end.run(sound)) EXPECT_EQ(byte, 0);
  // A square wave of full scale, of a period of 16 samples: 1000 Hz.
  for (std::size_t i = 0; i < sound.size(); ++i) sound[i] = i / 8 % 2 == 0 ? INT16_MIN : INT16_MAX;
  const Bytes loud = front_end.run(sound);
  EXPECT_EQ(*std::ranges::max_element(loud), 255);
}

TEST(LogMel, NamesWhatDoesNotFit) {
  const auto error_of = [](const LogMelSettings& settings) -> std::string {
    try {
      make_log_mel(settings);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(error_of({.max_hz = 9000}), "min_hz = 20 and max_hz = 9000: rising, at most half of sample_rate");
  EXPECT_EQ(error_of({.coefficients = 41}), "coefficients = 41: at most as many as bands");
  EXPECT_EQ(error_of({.window_ms = 200}), "window_ms = 200: 3200 samples; from 2 to 2048");
  EXPECT_EQ(error_of({.window_ms = 2000}), "window_ms = 2000: above 0, not longer than the sound");
  EXPECT_EQ(error_of({.bands = 128}),
            "bands = 128: band 5 is narrower than a frequency of the transform; fewer bands, or a longer window");
}

}  // namespace
}  // namespace thimble
