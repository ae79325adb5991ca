// Random numbers whose bits are the same on every machine; the distributions of <random> are not.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace thimble {

/// splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014): advances `state`.
constexpr std::uint64_t splitmix64(std::uint64_t& state) {
  std::uint64_t mixed = state += 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

/// xoshiro256** 1.0 (Blackman, Vigna: Scrambled linear pseudorandom number generators, 2018).
class Random {
 public:
  /// Different streams of one seed are independent: one for each use (weights, order, dropout) or worker.
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) {
    std::uint64_t mixer = seed;
    mixer = splitmix64(mixer) ^ stream;
    for (std::uint64_t& word : state_) word = splitmix64(mixer);
  }
  /// Not all of `state` may be 0.
  explicit Random(const std::array<std::uint64_t, 4>& state) : state_(state) {}

  /// 64 random bits.
  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// 0 to bound - 1, all as likely; bound > 0. (Lemire: Fast random integer generation in an interval, 2019.)
  std::uint32_t below(std::uint32_t bound) {
    const std::uint32_t unfair = (0U - bound) % bound;
    std::uint64_t product = 0;
    do {
      product = (next() >> 32) * bound;
    } while (static_cast<std::uint32_t>(product) < unfair);
    return static_cast<std::uint32_t>(product >> 32);
  }

  /// [0, 1), a multiple of 2^-24.
  float uniform() { return static_cast<float>(next() >> 40) * 0x1p-24F; }
  /// [low, high], rounded to float.
  float uniform(float low, float high) { return low + (high - low) * uniform(); }

  /// Every order of `items` as likely (Fisher and Yates); at most 2^32 - 1 of them.
  template <typename T>
  void shuffle(std::span<T> items) {
    for (std::size_t left = items.size(); left > 1; --left) {
      std::swap(items[left - 1], items[below(static_cast<std::uint32_t>(left))]);
    }
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

/// Keras's default weights are uniform in [-limit, limit] (Glorot, Bengio 2010). A fan is the number of inputs
/// (outputs) that meet in one output (input): for a convolution kernel height * width * channels.
inline float glorot_limit(std::int64_t fan_in, std::int64_t fan_out) {
  return std::sqrt(6.0F / static_cast<float>(std::max<std::int64_t>(fan_in + fan_out, 1)));
}

}  // namespace thimble
