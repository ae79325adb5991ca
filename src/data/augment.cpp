#include "data/augment.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace thimble {
namespace {

/// Mean 0, standard deviation 1: the sum of four uniform numbers (Irwin, Hall), the same bits on every machine.
float normal(Random& random) {
  std::uint64_t bits = random.next();
  std::uint32_t sum = 0;
  for (int i = 0; i < 4; ++i, bits >>= 16) sum += static_cast<std::uint32_t>(bits & 0xffff);
  return (static_cast<float>(sum) * 0x1p-16F - 2.0F) * std::numbers::sqrt3_v<float>;
}

std::size_t part_of(float part, std::size_t whole) {
  return std::min(whole, static_cast<std::size_t>(std::lround(part * static_cast<float>(whole))));
}

/// Uniform in 0 to `most`.
std::size_t up_to(Random& random, std::size_t most) { return random.below(static_cast<std::uint32_t>(most + 1)); }

bool coin(Random& random) { return (random.next() >> 63) != 0; }

}  // namespace

bool Augmentation::moves_pixels() const {
  return shift != 0 || rotate != 0 || zoom != 0 || shear != 0 || elastic != 0 || !flip.empty();
}

bool Augmentation::any() const {
  return moves_pixels() || cutout != 0 || time_shift != 0 || time_masks != 0 || frequency_masks != 0 || noise != 0 ||
         mixup != 0;
}

/// Of two powers of uniform numbers whose sum is at most 1, the first one's part of the sum is Beta-distributed (Johnk
/// 1964).
Mix draw_mix(float alpha, std::size_t samples, Random random) {
  Mix mix;
  mix.partner = random.below(static_cast<std::uint32_t>(samples));
  const double exponent = 1.0 / double{alpha};
  double first = 0.0, second = 0.0;
  do {
    first = std::pow(double{random.uniform()}, exponent);
    second = std::pow(double{random.uniform()}, exponent);
  } while (first + second > 1.0 || first + second <= 0.0);
  mix.share = static_cast<float>(first / (first + second));
  return mix;
}

Augmenter::Augmenter(const Augmentation& augmentation, std::span<const std::int32_t> sample_shape)
    : options_(augmentation) {
  const bool image = sample_shape.size() == 3;
  const bool spectrogram = sample_shape.size() == 2 || (image && sample_shape[2] == 1);
  require(image || (!options_.moves_pixels() && options_.cutout == 0),
          "only images, of height x width x channels, can be shifted, rotated, zoomed, sheared, flipped, bent or cut; "
          "the samples have {} dimensions",
          sample_shape.size());
  require(spectrogram || (options_.time_shift == 0 && options_.time_masks == 0 && options_.frequency_masks == 0),
          "only spectrograms, of time x frequency, can be shifted or masked in time or frequency");
  if (sample_shape.size() >= 2) {
    rows_ = static_cast<std::size_t>(sample_shape[0]);
    columns_ = static_cast<std::size_t>(sample_shape[1]);
    if (image) channels_ = static_cast<std::size_t>(sample_shape[2]);
  }
  if (options_.elastic == 0) return;
  const auto places = [&](std::size_t size) {
    std::vector<SplinePlace> result(size);
    for (std::size_t i = 0; i < size; ++i) {
      const float cell =
          (static_cast<float>(i) + 0.5F) / static_cast<float>(size) * static_cast<float>(options_.elastic_grid);
      const float t = cell - std::floor(cell), s = 1.0F - t;
      result[i].first = static_cast<std::size_t>(cell);
      result[i].weights[0] = s * s * s / 6.0F;
      result[i].weights[1] = (4.0F - 6.0F * t * t + 3.0F * t * t * t) / 6.0F;
      result[i].weights[2] = (4.0F - 6.0F * s * s + 3.0F * s * s * s) / 6.0F;
      result[i].weights[3] = t * t * t / 6.0F;
    }
    return result;
  };
  row_places_ = places(rows_);
  column_places_ = places(columns_);
}

void Augmenter::apply(std::span<float> sample, Random random, std::vector<float>& scratch) const {
  if (options_.moves_pixels()) move_pixels(sample, random, scratch);
  if (options_.cutout != 0) cut_out(sample, random);
  if (options_.time_shift != 0) shift_time(sample, random);
  if (options_.time_masks + options_.frequency_masks > 0) mask(sample, random);
  if (options_.noise != 0) {
    for (float& value : sample) value += options_.noise * normal(random);
  }
}

Augmenter::Move Augmenter::draw_move(Random& random) const {
  const auto draw = [&](float most) { return most == 0 ? 0.0F : random.uniform(-most, most); };
  const float angle = draw(options_.rotate) * std::numbers::pi_v<float> / 180.0F;
  const float factor = 1.0F / (1.0F + draw(options_.zoom));
  const float shear = draw(options_.shear);
  const float down = options_.flip.ends_with("vertical") && coin(random) ? -factor : factor;
  const float right = options_.flip.starts_with("horizontal") && coin(random) ? -factor : factor;
  const float c = std::cos(angle), s = std::sin(angle);
  return {{{(c - s * shear) * down, -s * right}, {(s + c * shear) * down, c * right}},
          {draw(options_.shift) * static_cast<float>(rows_), draw(options_.shift) * static_cast<float>(columns_)}};
}

void Augmenter::move_pixels(std::span<float> sample, Random& random, std::vector<float>& scratch) const {
  const Move move = draw_move(random);
  const auto grid = options_.elastic != 0 ? static_cast<std::size_t>(options_.elastic_grid) + 3 : 0;
  // The sample, the grid's displacements [2][grid][grid], and those of one row [2][grid].
  scratch.resize(sample.size() + 2 * grid * (grid + 1));
  const std::span<float> from = std::span(scratch).first(sample.size());
  float* corners = scratch.data() + sample.size();
  float* of_row = corners + 2 * grid * grid;
  std::ranges::copy(sample, from.begin());
  for (std::size_t i = 0; i < 2 * grid * grid; ++i) corners[i] = options_.elastic * normal(random);

  const float middle_row = static_cast<float>(rows_ - 1) / 2, middle_column = static_cast<float>(columns_ - 1) / 2;
  const float fill = options_.fill;
  float* out = sample.data();
  for (std::size_t y = 0; y < rows_; ++y) {
    for (std::size_t i = 0; i < 2 * grid; ++i) {
      const SplinePlace& place = row_places_[y];
      const float* column = corners + (i < grid ? 0 : grid * grid) + place.first * grid + i % grid;
      of_row[i] = 0;
      for (std::size_t k = 0; k < 4; ++k) of_row[i] += place.weights[k] * column[k * grid];
    }
    const float from_middle = static_cast<float>(y) - middle_row;
    for (std::size_t x = 0; x < columns_; ++x, out += channels_) {
      const float across = static_cast<float>(x) - middle_column;
      float row = move.matrix[0][0] * from_middle + move.matrix[0][1] * across + middle_row + move.shift[0];
      float column = move.matrix[1][0] * from_middle + move.matrix[1][1] * across + middle_column + move.shift[1];
      if (grid > 0) {
        const SplinePlace& place = column_places_[x];
        for (std::size_t k = 0; k < 4; ++k) {
          row += place.weights[k] * of_row[place.first + k];
          column += place.weights[k] * of_row[grid + place.first + k];
        }
      }
      row = std::clamp(row, -1.0F, static_cast<float>(rows_));
      column = std::clamp(column, -1.0F, static_cast<float>(columns_));
      // A frame of one pixel around the image has the value `fill`.
      const auto above = static_cast<std::size_t>(row + 1.0F), left = static_cast<std::size_t>(column + 1.0F);
      const float down = row + 1.0F - static_cast<float>(above), right = column + 1.0F - static_cast<float>(left);
      const auto pixel = [&](std::size_t r, std::size_t c, std::size_t channel) {
        const bool inside = r - 1 < rows_ && c - 1 < columns_;  // 0 - 1 is far outside
        return inside ? from[((r - 1) * columns_ + c - 1) * channels_ + channel] : fill;
      };
      for (std::size_t channel = 0; channel < channels_; ++channel) {
        const float upper = pixel(above, left, channel) * (1 - right) + pixel(above, left + 1, channel) * right;
        const float lower = pixel(above + 1, left, channel) * (1 - right) + pixel(above + 1, left + 1, channel) * right;
        out[channel] = upper * (1 - down) + lower * down;
      }
    }
  }
}

void Augmenter::erase(std::span<float> sample, std::size_t first_row, std::size_t rows, std::size_t first_column,
                      std::size_t columns) const {
  for (std::size_t row = first_row; row < first_row + rows; ++row) {
    std::ranges::fill(sample.subspan((row * columns_ + first_column) * channels_, columns * channels_), options_.fill);
  }
}

/// As DeVries and Taylor (2017): where the rectangle reaches over the border, less is cut out.
void Augmenter::cut_out(std::span<float> sample, Random& random) const {
  const auto stretch = [&](std::size_t size) {
    const std::size_t length = part_of(options_.cutout, size);
    const std::size_t end = up_to(random, size - 1) + (length + 1) / 2;
    const std::size_t first = end > length ? end - length : 0;
    return std::pair(first, std::min(end, size) - first);
  };
  const auto [first_row, rows] = stretch(rows_);
  const auto [first_column, columns] = stretch(columns_);
  erase(sample, first_row, rows, first_column, columns);
}

void Augmenter::shift_time(std::span<float> sample, Random& random) const {
  const std::size_t most = part_of(options_.time_shift, rows_);
  const std::size_t drawn = up_to(random, 2 * most);
  const std::size_t frames = drawn > most ? drawn - most : most - drawn;
  const auto kept = static_cast<std::ptrdiff_t>((rows_ - frames) * columns_);
  if (drawn > most) {
    std::copy_backward(sample.begin(), sample.begin() + kept, sample.end());
    erase(sample, 0, frames, 0, columns_);
  } else {
    std::copy(sample.end() - kept, sample.end(), sample.begin());
    erase(sample, rows_ - frames, frames, 0, columns_);
  }
}

void Augmenter::mask(std::span<float> sample, Random& random) const {
  const auto stretch = [&](float part, std::size_t size) {
    const std::size_t length = up_to(random, part_of(part, size));
    return std::pair(up_to(random, size - length), length);
  };
  for (int i = 0; i < options_.time_masks; ++i) {
    const auto [first, length] = stretch(options_.time_mask, rows_);
    erase(sample, first, length, 0, columns_);
  }
  for (int i = 0; i < options_.frequency_masks; ++i) {
    const auto [first, length] = stretch(options_.frequency_mask, columns_);
    erase(sample, 0, rows_, first, length);
  }
}

}  // namespace thimble
