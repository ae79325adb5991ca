// What lowering to the kernels for Armv8.1-M's vector instructions (kernel/mve.h) needs.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "kernel/mve.h"
#include "ops/op.h"

namespace thimble {

/// Whether a node of bytes, or of 16-bit activations and 8-bit weights, with constant weights and bias may lower to an
/// MVE kernel.
bool mve_applies(const NodeView& node, const LowerOptions& options);

/// The weights in a vector of products with a node's input: 16, or 8 where that has 16 bits.
std::size_t mve_elements(const NodeView& node);

/// For one output channel: the bias, with the input's zero point in it, and the factor.
struct MveChannel {
  std::int32_t bias = 0;
  std::int32_t multiplier = 0;
  std::int32_t shift = -1;  // as VRSHL takes it: less than 0
};

/// Whether a zero point is one.
inline bool mve_is_byte(int value) { return value >= -128 && value <= 127; }

/// A factor alone; none where the kernels' arithmetic could differ from thimble_multiply's: of 0.5 or more.
std::optional<MveChannel> mve_factor(const thimble_requant& requant);

/// A channel for each list of weights. None where a factor is none; with 16-bit activations, whose multipliers are
/// those of thimble_mve_requantize_16, where a sum may not fit 32 bits, too. `requants` has a factor for each channel,
/// or one for all.
std::optional<std::vector<MveChannel>> mve_channels(const NodeView& node,
                                                    std::span<const std::vector<std::int8_t>> weights,
                                                    const KernelConstant& requants);

/// The range of 16-bit outputs as thimble_mve_requantize_16 takes it.
constexpr std::int32_t mve_range_16(int min, int max) { return (min & 0xFFFF) | max * (1 << 16); }

/// Whether outputs below the zero point pass, so that ties below it must be rounded as TFLite does.
bool mve_exact(const NodeView& node, int output_min);

/// Bytes as the kernels read them.
class MveBytes {
 public:
  void word(std::int32_t value);
  /// A member of four channels from `first` on, every other one.
  void words(const std::vector<MveChannel>& channels, std::size_t first, std::int32_t MveChannel::*member);
  /// Elements [first, first + count) of `weights`, zeros where it has none.
  void bytes(std::span<const std::int8_t> weights, std::size_t first, std::size_t count);
  KernelConstant constant(std::string name) const;

 private:
  std::vector<std::int8_t> bytes_;
};

}  // namespace thimble
