#include "ops/host_depthwise.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "ops/host_depthwise_plan.h"

#define THIMBLE_BODY "ops/host_depthwise_body.h"
#include "ops/each_isa.h"

namespace thimble {
namespace {

#if defined(THIMBLE_HOST_BODIES)

/// Which operand is the output: after input, filter, bias and, for bytes, requant.
constexpr std::size_t kByteOutput = 4;
constexpr std::size_t kFloatOutput = 3;

/// A body, and how it wants its data.
struct Variant {
  void (*run)(const DepthwisePlan&, const void* input, void* scratch, void* output) = nullptr;
  ChannelLayout layout;
};

std::int64_t packed_weights(const DepthwisePlan& plan, const ChannelLayout& layout) {
  return std::int64_t{plan.blocks} * layout.block() * plan.groups * layout.group * plan.filter_w;
}

/// Elements of the woven rows; none are woven without groups.
std::int64_t woven_elements(const DepthwisePlan& plan, const ChannelLayout& layout) {
  return layout.group == 1 ? 0 : plan.groups * std::int64_t{plan.group_step};
}

/// The plan but for its weights; none when it would be very large.
std::unique_ptr<DepthwisePlan> make_plan(const thimble_window& w, std::int32_t input_offset,
                                         const ChannelLayout& layout) {
  const std::optional<HostImage> image = host_image(w, w.output_c, layout.block(), input_offset);
  if (!image) return nullptr;
  auto plan = std::make_unique<DepthwisePlan>();
  plan->image = *image;
  plan->batches = w.batches;
  plan->rows = w.output_h;
  plan->pixels = w.output_w;
  plan->filter_h = w.filter_h;
  plan->filter_w = w.filter_w;
  plan->groups = (w.filter_h + layout.group - 1) / layout.group;
  plan->channels = w.output_c;
  plan->blocks = image->pixel / layout.block();
  plan->tap_row_step = std::ptrdiff_t{w.dilation_h} * image->width * image->pixel;
  plan->row_step = std::ptrdiff_t{w.stride_h} * image->width * image->pixel;
  const bool woven = layout.group > 1;
  const std::ptrdiff_t column = woven ? layout.block() * layout.group : image->pixel;
  plan->block_step = woven ? column * image->width : layout.block();
  plan->group_step = woven ? plan->block_step * plan->blocks : plan->tap_row_step;
  plan->column_step = column * w.dilation_w;
  plan->pixel_step = column * w.stride_w;
  const bool small =
      packed_weights(*plan, layout) <= kMostHostElements && woven_elements(*plan, layout) <= kMostHostElements;
  return small ? std::move(plan) : nullptr;
}

template <typename T>
void pack(DepthwisePlan& plan, const ChannelLayout& layout, const T* filter) {
  plan.weights = AlignedBytes(static_cast<std::size_t>(packed_weights(plan, layout) * layout.element_bytes));
  auto put = [&, to = plan.weights.as<std::uint8_t>()](T value) mutable {
    if (layout.element_bytes == sizeof(T)) {
      std::copy_n(reinterpret_cast<const std::uint8_t*>(&value), sizeof(T), to);
    } else {
      const auto wide = static_cast<std::int16_t>(value);
      std::copy_n(reinterpret_cast<const std::uint8_t*>(&wide), sizeof wide, to);
    }
    to += layout.element_bytes;
  };
  for (int block = 0; block < plan.blocks; ++block) {
    for (int group = 0; group < plan.groups; ++group) {
      for (int j = 0; j < plan.filter_w; ++j) {
        for (int lane = 0; lane < layout.block(); ++lane) {
          const int c = block * layout.block() + layout.channel(lane / layout.lanes, lane % layout.lanes);
          for (int i = group * layout.group; i < (group + 1) * layout.group; ++i) {
            const bool inside = c < plan.channels && i < plan.filter_h;
            put(inside ? filter[(std::ptrdiff_t{i} * plan.filter_w + j) * plan.channels + c] : T{});
          }
        }
      }
    }
  }
}

/// The bias of each channel with what its weights make of elements that are not inputs + offset; the factors. Returns
/// whether vectors can apply them.
bool set_requant(DepthwisePlan& plan, const ChannelLayout& layout, const ByteConvolution& c) {
  HostRequant& requant = plan.requant =
      HostRequant(plan.blocks * layout.vectors, layout.lanes, c.output_offset, c.output_min, c.output_max);
  for (int vector = 0; vector < plan.blocks * layout.vectors; ++vector) {
    for (int lane = 0; lane < layout.lanes; ++lane) {
      const int channel = vector / layout.vectors * layout.block() + layout.channel(vector % layout.vectors, lane);
      if (channel >= plan.channels) continue;
      std::int64_t sum = 0, magnitudes = 0;
      for (int tap = 0; tap < plan.filter_h * plan.filter_w; ++tap) {
        const std::int8_t weight = c.filter[std::ptrdiff_t{tap} * plan.channels + channel];
        sum += weight;
        magnitudes += std::abs(weight);
      }
      const std::int32_t bias = c.bias ? c.bias[channel] : 0;
      const std::int64_t correction = layout.unsigned_bytes ? sum * (c.input_offset - 128) : 0;
      requant.set(vector, lane, static_cast<std::int32_t>(bias + correction), c.requant[channel],
                  std::abs(std::int64_t{bias}) + 255 * magnitudes);
    }
  }
  return requant.vectorized;
}

HostKernel kernel_of(std::unique_ptr<DepthwisePlan> plan, const Variant& variant, std::size_t output) {
  HostKernel kernel;
  const std::size_t image = plan->direct ? 0 : plan->image.elements();
  kernel.scratch_bytes = (image + static_cast<std::size_t>(woven_elements(*plan, variant.layout))) *
                         static_cast<std::size_t>(variant.layout.element_bytes);
  kernel.run = [plan = std::shared_ptr<const DepthwisePlan>(std::move(plan)), run = variant.run, output](
                   void* const* pointers, void* scratch) { run(*plan, pointers[0], scratch, pointers[output]); };
  return kernel;
}

#endif

}  // namespace

std::optional<HostKernel> host_depthwise(const ByteConvolution& convolution) {
#if defined(THIMBLE_HOST_BODIES)
  const Variant variant = best_variant<Variant>({avx2::depthwise_bytes, avx2::kByteChannels},
                                                {avx512::depthwise_bytes, avx512::kByteChannels});
  if (!variant.run || !within_bytes(convolution)) return std::nullopt;
  auto plan = make_plan(convolution.window, convolution.input_offset, variant.layout);
  if (!plan || !set_requant(*plan, variant.layout, convolution)) return std::nullopt;
  pack(*plan, variant.layout, convolution.filter);
  return kernel_of(std::move(plan), variant, kByteOutput);
#else
  (void)convolution;
  return std::nullopt;
#endif
}

std::optional<HostKernel> host_depthwise(const FloatConvolution& convolution) {
#if defined(THIMBLE_HOST_BODIES)
  const Variant variant = best_variant<Variant>({avx2::depthwise_floats, avx2::kFloatChannels},
                                                {avx512::depthwise_floats, avx512::kFloatChannels});
  if (!variant.run) return std::nullopt;
  auto plan = make_plan(convolution.window, 0, variant.layout);
  if (!plan) return std::nullopt;
  plan->direct = plan->image.same_layout();
  plan->output_min = convolution.output_min;
  plan->output_max = convolution.output_max;
  pack(*plan, variant.layout, convolution.filter);
  plan->bias = AlignedBytes(static_cast<std::size_t>(plan->image.pixel) * sizeof(float));
  if (convolution.bias) std::copy_n(convolution.bias, plan->channels, plan->bias.as<float>());
  return kernel_of(std::move(plan), variant, kFloatOutput);
#else
  (void)convolution;
  return std::nullopt;
#endif
}

}  // namespace thimble
