// Bodies of train_conv_pool_dense.cpp, for one instruction set (ops/each_isa.h).

inline constexpr int kLanes = Isa::kLanes;

/// images [samples][stride], `count` floats of each -> [count][16].
inline void interleave(const float* images, std::ptrdiff_t stride, int samples, int count, float* result) {
  for (int first = 0; first < kInterleaved; first += kLanes) {
    int p = 0;
    for (; p + kLanes <= count; p += kLanes) {
      Isa::Float v[kLanes];
      for (int s = 0; s < kLanes; ++s) {
        v[s] = first + s < samples ? Isa::load(images + (first + s) * stride + p) : Isa::all(0.0f);
      }
      transpose(v);
      for (int i = 0; i < kLanes; ++i) Isa::store(result + (p + i) * kInterleaved + first, v[i], kLanes);
    }
    for (; p < count; ++p) {
      for (int s = first; s < first + kLanes; ++s) {
        result[p * kInterleaved + s] = s < samples ? images[s * stride + p] : 0.0f;
      }
    }
  }
}

/// Likewise of images of bytes, times `scale`.
inline void interleave_bytes(const std::uint8_t* const* images, float scale, int samples, int count, float* result) {
  for (int first = 0; first < kInterleaved; first += kLanes) {
    int p = 0;
    for (; p + kLanes <= count; p += kLanes) {
      Isa::Float v[kLanes];
      for (int s = 0; s < kLanes; ++s) {
        v[s] = first + s < samples ? bytes_to_floats(images[first + s] + p) : Isa::all(0.0f);
      }
      transpose(v);
      for (int i = 0; i < kLanes; ++i) {
        Isa::store(result + (p + i) * kInterleaved + first, Isa::multiply(v[i], Isa::all(scale)), kLanes);
      }
    }
    for (; p < count; ++p) {
      for (int s = first; s < first + kLanes; ++s) {
        result[p * kInterleaved + s] = s < samples ? static_cast<float>(images[s][p]) * scale : 0.0f;
      }
    }
  }
}

/// The 4x4 pixels of one channel that the four convolutions under a maximum see.
struct Patch {
  Isa::Float at[4][4];
};

/// `row` and `pixel`: floats from one to the next.
THIMBLE_INLINE void load_patch(const float* image, std::ptrdiff_t row, std::ptrdiff_t pixel, Patch& patch) {
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j) patch.at[i][j] = Isa::load(image + i * row + j * pixel);
  }
}

/// The four sums += the patch * one channel's taps, which lie `channels` floats apart.
THIMBLE_INLINE void add_taps(const Patch& patch, const float* taps, int channels, Isa::Float (&sum)[2][2]) {
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      const Isa::Float tap = Isa::all(taps[(i * 3 + j) * channels]);
      for (int a = 0; a < 2; ++a) {
        for (int b = 0; b < 2; ++b) sum[a][b] = Isa::multiply_add(patch.at[a + i][b + j], tap, sum[a][b]);
      }
    }
  }
}

/// The greatest of the four, the first of equals, and which it is.
THIMBLE_INLINE void store_greatest(Isa::Float least, Isa::Float most, const Isa::Float (&sum)[2][2], float* output,
                                   std::uint8_t* code) {
  const Choice right_above = is_greater(sum[0][1], sum[0][0]);
  const Choice right_below = is_greater(sum[1][1], sum[1][0]);
  const Isa::Float above = Isa::greatest(sum[0][0], sum[0][1]);
  const Isa::Float below = Isa::greatest(sum[1][0], sum[1][1]);
  const Choice down = is_greater(below, above);
  save(down, code);
  save(choose_bits(down, right_below, right_above), code + 2);
  const Isa::Float y = Isa::greatest(above, below);
  Isa::store(output, Isa::clamp(y, least, most), kLanes);
}

/// Windows one after the other: where they are in an image whose first row is `top`.
class Walk {
 public:
  Walk(const ConvPoolDense& plan, int window, const float* image, int top)
      : column_(window % plan.pooled_w),
        columns_(plan.pooled_w),
        step_(std::ptrdiff_t{2} * plan.channels * kInterleaved),
        next_row_(2 * plan.row() - (columns_ - 1) * step_),
        place_(image + (2 * (window / plan.pooled_w) - top) * plan.row() + column_ * step_) {}
  const float* place() const { return place_; }
  void next() {
    const bool ends = ++column_ == columns_;
    place_ += ends ? next_row_ : step_;
    if (ends) column_ = 0;
  }

 private:
  int column_, columns_;
  std::ptrdiff_t step_, next_row_;
  const float* place_;
};

/// Windows [first, last) of one block of samples. kChannels: how many there are, where that is known.
template <int kChannels>
THIMBLE_INLINE void forward_windows(const ConvPoolDense& plan, int first, int last, const float* image, int top,
                                    const float* filter, const float* bias, float* output, std::uint8_t* code) {
  const int channels = kChannels > 0 ? kChannels : plan.channels, filters = plan.filters;
  const std::ptrdiff_t row = plan.row(), pixel = std::ptrdiff_t{channels} * kInterleaved;
  const Isa::Float least = Isa::all(plan.activation.least), most = Isa::all(plan.activation.most);
  Walk walk(plan, first, image, top);
  for (int window = first; window < last; ++window, walk.next()) {
    for (int lane = 0; lane < kInterleaved; lane += kLanes) {
      const float* place = walk.place() + lane;
      Patch patch;
      load_patch(place, row, pixel, patch);
      const float* taps = filter;
      for (int f = 0; f < filters; ++f, taps += 9 * channels) {
        const Isa::Float start = Isa::all(bias ? bias[f] : 0.0f);
        Isa::Float sum[2][2] = {{start, start}, {start, start}};
        add_taps(patch, taps, channels, sum);
        for (int c = 1; c < channels; ++c) {
          Patch other;
          load_patch(place + c * kInterleaved, row, pixel, other);
          add_taps(other, taps + c, channels, sum);
        }
        store_greatest(least, most, sum, output + f * kInterleaved + lane, code + f * kCodeBytes + lane / 8);
      }
    }
    output += filters * kInterleaved;
    code += filters * kCodeBytes;
  }
}

inline void conv_pool_forward(const ConvPoolDense& plan, int first, int last, const float* image, int top,
                              const float* filter, const float* bias, float* output, std::uint8_t* code) {
  if (plan.channels == 1) {
    forward_windows<1>(plan, first, last, image, top, filter, bias, output, code);
  } else {
    forward_windows<0>(plan, first, last, image, top, filter, bias, output, code);
  }
}

/// kFilters filters and one channel of `windows` windows: sum of gradient * the pixel that a tap saw, for each tap, and
/// with kBias of the gradients, which are 0 where the maximum is not strictly inside the activation's range. Filters
/// lie 16 floats apart in `gradient` and `maxima`, kCodeBytes in `code` and `next_filter` floats in `sums`.
template <int kFilters, bool kBias, int kChannels>
THIMBLE_INLINE void add_products(const ConvPoolDense& plan, int windows, Walk walk, std::ptrdiff_t offset,
                                 const float* gradient, const float* maxima, const std::uint8_t* code, float* sums,
                                 std::ptrdiff_t next_filter) {
  const Isa::Float least = Isa::all(plan.activation.least), most = Isa::all(plan.activation.most);
  const std::ptrdiff_t pixel = std::ptrdiff_t{kChannels > 0 ? kChannels : plan.channels} * kInterleaved;
  const std::ptrdiff_t row = plan.row(), step = std::ptrdiff_t{plan.filters} * kInterleaved;
  Isa::Float sum[kFilters][9], bias[kFilters];
  THIMBLE_UNROLL
  for (int f = 0; f < kFilters; ++f) {
    for (int t = 0; t < 9; ++t) sum[f][t] = Isa::load(sums + f * next_filter + t * pixel);
    if (kBias) bias[f] = Isa::load(sums + f * next_filter + 9 * pixel);
  }
  for (int window = 0; window < windows; ++window, walk.next()) {
    const float* place = walk.place() + offset;
    Isa::Float g[kFilters], above[4], below[4];
    Choice down[kFilters], right[kFilters];
    THIMBLE_UNROLL
    for (int f = 0; f < kFilters; ++f) {
      const Isa::Float y = Isa::load(maxima + f * kInterleaved);
      g[f] = load_where(both(is_greater(y, least), is_greater(most, y)), gradient + f * kInterleaved);
      down[f] = restore(code + f * kCodeBytes);
      right[f] = restore(code + f * kCodeBytes + 2);
      if (kBias) bias[f] = Isa::add(bias[f], g[f]);
    }
    for (int j = 0; j < 4; ++j) above[j] = Isa::load(place + j * pixel);
    THIMBLE_UNROLL
    for (int i = 0; i < 3; ++i) {
      place += row;
      for (int j = 0; j < 4; ++j) below[j] = Isa::load(place + j * pixel);
      for (int f = 0; f < kFilters; ++f) {
        Isa::Float left = choose(down[f], below[0], above[0]);
        for (int j = 0; j < 3; ++j) {
          const Isa::Float beside = choose(down[f], below[j + 1], above[j + 1]);
          sum[f][i * 3 + j] = Isa::multiply_add(g[f], choose(right[f], beside, left), sum[f][i * 3 + j]);
          left = beside;
        }
      }
      for (int j = 0; j < 4; ++j) above[j] = below[j];
    }
    gradient += step;
    maxima += step;
    code += plan.filters * kCodeBytes;
  }
  THIMBLE_UNROLL
  for (int f = 0; f < kFilters; ++f) {
    for (int t = 0; t < 9; ++t) Isa::store(sums + f * next_filter + t * pixel, sum[f][t], kLanes);
    if (kBias) Isa::store(sums + f * next_filter + 9 * pixel, bias[f], kLanes);
  }
}

/// The most filters at a time: what the registers hold.
inline constexpr int kFiltersAtOnce = kLanes == 16 ? 2 : 1;

/// All filters and the channel whose offset that is.
template <bool kBias, int kChannels>
THIMBLE_INLINE void add_channel(const ConvPoolDense& plan, int windows, const Walk& walk, std::ptrdiff_t offset,
                                const float* gradient, const float* maxima, const std::uint8_t* code, float* sums) {
  const std::ptrdiff_t next_filter = std::ptrdiff_t{plan.taps() + 1} * kInterleaved;
  int f = 0;
  for (; f + kFiltersAtOnce <= plan.filters; f += kFiltersAtOnce) {
    add_products<kFiltersAtOnce, kBias, kChannels>(plan, windows, walk, offset, gradient + f * kInterleaved,
                                                   maxima + f * kInterleaved, code + f * kCodeBytes,
                                                   sums + f * next_filter, next_filter);
  }
  for (; f < plan.filters; ++f) {
    add_products<1, kBias, kChannels>(plan, windows, walk, offset, gradient + f * kInterleaved,
                                      maxima + f * kInterleaved, code + f * kCodeBytes, sums + f * next_filter,
                                      next_filter);
  }
}

/// sums: for each filter its taps [3][3][channels], then its bias, 16 lanes each; they are added to.
inline void conv_pool_backward(const ConvPoolDense& plan, int first, int last, const float* image, int top,
                               const float* gradient, const float* maxima, const std::uint8_t* code, float* sums) {
  const Walk walk(plan, first, image, top);
  for (int lane = 0; lane < kInterleaved; lane += kLanes) {
    const float *g = gradient + lane, *y = maxima + lane;
    const std::uint8_t* bits = code + lane / 8;
    if (plan.channels == 1) {
      add_channel<true, 1>(plan, last - first, walk, lane, g, y, bits, sums + lane);
    } else {
      add_channel<true, 0>(plan, last - first, walk, lane, g, y, bits, sums + lane);
    }
    for (int c = 1; c < plan.channels; ++c) {
      const std::ptrdiff_t offset = std::ptrdiff_t{c} * kInterleaved + lane;
      add_channel<false, 0>(plan, last - first, walk, offset, g, y, bits, sums + offset);
    }
  }
}

/// totals[i] = the sum of the 16 lanes of sums[i]. Only the totals go from one thread to another.
inline void add_lanes(const float* sums, int count, float* totals) {
  int i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    Isa::Float total = Isa::all(0.0f);
    for (int lane = 0; lane < kInterleaved; lane += kLanes) {
      Isa::Float v[kLanes];
      for (int j = 0; j < kLanes; ++j) v[j] = Isa::load(sums + (i + j) * kInterleaved + lane);
      transpose(v);
      for (int j = 0; j < kLanes; ++j) total = Isa::add(total, v[j]);
    }
    Isa::store(totals + i, total, kLanes);
  }
  for (; i < count; ++i) {
    float total = 0.0f;
    for (int lane = 0; lane < kInterleaved; ++lane) total += sums[i * kInterleaved + lane];
    totals[i] = total;
  }
}

/// kRows x kVectors vectors: c[r] = the sum over i < k of a[r * kRow + i * kColumn] * b[i * ldb ...], and over `blocks`
/// of such products, whose left sides lie `a_block` floats apart and whose right sides follow each other.
template <int kRows, int kVectors, int kRow, int kColumn>
THIMBLE_INLINE void product_tile(int blocks, int k, const float* a, std::ptrdiff_t a_block, const float* b,
                                 std::ptrdiff_t ldb, float* c, std::ptrdiff_t ldc) {
  Isa::Float sum[kRows][kVectors];
  THIMBLE_UNROLL
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) sum[r][v] = Isa::all(0.0f);
  }
  for (int block = 0; block < blocks; ++block) {
    const float* left = a + block * a_block;
    for (int i = 0; i < k; ++i, left += kColumn, b += ldb) {
      Isa::Float right[kVectors];
      for (int v = 0; v < kVectors; ++v) right[v] = Isa::load(b + v * kLanes);
      THIMBLE_UNROLL
      for (int r = 0; r < kRows; ++r) {
        const Isa::Float one = Isa::all(left[r * kRow]);
        for (int v = 0; v < kVectors; ++v) sum[r][v] = Isa::multiply_add(one, right[v], sum[r][v]);
      }
    }
  }
  THIMBLE_UNROLL
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) Isa::store(c + r * ldc + v * kLanes, sum[r][v], kLanes);
  }
}

inline constexpr int kTileVectors16 = 16 / kLanes;                // of 16 columns
inline constexpr int kTileRows16 = kTileVectors16 == 1 ? 14 : 6;  // what the registers hold
inline constexpr int kSampleRows = kTileVectors16 == 1 ? 16 : 4;  // divides 16

/// One block of samples, `depth` elements of the input: result[16 samples][result_stride] = transpose of input
/// [depth][16] * weights [depth][packed_units].
inline void dense_forward(const ConvPoolDense& plan, int depth, const float* input, const float* weights, float* result,
                          std::ptrdiff_t result_stride) {
  for (int u = 0; u < plan.packed_units; u += 16) {
    for (int s = 0; s < kInterleaved; s += kSampleRows) {
      product_tile<kSampleRows, kTileVectors16, 1, kInterleaved>(1, depth, input + s, 0, weights + u, plan.packed_units,
                                                                 result + s * result_stride + u, result_stride);
    }
  }
}

/// result[depth][16] = weights [depth][packed_units] * gradient [units][16].
template <int kPacked>
THIMBLE_INLINE void input_gradient(int units, int depth, const float* weights, const float* gradient, float* result) {
  int d = 0;
  for (; d + kTileRows16 <= depth; d += kTileRows16) {
    product_tile<kTileRows16, kTileVectors16, kPacked, 1>(1, units, weights + d * kPacked, 0, gradient, kInterleaved,
                                                          result + d * kInterleaved, kInterleaved);
  }
  for (; d < depth; ++d) {
    product_tile<1, kTileVectors16, kPacked, 1>(1, units, weights + d * kPacked, 0, gradient, kInterleaved,
                                                result + d * kInterleaved, kInterleaved);
  }
}

inline void dense_input_gradient(const ConvPoolDense& plan, int depth, const float* weights, const float* gradient,
                                 float* result) {
  switch (plan.packed_units) {
    case 16:
      return input_gradient<16>(plan.units, depth, weights, gradient, result);
    case 32:
      return input_gradient<32>(plan.units, depth, weights, gradient, result);
    case 64:
      return input_gradient<64>(plan.units, depth, weights, gradient, result);
    default:
      return input_gradient<128>(plan.units, depth, weights, gradient, result);
  }
}

/// result[depth][packed_units] = input [depth][16] * gradient [16][packed_units], over `blocks` of samples, whose
/// inputs lie `stride` floats apart.
inline void dense_weight_gradient(const ConvPoolDense& plan, int blocks, int depth, const float* input,
                                  std::ptrdiff_t stride, const float* gradient, float* result) {
  const std::ptrdiff_t packed = plan.packed_units;
  for (int u = 0; u < packed; u += 16) {
    int d = 0;
    for (; d + kTileRows16 <= depth; d += kTileRows16) {
      product_tile<kTileRows16, kTileVectors16, kInterleaved, 1>(blocks, kInterleaved, input + d * kInterleaved, stride,
                                                                 gradient + u, packed, result + d * packed + u, packed);
    }
    for (; d < depth; ++d) {
      product_tile<1, kTileVectors16, kInterleaved, 1>(blocks, kInterleaved, input + d * kInterleaved, stride,
                                                       gradient + u, packed, result + d * packed + u, packed);
    }
  }
}
