// Canonical prefix codes for weights of 8 bits (kernel/packed_conv.h): few values, or values that are not equally
// frequent, take fewer bits. Where all are equally frequent the code is a palette: indices of one length.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/file_system.h"

namespace thimble {

/// Bits one after the other, each byte from its highest bit down.
class BitWriter {
 public:
  /// The lowest `count` bits of `value`, at most 32.
  void write(std::uint64_t value, int count);
  /// Everything, and zeros behind it so that a reader may look `ahead` bits on from where the last number begins.
  Bytes finish(int ahead);

 private:
  std::size_t last_ = 0;  // where the last number begins, in bits
  Bytes bytes_;
  int free_ = 0;  // bits of the last byte
};

/// How often each value occurs: value v at index v + 128.
struct WeightCounts {
  std::array<std::uint64_t, 256> of = {};

  void add(std::span<const std::int8_t> weights);
  WeightCounts& operator+=(const WeightCounts& other);
};

class WeightCode {
 public:
  /// The code that takes the fewest bits for values as frequent as `counts` says, with words of 1 to 16 bits. Values
  /// that do not occur have no word.
  explicit WeightCode(const WeightCounts& counts);

  /// What all of `counts` takes, in bits.
  std::uint64_t bits(const WeightCounts& counts) const;
  void write(std::int8_t weight, BitWriter& writer) const;
  /// The code as the kernel reads it.
  const Bytes& table() const { return table_; }

 private:
  struct Word {
    std::uint32_t bits = 0;
    int length = 0;  // 0: the value has no word
  };
  std::array<Word, 256> words_ = {};
  Bytes table_;
};

}  // namespace thimble
