// Every code against the decoder that runs on the device: the same weights come back.
#include "ops/weight_code.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "kernel/packed_bits.h"

namespace thimble {
namespace {

using Weights = std::vector<std::int8_t>;

WeightCounts counts_of(const Weights& weights) {
  WeightCounts counts;
  counts.add(weights);
  return counts;
}

/// What the kernel reads of `weights` in `code`, behind a number of `bits` bits and in two parts.
Weights unpacked(const WeightCode& code, const Weights& weights, std::uint64_t number, int bits) {
  BitWriter writer;
  writer.write(number, bits);
  for (const std::int8_t weight : weights) code.write(weight, writer);
  const Bytes stream = writer.finish(16);
  thimble_packed_bits reader = {stream.data(), 0, 0};
  EXPECT_EQ(thimble_packed_number(&reader, bits, -5),
            static_cast<std::int32_t>(static_cast<std::uint32_t>(number) - 5));
  Weights result(weights.size());
  auto* first = reinterpret_cast<std::uint8_t*>(result.data());
  const auto half = static_cast<std::int32_t>(weights.size() / 2);
  if (half > 0) thimble_packed_bytes(&reader, code.table().data(), half, first);
  thimble_packed_bytes(&reader, code.table().data(), static_cast<std::int32_t>(weights.size()) - half, first + half);
  EXPECT_LE(reader.next, stream.data() + stream.size()) << "reads beyond the stream";
  return result;
}

std::uint64_t expect_same(const Weights& weights) {
  const WeightCode code(counts_of(weights));
  for (const auto& [number, bits] : {std::pair{std::uint64_t{0}, 0}, {5U, 3}, {0xfedcba98U, 32}, {1U, 31}}) {
    EXPECT_EQ(unpacked(code, weights, number, bits), weights);
  }
  return code.bits(counts_of(weights));
}

Weights random_weights(std::size_t count, int low, int high, std::uint64_t seed) {
  Random random(seed);
  Weights weights(count);
  for (std::int8_t& weight : weights) {
    weight = static_cast<std::int8_t>(low + static_cast<int>(random.below(static_cast<std::uint32_t>(high - low + 1))));
  }
  return weights;
}

TEST(WeightCode, OneWeight) {
  for (const int value : {-128, -1, 0, 127}) EXPECT_EQ(expect_same({static_cast<std::int8_t>(value)}), 1U);
}

TEST(WeightCode, AllEqual) {
  EXPECT_EQ(expect_same(Weights(1000, 0)), 1000U);
  EXPECT_EQ(expect_same(Weights(77, -128)), 77U);
}

TEST(WeightCode, AllValues) {
  Weights weights;
  for (int value = -128; value < 128; ++value) weights.push_back(static_cast<std::int8_t>(value));
  EXPECT_LE(expect_same(weights), 256U * 8 + 2);  // 256 words of 8 bits are one too many for the table
}

TEST(WeightCode, RandomRanges) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const int spread = static_cast<int>(seed * 3);
    expect_same(random_weights(1 + 50 * seed, -spread, spread + 7, seed));
  }
}

/// Fibonacci's frequencies have the longest words; the last are far rarer than 2^-16.
TEST(WeightCode, WordsOfAtMost16Bits) {
  Weights weights;
  std::uint64_t before = 1, now = 1;
  for (int value = -12; value < 13; ++value) {
    weights.insert(weights.end(), now, static_cast<std::int8_t>(value));
    before = std::exchange(now, before + now);
  }
  std::ranges::reverse(weights);
  const WeightCode code(counts_of(weights));
  EXPECT_LE(code.table()[0] + code.table()[1] - 1, 16);
  EXPECT_EQ(unpacked(code, weights, 0, 0), weights);
}

TEST(WeightCode, FewBitsForFewValues) {
  const std::size_t count = 4000;
  EXPECT_LE(expect_same(random_weights(count, -7, 7, 1)), count * 4);        // 4-bit weights
  EXPECT_LE(expect_same(random_weights(count, -1, 1, 2)), count * 17 / 10);  // ternary: log2(3) = 1.58
  Weights pruned = random_weights(count, -100, 100, 3);
  for (std::size_t i = 0; i < count; ++i) pruned[i] = i % 10 < 8 ? std::int8_t{0} : pruned[i];
  EXPECT_LE(expect_same(pruned), count * 27 / 10);
}

/// A code for several tensors has words for the values of each.
TEST(WeightCode, Shared) {
  const Weights first = random_weights(300, -3, 0, 4), second = random_weights(300, -128, 127, 5);
  WeightCounts counts = counts_of(first);
  counts += counts_of(second);
  const WeightCode code(counts);
  EXPECT_EQ(unpacked(code, first, 1, 1), first);
  EXPECT_EQ(unpacked(code, second, 1, 1), second);
}

}  // namespace
}  // namespace thimble
