// Body (ops/isa.h): convolutions (ops/host_convolution.h) by a ConvolutionPlan.

#include "ops/host_hybrid_body.h"
#include "ops/host_image_body.h"
#include "ops/host_requant_body.h"

namespace {

/// Floats that are quantized on the fly, times bytes.
struct HybridProduct : ByteProduct {
  using Output = float;
};

/// What only the input tells.
template <typename Kind>
struct Quantized {};

template <>
struct Quantized<HybridProduct> {
  const std::int32_t* starts;  // of the sums of each channel
  const float* factors;        // from sums to floats
};

/// How the sums of a vector of channels begin and end.
template <typename Kind>
struct Ends;

template <>
struct Ends<ByteProduct> {
  const ConvolutionPlan& plan;
  const int vector;
  const int count;  // channels in the vector
  const Requant requant;
  const Isa::ByteStore store;

  THIMBLE_INLINE Ends(const ConvolutionPlan& p, const Quantized<ByteProduct>&, int v)
      : plan(p),
        vector(v),
        count(p.channels - v * Isa::kLanes),
        requant(p.requant, v),
        store(p.requant.output_min, p.requant.output_max, count) {}
  static THIMBLE_INLINE Isa::Int begin(const ConvolutionPlan& plan, const Quantized<ByteProduct>&, int vector) {
    return Isa::load(plan.requant.row(vector, HostRequant::kStart));
  }
  /// Sums of neighbouring pixels.
  template <int kRows>
  THIMBLE_INLINE void end(const Isa::Int (&sums)[kRows], std::int8_t* output) const {
    if (!plan.requant.vectorized) {
      Isa::Int copy[kRows];  // else the sums would have to be in memory
      __builtin_memcpy(copy, sums, sizeof copy);
      return end_portably(copy, kRows, output);
    }
    int r = 0;
    if (plan.channels == Isa::kLanes) {
      THIMBLE_UNROLL
      for (; r + 4 <= kRows; r += 4, output += 4 * Isa::kLanes) {
        store(output, requant.apply(sums[r]), requant.apply(sums[r + 1]), requant.apply(sums[r + 2]),
              requant.apply(sums[r + 3]));
      }
      THIMBLE_UNROLL
      for (; r < kRows; ++r, output += Isa::kLanes) store(output, requant.apply(sums[r]));
      return;
    }
    THIMBLE_UNROLL
    for (; r < kRows; ++r, output += plan.channels) store(output, requant.apply(sums[r]));
  }
  __attribute__((noinline)) void end_portably(const Isa::Int* sums, int rows, std::int8_t* output) const {
    for (int r = 0; r < rows; ++r, output += plan.channels) {
      std::int32_t lanes[Isa::kLanes];
      Isa::store(lanes, sums[r]);
      plan.requant.finish(vector, lanes, count < Isa::kLanes ? count : Isa::kLanes, output);
    }
  }
};

template <>
struct Ends<FloatProduct> {
  const ConvolutionPlan& plan;
  const int count;  // channels in the vector
  const Isa::Float low, high;

  THIMBLE_INLINE Ends(const ConvolutionPlan& p, const Quantized<FloatProduct>&, int v)
      : plan(p), count(p.channels - v * Isa::kLanes), low(Isa::all(p.output_min)), high(Isa::all(p.output_max)) {}
  static THIMBLE_INLINE Isa::Float begin(const ConvolutionPlan& plan, const Quantized<FloatProduct>&, int vector) {
    return Isa::load(plan.bias.as<float>() + vector * Isa::kLanes);
  }
  template <int kRows>
  THIMBLE_INLINE void end(const Isa::Float (&sums)[kRows], float* output) const {
    THIMBLE_UNROLL
    for (int r = 0; r < kRows; ++r, output += plan.channels) Isa::store(output, Isa::clamp(sums[r], low, high), count);
  }
};

template <>
struct Ends<HybridProduct> {
  const ConvolutionPlan& plan;
  const int count;  // channels in the vector
  const Isa::Float factor, bias, low, high;

  THIMBLE_INLINE Ends(const ConvolutionPlan& p, const Quantized<HybridProduct>& quantized, int v)
      : plan(p),
        count(p.channels - v * Isa::kLanes),
        factor(Isa::load(quantized.factors + v * Isa::kLanes)),
        bias(Isa::load(p.bias.as<float>() + v * Isa::kLanes)),
        low(Isa::all(p.output_min)),
        high(Isa::all(p.output_max)) {}
  static THIMBLE_INLINE Isa::Int begin(const ConvolutionPlan&, const Quantized<HybridProduct>& quantized, int vector) {
    return Isa::load(quantized.starts + vector * Isa::kLanes);
  }
  template <int kRows>
  THIMBLE_INLINE void end(const Isa::Int (&sums)[kRows], float* output) const {
    THIMBLE_UNROLL
    for (int r = 0; r < kRows; ++r, output += plan.channels) {
      const Isa::Float value = Isa::multiply_add(Isa::to_float(sums[r]), factor, bias);
      Isa::store(output, Isa::clamp(value, low, high), count);
    }
  }
};

/// A tile of the output: some rows (pixels), and the vectors of channels of a panel.
template <typename Kind>
struct Tile {
  const ConvolutionPlan& plan;
  const Quantized<Kind>& quantized;
  const typename Kind::Weight* weights;  // the panel's
  int vector;                            // the panel's first

  using Sum = typename Kind::Sum;
  using Element = typename Kind::Element;

  /// `window` is that of the first row, `output` its first channel of the panel. With few sums, several partial ones
  /// for each hide the latency of an addition.
  template <int kRows, int kColumns>
  void compute(const Element* window, typename Kind::Output* output) const {
    constexpr int kParts = kRows * kColumns >= 8 ? 1 : kRows * kColumns >= 4 ? 2 : 4;
    Sum sums[kParts][kRows][kColumns];
    THIMBLE_UNROLL
    for (int c = 0; c < kColumns; ++c) {
      const Sum start = Ends<Kind>::begin(plan, quantized, vector + c);
      THIMBLE_UNROLL
      for (int r = 0; r < kRows; ++r) {
        sums[0][r][c] = start;
        THIMBLE_UNROLL
        for (int part = 1; part < kParts; ++part) sums[part][r][c] = Kind::zero();
      }
    }
    add_products<kParts, kRows, kColumns>(window, sums);
    THIMBLE_UNROLL
    for (int c = 0; c < kColumns; ++c) {
      Sum whole[kRows];
      THIMBLE_UNROLL
      for (int r = 0; r < kRows; ++r) {
        whole[r] = sums[0][r][c];
        THIMBLE_UNROLL
        for (int part = 1; part < kParts; ++part) whole[r] = Kind::add(whole[r], sums[part][r][c]);
      }
      Ends<Kind>(plan, quantized, vector + c).end(whole, output + c * Isa::kLanes);
    }
  }

 private:
  template <int kRows, int kColumns>
  static THIMBLE_INLINE void add_step(const Element* x, std::ptrdiff_t pixel_step, const typename Kind::Weight* w,
                                      Sum (&sums)[kRows][kColumns]) {
    Sum right[kColumns];
    THIMBLE_UNROLL
    for (int c = 0; c < kColumns; ++c) right[c] = Kind::load(w + c * Isa::kLanes * Kind::kGroup);
    THIMBLE_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const Sum left = Kind::broadcast(x + r * pixel_step);
      THIMBLE_UNROLL
      for (int c = 0; c < kColumns; ++c) sums[r][c] = Kind::dot(sums[r][c], left, right[c]);
    }
  }

  template <int kParts, int kRows, int kColumns>
  THIMBLE_INLINE void add_products(const Element* window, Sum (&sums)[kParts][kRows][kColumns]) const {
    constexpr int kStepWeights = kColumns * Isa::kLanes * Kind::kGroup;
    const typename Kind::Weight* w = weights;
    const int steps = plan.steps;
    for (const std::ptrdiff_t run : plan.runs) {
      const Element* x = window + run;
      int step = 0;
      for (; step + kParts <= steps; step += kParts) {
        THIMBLE_UNROLL
        for (int part = 0; part < kParts; ++part, x += Kind::kGroup, w += kStepWeights) {
          add_step(x, plan.pixel_step, w, sums[part]);
        }
      }
      for (; step < steps; ++step, x += Kind::kGroup, w += kStepWeights) add_step(x, plan.pixel_step, w, sums[0]);
    }
  }
};

/// The functions for tiles of 1, 2, ... rows.
template <typename Kind>
using TileFunction = void (Tile<Kind>::*)(const typename Kind::Element*, typename Kind::Output*) const;

template <typename Kind, int kColumns, int... kRow>
TileFunction<Kind> tile_function(int rows, std::integer_sequence<int, kRow...>) {
  static constexpr TileFunction<Kind> table[] = {&Tile<Kind>::template compute<kRow + 1, kColumns>...};
  return table[rows - 1];
}

template <typename Kind, int kColumns = 1>
TileFunction<Kind> tile_function(int rows, int columns) {
  if constexpr (kColumns <= Isa::kColumns) {
    if (columns != kColumns) return tile_function<Kind, kColumns + 1>(rows, columns);
    return tile_function<Kind, kColumns>(rows, std::make_integer_sequence<int, Isa::kRows[kColumns - 1]>{});
  }
  return nullptr;
}

/// All pixels of the output, for the channels of one panel.
template <typename Kind>
void convolve_panel(const Tile<Kind>& tile, int columns, const typename Kind::Element* image,
                    typename Kind::Output* output) {
  const ConvolutionPlan& plan = tile.plan;
  const int piece = even_piece(plan.pixels, Isa::kRows[columns - 1]);
  const int last_piece = (plan.pixels - 1) % piece + 1;
  const TileFunction<Kind> whole = tile_function<Kind>(piece, columns);
  const TileFunction<Kind> last = tile_function<Kind>(last_piece, columns);
  for (int y = 0; y < plan.rows; ++y) {
    const typename Kind::Element* window = image + y * plan.row_step;
    int x = 0;
    for (; x + piece < plan.pixels; x += piece, window += piece * plan.pixel_step) {
      (tile.*whole)(window, output + std::ptrdiff_t{x} * plan.channels);
    }
    (tile.*last)(window, output + std::ptrdiff_t{x} * plan.channels);
    output += std::ptrdiff_t{plan.pixels} * plan.channels;
  }
}

template <typename Kind>
void convolve_image(const ConvolutionPlan& plan, const Quantized<Kind>& quantized, const typename Kind::Element* image,
                    typename Kind::Output* output) {
  const std::ptrdiff_t step_weights = std::ptrdiff_t{Isa::kLanes} * Kind::kGroup;
  const std::ptrdiff_t vector_weights = static_cast<std::ptrdiff_t>(plan.runs.size()) * plan.steps * step_weights;
  for (int vector = 0; vector < plan.vectors; vector += plan.panel) {
    const auto* weights = plan.weights.as<typename Kind::Weight>() + vector * vector_weights;
    const int columns = plan.vectors - vector < plan.panel ? plan.vectors - vector : plan.panel;
    convolve_panel<Kind>({plan, quantized, weights, vector}, columns, image, output + vector * Isa::kLanes);
  }
}

template <typename Kind>
void convolve(const ConvolutionPlan& plan, const typename Kind::Input* input, void* scratch,
              typename Kind::Output* output) {
  using Element = typename Kind::Element;
  for (int batch = 0; batch < plan.batches; ++batch, input += plan.image.input_elements) {
    const Element* image = reinterpret_cast<const Element*>(input);
    if (!plan.direct) {
      fill_image<Kind>(plan.image, input, static_cast<Element*>(scratch));
      image = static_cast<const Element*>(scratch);
    }
    convolve_image<Kind>(plan, {}, image, output);
    output += std::ptrdiff_t{plan.rows} * plan.pixels * plan.channels;
  }
}

}  // namespace

inline void convolve_bytes(const ConvolutionPlan& plan, const void* input, void* scratch, void* output) {
  convolve<ByteProduct>(plan, static_cast<const std::int8_t*>(input), scratch, static_cast<std::int8_t*>(output));
}

inline void convolve_floats(const ConvolutionPlan& plan, const void* input, void* scratch, void* output) {
  convolve<FloatProduct>(plan, static_cast<const float*>(input), scratch, static_cast<float*>(output));
}

/// In scratch: starts, factors, the padded image, the quantized input.
inline void convolve_hybrid(const ConvolutionPlan& plan, const void* from, void* scratch, void* to) {
  const auto* input = static_cast<const float*>(from);
  auto* output = static_cast<float*>(to);
  const int channels = plan.vectors * Isa::kLanes;
  auto* starts = static_cast<std::int32_t*>(scratch);
  auto* factors = reinterpret_cast<float*>(starts + channels);
  auto* image = reinterpret_cast<ByteProduct::Element*>(factors + channels);
  auto* bytes = reinterpret_cast<std::int8_t*>(image + plan.image.elements()) + AlignedBytes::kLine;
  for (int batch = 0; batch < plan.batches; ++batch, input += plan.image.input_elements) {
    const thimble_hybrid_row row = quantize_image(input, plan.image.input_elements, plan.asymmetric, bytes);
    HostImage padded = plan.image;
    padded.input_offset = -row.offset;
    fill_image<ByteProduct>(padded, bytes, image);
    const std::int32_t correction = ByteProduct::kUnsigned ? -row.offset - 128 : 0;
    for (int c = 0; c < channels; ++c) {
      starts[c] = plan.weight_sums.as<std::int32_t>()[c] * correction;
      factors[c] = plan.scales.as<float>()[c] * row.scale;
    }
    convolve_image<HybridProduct>(plan, {starts, factors}, image, output);
    output += std::ptrdiff_t{plan.rows} * plan.pixels * plan.channels;
  }
}

inline constexpr PackedLayout kByteLayout = {Isa::kLanes, Isa::kColumns, ByteProduct::kGroup,
                                             sizeof(ByteProduct::Element), ByteProduct::kUnsigned};
inline constexpr PackedLayout kFloatLayout = {Isa::kLanes, Isa::kColumns, FloatProduct::kGroup, sizeof(float), false};
