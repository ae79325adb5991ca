#include "ops/weight_code.h"

#include <algorithm>
#include <queue>

#include "base/error.h"

namespace thimble {
namespace {

constexpr int kLongestWord = 16;
constexpr std::size_t kMostOfOneLength = 255;  // a byte of the table says how many there are

std::size_t index_of(std::int8_t weight) { return static_cast<std::size_t>(weight + 128); }

/// Huffman's lengths: the two rarest groups become one, whose members each take one bit more.
std::array<int, 256> huffman_lengths(const WeightCounts& counts) {
  struct Group {
    std::uint64_t count;
    std::size_t order;  // ties: the older one first, so that words stay short
    std::vector<std::size_t> members;
    bool operator>(const Group& other) const {
      return count != other.count ? count > other.count : order > other.order;
    }
  };
  std::priority_queue<Group, std::vector<Group>, std::greater<>> groups;
  for (std::size_t i = 0; i < counts.of.size(); ++i) {
    if (counts.of[i] > 0) groups.push({counts.of[i], i, {i}});
  }
  std::array<int, 256> lengths = {};
  if (groups.size() == 1) lengths[groups.top().members[0]] = 1;
  for (std::size_t order = 256; groups.size() > 1; ++order) {
    Group joined = groups.top();
    groups.pop();
    joined.count += groups.top().count;
    joined.order = order;
    joined.members.insert(joined.members.end(), groups.top().members.begin(), groups.top().members.end());
    groups.pop();
    for (const std::size_t member : joined.members) ++lengths[member];
    groups.push(std::move(joined));
  }
  return lengths;
}

/// The same within what the table can say: frequencies are made more alike until no word is too long, or one value more
/// frequent if all 256 had words of one length.
std::array<int, 256> lengths_of(WeightCounts counts) {
  for (;;) {
    const std::array<int, 256> lengths = huffman_lengths(counts);
    if (std::ranges::max(lengths) > kLongestWord) {
      for (std::uint64_t& count : counts.of) count = count > 0 ? count / 2 + 1 : 0;
    } else if (std::ranges::count(lengths, lengths[0]) > static_cast<std::ptrdiff_t>(kMostOfOneLength)) {
      auto& most = *std::ranges::max_element(counts.of);
      most = 4 * most;
    } else {
      return lengths;
    }
  }
}

}  // namespace

void BitWriter::write(std::uint64_t value, int count) {
  if (count > 0) last_ = 8 * bytes_.size() - static_cast<std::size_t>(free_);
  for (int i = count - 1; i >= 0; --i) {
    if (free_ == 0) {
      bytes_.push_back(0);
      free_ = 8;
    }
    bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | (value >> i & 1) << --free_);
  }
}

Bytes BitWriter::finish(int ahead) {
  bytes_.resize(std::max(bytes_.size(), (last_ + static_cast<std::size_t>(ahead) + 7) / 8));
  return std::move(bytes_);
}

void WeightCounts::add(std::span<const std::int8_t> weights) {
  for (const std::int8_t weight : weights) ++of[index_of(weight)];
}

WeightCounts& WeightCounts::operator+=(const WeightCounts& other) {
  for (std::size_t i = 0; i < of.size(); ++i) of[i] += other.of[i];
  return *this;
}

WeightCode::WeightCode(const WeightCounts& counts) {
  const std::array<int, 256> lengths = lengths_of(counts);
  std::vector<std::size_t> values;
  for (std::size_t i = 0; i < counts.of.size(); ++i) {
    if (counts.of[i] > 0) values.push_back(i);
  }
  ensure(!values.empty(), "a code for no values");
  std::ranges::stable_sort(values, {}, [&](std::size_t value) { return lengths[value]; });
  const int shortest = lengths[values.front()], longest = lengths[values.back()];
  table_ = {static_cast<std::uint8_t>(shortest), static_cast<std::uint8_t>(longest - shortest + 1)};
  table_.resize(table_.size() + static_cast<std::size_t>(longest - shortest + 1));
  std::uint32_t next = 0;
  int length = shortest;
  for (const std::size_t value : values) {
    next <<= lengths[value] - length;
    length = lengths[value];
    words_[value] = {next++, length};
    ++table_[static_cast<std::size_t>(2 + length - shortest)];
    table_.push_back(static_cast<std::uint8_t>(value - 128));
  }
}

std::uint64_t WeightCode::bits(const WeightCounts& counts) const {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < counts.of.size(); ++i)
    bits += counts.of[i] * static_cast<std::uint64_t>(words_[i].length);
  return bits;
}

void WeightCode::write(std::int8_t weight, BitWriter& writer) const {
  const Word& word = words_[index_of(weight)];
  writer.write(word.bits, word.length);
}

}  // namespace thimble
