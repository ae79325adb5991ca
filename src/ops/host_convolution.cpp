#include "ops/host_convolution.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "ops/host_convolution_plan.h"
#include "ops/host_joined_pixels.h"

#define THIMBLE_BODY "ops/host_convolution_body.h"
#include "ops/each_isa.h"

namespace thimble {
namespace {

#if defined(THIMBLE_HOST_BODIES)

using Body = void(const ConvolutionPlan&, const void* input, void* scratch, void* output);

/// Which operand is the output.
constexpr std::size_t kByteOutput = 4;
constexpr std::size_t kFloatOutput = 3;
constexpr std::size_t kHybridOutput = 5;

/// A body, and how it wants its weights.
struct Variant {
  Body* run = nullptr;
  PackedLayout layout;
};

/// All pixels of all images (or of the one that there is) as one row, where a window is one pixel.
template <typename Convolution>
Convolution flattened(Convolution convolution) {
  thimble_window& w = convolution.window;
  const bool pointwise = w.filter_h == 1 && w.filter_w == 1 && w.stride_h == 1 && w.stride_w == 1;
  if (!pointwise || w.pad_top != 0 || w.pad_left != 0) return convolution;
  if (std::is_same_v<Convolution, HybridConvolution> && w.batches > 1) return convolution;  // scales differ by image
  w.input_w *= w.input_h * w.batches;
  w.output_w = w.input_w;
  w.input_h = w.output_h = w.batches = 1;
  return convolution;
}

/// As the body computes it.
template <typename Convolution>
JoinedPixels<Convolution> joined(const Convolution& convolution, const PackedLayout& layout) {
  const Convolution flat = flattened(convolution);
  return {flat, pixels_to_join(flat.window, layout.lanes, layout.group)};
}

/// The runs of elements that a window sees, from its first one, all of the same length, which is returned.
int find_runs(const thimble_window& w, const HostImage& image, std::vector<std::ptrdiff_t>& runs) {
  const bool together = w.dilation_w == 1;
  const int pieces = together ? 1 : w.filter_w;
  for (int i = 0; i < w.filter_h; ++i) {
    for (int j = 0; j < pieces; ++j) {
      runs.push_back((std::ptrdiff_t{i} * w.dilation_h * image.width + std::ptrdiff_t{j} * w.dilation_w) *
                     image.channels);
    }
  }
  return together ? w.filter_w * w.input_c : w.input_c;
}

/// The plan but for its weights; none when it would be very large.
std::unique_ptr<ConvolutionPlan> make_plan(const thimble_window& w, std::int32_t input_offset,
                                           const PackedLayout& layout) {
  const std::optional<HostImage> image = host_image(w, w.input_c, 1, input_offset);
  if (!image) return nullptr;
  auto plan = std::make_unique<ConvolutionPlan>();
  plan->image = *image;
  plan->batches = w.batches;
  plan->rows = w.output_h;
  plan->pixels = w.output_w;
  plan->row_step = std::ptrdiff_t{w.stride_h} * image->width * image->channels;
  plan->pixel_step = std::ptrdiff_t{w.stride_w} * image->channels;
  plan->run = find_runs(w, *image, plan->runs);
  plan->steps = (plan->run + layout.group - 1) / layout.group;
  plan->channels = w.output_c;
  plan->vectors = (w.output_c + layout.lanes - 1) / layout.lanes;
  plan->panel = even_piece(plan->vectors, layout.columns);
  return plan->packed_weights(layout) <= kMostHostElements ? std::move(plan) : nullptr;
}

/// Weight = the body's type.
template <typename Weight, typename Source>
void pack(ConvolutionPlan& plan, const PackedLayout& layout, const Source* filter) {
  plan.weights = AlignedBytes(static_cast<std::size_t>(plan.packed_weights(layout)) * sizeof(Weight));
  const std::ptrdiff_t filter_size = static_cast<std::ptrdiff_t>(plan.runs.size()) * plan.run;
  auto* to = plan.weights.as<Weight>();
  for (int first = 0; first < plan.vectors; first += plan.panel) {
    const int columns = std::min(plan.panel, plan.vectors - first);
    for (std::size_t run = 0; run < plan.runs.size(); ++run) {
      const Source* from = filter + static_cast<std::ptrdiff_t>(run) * plan.run;
      for (int element = 0; element < plan.steps * layout.group; element += layout.group) {
        for (int channel = first * layout.lanes; channel < (first + columns) * layout.lanes; ++channel) {
          for (int g = element; g < element + layout.group; ++g, ++to) {
            if (channel < plan.channels && g < plan.run) *to = static_cast<Weight>(from[channel * filter_size + g]);
          }
        }
      }
    }
  }
}

/// By channel, with zeros in what the last vector holds beyond them.
template <typename T>
AlignedBytes by_channel(const ConvolutionPlan& plan, const PackedLayout& layout, const T* values) {
  AlignedBytes result(static_cast<std::size_t>(plan.vectors * layout.lanes) * sizeof(T));
  if (values) std::copy_n(values, plan.channels, result.as<T>());
  return result;
}

/// `output`: which operand.
HostKernel kernel_of(std::unique_ptr<ConvolutionPlan> plan, const Variant& variant, std::size_t output) {
  HostKernel kernel;
  if (!plan->direct) {  // the last group of the last run may reach beyond the image
    kernel.scratch_bytes =
        plan->image.elements() * static_cast<std::size_t>(variant.layout.element_bytes) + AlignedBytes::kLine;
  }
  kernel.run = [plan = std::shared_ptr<const ConvolutionPlan>(std::move(plan)), run = variant.run, output](
                   void* const* pointers, void* scratch) { run(*plan, pointers[0], scratch, pointers[output]); };
  return kernel;
}

/// The bias of each channel with what its weights make of elements that are not inputs + offset; the factors.
void set_requant(ConvolutionPlan& plan, const PackedLayout& layout, const ByteConvolution& c) {
  HostRequant& requant = plan.requant =
      HostRequant(plan.vectors, layout.lanes, c.output_offset, c.output_min, c.output_max);
  requant.round_once = c.round_once;
  const std::ptrdiff_t filter_size = static_cast<std::ptrdiff_t>(plan.runs.size()) * plan.run;
  for (int channel = 0; channel < plan.channels; ++channel) {
    std::int64_t sum = 0, magnitudes = 0;
    for (std::ptrdiff_t i = 0; i < filter_size; ++i) {
      sum += c.filter[channel * filter_size + i];
      magnitudes += std::abs(c.filter[channel * filter_size + i]);
    }
    const std::int32_t bias = c.bias ? c.bias[channel] : 0;
    const std::int64_t correction = layout.unsigned_bytes ? sum * (c.input_offset - 128) : 0;
    requant.set(channel / layout.lanes, channel % layout.lanes, static_cast<std::int32_t>(bias + correction),
                c.requant[c.per_channel ? channel : 0], std::abs(std::int64_t{bias}) + 255 * magnitudes);
  }
}

#endif

}  // namespace

std::optional<HostKernel> host_convolution(const ByteConvolution& convolution) {
#if defined(THIMBLE_HOST_BODIES)
  const Variant variant =
      best_variant<Variant>({avx2::convolve_bytes, avx2::kByteLayout}, {avx512::convolve_bytes, avx512::kByteLayout});
  if (!variant.run || !within_bytes(convolution)) return std::nullopt;
  const JoinedPixels<ByteConvolution> joined_pixels = joined(convolution, variant.layout);
  const ByteConvolution& c = joined_pixels.convolution();
  auto plan = make_plan(c.window, c.input_offset, variant.layout);
  if (!plan) return std::nullopt;
  pack<std::int8_t>(*plan, variant.layout, c.filter);
  set_requant(*plan, variant.layout, c);
  return kernel_of(std::move(plan), variant, kByteOutput);
#else
  (void)convolution;
  return std::nullopt;
#endif
}

std::optional<HostKernel> host_convolution(const FloatConvolution& convolution) {
#if defined(THIMBLE_HOST_BODIES)
  const Variant variant = best_variant<Variant>({avx2::convolve_floats, avx2::kFloatLayout},
                                                {avx512::convolve_floats, avx512::kFloatLayout});
  if (!variant.run) return std::nullopt;
  const JoinedPixels<FloatConvolution> joined_pixels = joined(convolution, variant.layout);
  const FloatConvolution& c = joined_pixels.convolution();
  auto plan = make_plan(c.window, 0, variant.layout);
  if (!plan) return std::nullopt;
  plan->direct = plan->image.same_layout();
  plan->output_min = c.output_min;
  plan->output_max = c.output_max;
  pack<float>(*plan, variant.layout, c.filter);
  plan->bias = by_channel(*plan, variant.layout, c.bias);
  return kernel_of(std::move(plan), variant, kFloatOutput);
#else
  (void)convolution;
  return std::nullopt;
#endif
}

std::optional<HostKernel> host_convolution(const HybridConvolution& convolution) {
#if defined(THIMBLE_HOST_BODIES)
  const Variant variant =
      best_variant<Variant>({avx2::convolve_hybrid, avx2::kByteLayout}, {avx512::convolve_hybrid, avx512::kByteLayout});
  if (!variant.run) return std::nullopt;
  const JoinedPixels<HybridConvolution> joined_pixels = joined(convolution, variant.layout);
  const HybridConvolution& c = joined_pixels.convolution();
  auto plan = make_plan(c.window, 0, variant.layout);
  if (!plan) return std::nullopt;
  plan->asymmetric = c.asymmetric;
  plan->output_min = c.output_min;
  plan->output_max = c.output_max;
  pack<std::int8_t>(*plan, variant.layout, c.filter);
  plan->bias = by_channel(*plan, variant.layout, c.bias);
  plan->scales = by_channel(*plan, variant.layout, c.scales);
  std::vector<std::int32_t> sums;
  const std::ptrdiff_t filter_size = static_cast<std::ptrdiff_t>(plan->runs.size()) * plan->run;
  for (const std::int8_t* filter = c.filter; std::cmp_less(sums.size(), plan->channels); filter += filter_size) {
    sums.push_back(std::accumulate(filter, filter + filter_size, 0));
  }
  plan->weight_sums = by_channel(*plan, variant.layout, sums.data());
  const std::size_t channels = static_cast<std::size_t>(plan->vectors * variant.layout.lanes);
  const std::size_t more =
      channels * (sizeof(std::int32_t) + sizeof(float)) + static_cast<std::size_t>(plan->image.input_elements);
  HostKernel kernel = kernel_of(std::move(plan), variant, kHybridOutput);
  kernel.scratch_bytes += more;
  return kernel;
#else
  (void)convolution;
  return std::nullopt;
#endif
}

}  // namespace thimble
