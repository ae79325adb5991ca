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

/// The 4x4 pixels of one channel that the four convolutions under a maximum see.
struct Patch {
  Isa::Float at[4][4];
};

THIMBLE_INLINE void load_patch(const ConvPoolDense& plan, const float* image, Patch& patch) {
  for (int i = 0; i < 4; ++i, image += plan.row()) {
    for (int j = 0; j < 4; ++j) patch.at[i][j] = Isa::load(image + j * std::ptrdiff_t{plan.channels} * kInterleaved);
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
THIMBLE_INLINE void store_greatest(const FusedActivation& activation, const Isa::Float (&sum)[2][2], float* output,
                                   std::uint8_t* code) {
  const Choice right_above = is_greater(sum[0][1], sum[0][0]);
  const Choice right_below = is_greater(sum[1][1], sum[1][0]);
  const Isa::Float above = Isa::greatest(sum[0][0], sum[0][1]);
  const Isa::Float below = Isa::greatest(sum[1][0], sum[1][1]);
  const Choice down = is_greater(below, above);
  save(down, code);
  save(choose_bits(down, right_below, right_above), code + 2);
  const Isa::Float y = Isa::greatest(above, below);
  Isa::store(output, Isa::clamp(y, Isa::all(activation.least), Isa::all(activation.most)), kLanes);
}

/// Where windows are in an image whose first row is `top`.
THIMBLE_INLINE std::ptrdiff_t place_of(const ConvPoolDense& plan, int window, int top) {
  const int y = window / plan.pooled_w, x = window - y * plan.pooled_w;
  return (2 * y - top) * plan.row() + std::ptrdiff_t{2 * x} * plan.channels * kInterleaved;
}

/// Windows [first, last) of one block of samples.
inline void conv_pool_forward(const ConvPoolDense& plan, int first, int last, const float* image, int top,
                              const float* filter, const float* bias, float* output, std::uint8_t* code) {
  for (int window = first; window < last; ++window) {
    for (int lane = 0; lane < kInterleaved; lane += kLanes) {
      const float* place = image + place_of(plan, window, top) + lane;
      Patch patch;
      load_patch(plan, place, patch);
      for (int f = 0; f < plan.filters; ++f) {
        const float* taps = filter + f * plan.taps();
        const Isa::Float start = Isa::all(bias ? bias[f] : 0.0f);
        Isa::Float sum[2][2] = {{start, start}, {start, start}};
        add_taps(patch, taps, plan.channels, sum);
        for (int c = 1; c < plan.channels; ++c) {
          Patch other;
          load_patch(plan, place + c * kInterleaved, other);
          add_taps(other, taps + c, plan.channels, sum);
        }
        store_greatest(plan.activation, sum, output + f * kInterleaved + lane, code + f * kCodeBytes + lane / 8);
      }
    }
    output += plan.filters * kInterleaved;
    code += plan.filters * kCodeBytes;
  }
}

/// gradient = 0 where the output is not strictly inside the activation's range.
inline void mask(const FusedActivation& activation, std::ptrdiff_t count, const float* output, float* gradient) {
  const Isa::Float least = Isa::all(activation.least), most = Isa::all(activation.most);
  for (std::ptrdiff_t i = 0; i < count; i += kLanes) {
    const Isa::Float y = Isa::load(output + i);
    const Isa::Float g = keep_where(is_greater(y, least), Isa::load(gradient + i));
    Isa::store(gradient + i, keep_where(is_greater(most, y), g), kLanes);
  }
}

/// sum[tap] += gradient * the pixel that the tap saw, of one filter and channel.
THIMBLE_INLINE void add_products(const Patch& patch, Choice down, Choice right, Isa::Float g, Isa::Float (&sum)[9]) {
  for (int i = 0; i < 3; ++i) {
    Isa::Float row[4];
    for (int j = 0; j < 4; ++j) row[j] = choose(down, patch.at[i + 1][j], patch.at[i][j]);
    for (int j = 0; j < 3; ++j) {
      sum[i * 3 + j] = Isa::multiply_add(g, choose(right, row[j + 1], row[j]), sum[i * 3 + j]);
    }
  }
}

/// sums: for each filter its taps [3][3][channels], then its bias, 16 lanes each; they are added to.
inline void conv_pool_backward(const ConvPoolDense& plan, int first, int last, const float* image, int top,
                               const float* gradient, const std::uint8_t* code, float* sums) {
  const std::ptrdiff_t step = std::ptrdiff_t{plan.filters} * kInterleaved;
  for (int lane = 0; lane < kInterleaved; lane += kLanes) {
    float* filter = sums + lane;
    for (int f = 0; f < plan.filters; ++f, filter += (plan.taps() + 1) * kInterleaved) {
      for (int c = 0; c < plan.channels; ++c) {
        float* place = filter + c * kInterleaved;
        Isa::Float sum[9], bias = Isa::all(0.0f);
        for (int t = 0; t < 9; ++t) sum[t] = Isa::load(place + t * plan.channels * kInterleaved);
        const float* g = gradient + f * kInterleaved + lane;
        const std::uint8_t* bits = code + f * kCodeBytes + lane / 8;
        for (int window = first; window < last; ++window, g += step, bits += plan.filters * kCodeBytes) {
          Patch patch;
          load_patch(plan, image + place_of(plan, window, top) + c * kInterleaved + lane, patch);
          const Isa::Float value = Isa::load(g);
          add_products(patch, restore(bits), restore(bits + 2), value, sum);
          bias = Isa::add(bias, value);
        }
        for (int t = 0; t < 9; ++t) Isa::store(place + t * plan.channels * kInterleaved, sum[t], kLanes);
        float* total = filter + plan.taps() * kInterleaved;
        if (c == 0) Isa::store(total, Isa::add(Isa::load(total), bias), kLanes);
      }
    }
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
