// Body (ops/isa.h): depthwise convolutions (ops/host_depthwise.h) by a DepthwisePlan.

#include "ops/host_image_body.h"
#include "ops/host_requant_body.h"

namespace {

/// A block of channels.
template <typename Kind>
struct ChannelTile {
  const DepthwisePlan& plan;
  const typename Kind::Weight* weights;  // the block's
  int block;

  using Sum = typename Kind::Sum;
  using Element = typename Kind::Element;
  using Weight = typename Kind::Weight;
  static constexpr int kVectors = Kind::kVectors;
  static constexpr int kVector = Isa::kLanes * Kind::kGroup;  // elements

  /// kPixels pixels of the output; `window` is that of the first.
  template <int kPixels>
  void compute(const Element* window, typename Kind::Input* output) const {
    Sum sums[kPixels][kVectors];
    begin(sums);
    const Weight* w = weights;
    for (int g = 0; g < plan.groups; ++g, window += plan.group_step) {
      const Element* x = window;
      for (int j = 0; j < plan.filter_w; ++j, x += plan.column_step, w += kVectors * kVector) {
        THIMBLE_UNROLL
        for (int v = 0; v < kVectors; ++v) {
          const Sum right = Kind::load(w + v * kVector);
          THIMBLE_UNROLL
          for (int p = 0; p < kPixels; ++p) {
            const Element* left = x + p * plan.pixel_step + v * kVector;
            sums[p][v] = Kind::dot(sums[p][v], Kind::load(reinterpret_cast<const Weight*>(left)), right);
          }
        }
      }
    }
    end(sums, output);
  }

 private:
  template <int kPixels>
  THIMBLE_INLINE void begin(Isa::Int (&sums)[kPixels][kVectors]) const {
    THIMBLE_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      THIMBLE_UNROLL
      for (int p = 0; p < kPixels; ++p) {
        sums[p][v] = Isa::load(plan.requant.row(block * kVectors + v, HostRequant::kStart));
      }
    }
  }
  template <int kPixels>
  THIMBLE_INLINE void begin(Isa::Float (&sums)[kPixels][kVectors]) const {
    THIMBLE_UNROLL
    for (int p = 0; p < kPixels; ++p) sums[p][0] = Isa::load(plan.bias.as<float>() + block * Isa::kLanes);
  }

  template <int kPixels>
  THIMBLE_INLINE void end(Isa::Int (&sums)[kPixels][kVectors], std::int8_t* output) const {
    THIMBLE_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      const Requant requant(plan.requant, block * kVectors + v);
      THIMBLE_UNROLL
      for (int p = 0; p < kPixels; ++p) sums[p][v] = requant.apply(sums[p][v]);
    }
    const int count = plan.channels - block * kVectors * Isa::kLanes;
    THIMBLE_UNROLL
    for (int p = 0; p < kPixels; ++p, output += plan.channels) {
      Kind::store(output, sums[p], plan.requant.output_min, plan.requant.output_max, count);
    }
  }
  template <int kPixels>
  THIMBLE_INLINE void end(Isa::Float (&sums)[kPixels][kVectors], float* output) const {
    const Isa::Float low = Isa::all(plan.output_min);
    const Isa::Float high = Isa::all(plan.output_max);
    const int count = plan.channels - block * Isa::kLanes;
    THIMBLE_UNROLL
    for (int p = 0; p < kPixels; ++p, output += plan.channels) {
      Isa::store(output, Isa::clamp(sums[p][0], low, high), count);
    }
  }
};

template <typename Kind>
using ChannelFunction = void (ChannelTile<Kind>::*)(const typename Kind::Element*, typename Kind::Input*) const;

/// For 1, 2, ... pixels.
template <typename Kind, int... kPixel>
ChannelFunction<Kind> channel_function(int pixels, std::integer_sequence<int, kPixel...>) {
  static constexpr ChannelFunction<Kind> table[] = {&ChannelTile<Kind>::template compute<kPixel + 1>...};
  return table[pixels - 1];
}

/// All rows that the windows of an output row see, woven: [group][block][column].
template <typename Kind>
void weave_rows(const DepthwisePlan& plan, const typename Kind::Element* image, typename Kind::Element* to) {
  constexpr int kBlock = Kind::kVectors * Isa::kLanes;
  for (int g = 0; g < plan.groups; ++g) {
    const typename Kind::Element* rows[Kind::kGroup];
    for (int i = 0; i < Kind::kGroup; ++i) {
      const int row = g * Kind::kGroup + i;  // weights of rows beyond the filter are 0
      rows[i] = image + (row < plan.filter_h ? row : 0) * plan.tap_row_step;
    }
    for (int x = 0; x < plan.image.width; ++x) {
      typename Kind::Element* block = to + g * plan.group_step + std::ptrdiff_t{x} * kBlock * Kind::kGroup;
      for (int b = 0; b < plan.blocks; ++b, block += plan.block_step) {
        Kind::weave(rows, block);
        for (auto& row : rows) row += kBlock;
      }
    }
  }
}

template <typename Kind>
void depthwise_row(const DepthwisePlan& plan, const typename Kind::Element* windows, typename Kind::Input* output) {
  constexpr auto kSizes = std::make_integer_sequence<int, Kind::kPixels>{};
  const std::ptrdiff_t block_weights =
      std::ptrdiff_t{plan.groups} * plan.filter_w * Kind::kVectors * Isa::kLanes * Kind::kGroup;
  const int piece = even_piece(plan.pixels, Kind::kPixels);
  const ChannelFunction<Kind> whole = channel_function<Kind>(piece, kSizes);
  const ChannelFunction<Kind> last = channel_function<Kind>((plan.pixels - 1) % piece + 1, kSizes);
  for (int block = 0; block < plan.blocks; ++block, windows += plan.block_step) {
    const ChannelTile<Kind> tile{plan, plan.weights.as<typename Kind::Weight>() + block * block_weights, block};
    typename Kind::Input* to = output + block * Kind::kVectors * Isa::kLanes;
    int x = 0;
    for (; x + piece < plan.pixels; x += piece) {
      (tile.*whole)(windows + x * plan.pixel_step, to + std::ptrdiff_t{x} * plan.channels);
    }
    (tile.*last)(windows + x * plan.pixel_step, to + std::ptrdiff_t{x} * plan.channels);
  }
}

template <typename Kind>
void depthwise(const DepthwisePlan& plan, const typename Kind::Input* input, void* scratch,
               typename Kind::Input* output) {
  using Element = typename Kind::Element;
  auto* filled = static_cast<Element*>(scratch);
  Element* woven = filled + plan.image.elements();
  for (int batch = 0; batch < plan.batches; ++batch, input += plan.image.input_elements) {
    const Element* image = reinterpret_cast<const Element*>(input);
    if (!plan.direct) {
      fill_image<Kind>(plan.image, input, filled);
      image = filled;
    }
    for (int y = 0; y < plan.rows; ++y, output += std::ptrdiff_t{plan.pixels} * plan.channels) {
      const Element* windows = image + y * plan.row_step;
      if constexpr (Kind::kGroup > 1) {
        weave_rows<Kind>(plan, windows, woven);
        windows = woven;
      }
      depthwise_row<Kind>(plan, windows, output);
    }
  }
}

}  // namespace

inline void depthwise_bytes(const DepthwisePlan& plan, const void* input, void* scratch, void* output) {
  depthwise<ByteChannels>(plan, static_cast<const std::int8_t*>(input), scratch, static_cast<std::int8_t*>(output));
}

inline void depthwise_floats(const DepthwisePlan& plan, const void* input, void* scratch, void* output) {
  depthwise<FloatChannels>(plan, static_cast<const float*>(input), scratch, static_cast<float*>(output));
}

inline constexpr ChannelLayout kByteChannels = {Isa::kLanes, ByteChannels::kVectors, ByteChannels::kGroup,
                                                sizeof(ByteChannels::Element), ByteChannels::kUnsigned};
inline constexpr ChannelLayout kFloatChannels = {Isa::kLanes, FloatChannels::kVectors, FloatChannels::kGroup,
                                                 sizeof(float), false};
