// Host bodies of pooling: first down the columns, a row of the image at a time, then along the row.
#pragma once

#include <optional>

#include "kernel/window.h"
#include "ops/host_image.h"
#include "ops/kernel_call.h"
#include "ops/simd.h"

namespace thimble {

/// How many elements of a row are put together at once.
inline constexpr int kPoolLanes = 8;

/// Rule: types Element and Sum; Sum start(), Sum add(Sum, Element), Sum join(Sum, Sum), Element finish(Sum, int count).
template <typename Rule>
struct Pooling {
  using Element = typename Rule::Element;
  using Sum = typename Rule::Sum;
  typedef Sum Vector __attribute__((vector_size(kPoolLanes * sizeof(Sum))));

  thimble_window window;
  Rule rule;

  /// `sums` holds a row of the image.
  THIMBLE_INLINE void run(const Element* __restrict input, Sum* __restrict sums, Element* __restrict output) const {
    const thimble_window& w = window;
    const std::ptrdiff_t row = std::ptrdiff_t{w.input_w} * w.input_c;
    for (int b = 0; b < w.batches; ++b, input += w.input_h * row) {
      for (int y = 0; y < w.output_h; ++y) {
        const int top = y * w.stride_h - w.pad_top;
        const thimble_taps rows = thimble_taps_inside(top, w.filter_h, 1, w.input_h);
        for (std::ptrdiff_t e = 0; e < row; ++e) sums[e] = rule.start();
        for (int i = rows.first; i < rows.last; ++i) {
          const Element* from = input + (top + i) * row;
          for (std::ptrdiff_t e = 0; e < row; ++e) sums[e] = rule.add(sums[e], from[e]);
        }
        for (int x = 0; x < w.output_w; ++x, output += w.input_c) {
          const int left = x * w.stride_w - w.pad_left;
          const thimble_taps columns = thimble_taps_inside(left, w.filter_w, 1, w.input_w);
          const Sum* first = sums + std::ptrdiff_t{left + columns.first} * w.input_c;
          pixel(first, columns.last - columns.first, rows.last - rows.first, output);
        }
      }
    }
  }

 private:
  THIMBLE_INLINE void pixel(const Sum* first, int columns, int rows, Element* output) const {
    const int channels = window.input_c;
    const int count = rows * columns;
    int c = 0;
    for (; c + kPoolLanes <= channels; c += kPoolLanes) {
      Vector sum = rule.start() - Vector{};
      for (int j = 0; j < columns; ++j) {
        Vector next;
        __builtin_memcpy(&next, first + std::ptrdiff_t{j} * channels + c, sizeof next);
        sum = rule.join(sum, next);
      }
      for (int k = 0; k < kPoolLanes; ++k) output[c + k] = rule.finish(sum[k], count);
    }
    for (; c < channels; ++c) {
      Sum sum = rule.start();
      for (int j = 0; j < columns; ++j) sum = rule.join(sum, first[std::ptrdiff_t{j} * channels + c]);
      output[c] = rule.finish(sum, count);
    }
  }
};

/// The body of a call with the operands input, output.
template <typename Rule>
HostFactory host_pool(const thimble_window& window, const Rule& rule) {
  return [pooling = Pooling<Rule>{window, rule}]() -> std::optional<HostKernel> {
    const thimble_window& w = pooling.window;
    const std::int64_t row = std::int64_t{w.input_w} * w.input_c;
    if (row > kMostHostElements) return std::nullopt;
    HostKernel kernel;
    kernel.scratch_bytes = sizeof(typename Rule::Sum) * static_cast<std::size_t>(row);
    kernel.run = [pooling](void* const* pointers, void* scratch) {
      simd([&](auto) THIMBLE_INLINE_LAMBDA {
        pooling.run(static_cast<const typename Rule::Element*>(pointers[0]), static_cast<typename Rule::Sum*>(scratch),
                    static_cast<typename Rule::Element*>(pointers[1]));
      });
    };
    return kernel;
  };
}

}  // namespace thimble
