#include "wire/hdf5_checksum.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace thimble {
namespace {

using Words = std::array<std::uint32_t, 3>;

/// The next 12 bytes, zeros where there are fewer, are added to `state`.
void add(Words& state, ByteSpan bytes) {
  Words words{};
  std::memcpy(words.data(), bytes.data(), std::min<std::size_t>(bytes.size(), sizeof(words)));
  for (std::size_t i = 0; i < 3; ++i) state[i] += words[i];
}

void mix(Words& state) {
  auto& [a, b, c] = state;
  const auto step = [](std::uint32_t& x, std::uint32_t& y, std::uint32_t z, int rotation) {
    x = (x - y) ^ std::rotl(y, rotation);
    y += z;
  };
  step(a, c, b, 4);
  step(b, a, c, 6);
  step(c, b, a, 8);
  step(a, c, b, 16);
  step(b, a, c, 19);
  step(c, b, a, 4);
}

void finish(Words& state) {
  auto& [a, b, c] = state;
  const auto step = [](std::uint32_t& x, std::uint32_t y, int rotation) { x = (x ^ y) - std::rotl(y, rotation); };
  step(c, b, 14);
  step(a, c, 11);
  step(b, a, 25);
  step(c, b, 16);
  step(a, c, 4);
  step(b, a, 14);
  step(c, b, 24);
}

}  // namespace

std::uint32_t hdf5_checksum(ByteSpan bytes) {
  constexpr std::size_t kBlock = 12;
  const auto start = static_cast<std::uint32_t>(0xdeadbeef + bytes.size());
  Words state{start, start, start};
  if (bytes.empty()) return start;
  // The last block, full or not, is mixed differently.
  for (; bytes.size() > kBlock; bytes = bytes.subspan(kBlock)) {
    add(state, bytes);
    mix(state);
  }
  add(state, bytes);
  finish(state);
  return state[2];
}

}  // namespace thimble
