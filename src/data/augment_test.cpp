#include "data/augment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "data/batches_ahead.h"

namespace thimble {
namespace {

using Floats = std::vector<float>;

constexpr int kRows = 12, kColumns = 16;
const std::vector<std::int32_t> kImage = {kRows, kColumns, 1};

std::size_t at(int row, int column) { return static_cast<std::size_t>(row * kColumns + column); }

/// An image with the value of `of(row, column)`.
template <typename Of>
Floats image(Of&& of) {
  Floats values(kRows * kColumns);
  for (int row = 0; row < kRows; ++row) {
    for (int column = 0; column < kColumns; ++column) values[at(row, column)] = static_cast<float>(of(row, column));
  }
  return values;
}

const Floats kNumbers = image([](int row, int column) { return 1 + row * kColumns + column; });

Floats changed(const Augmentation& augmentation, std::uint64_t seed, Floats sample = kNumbers,
               const std::vector<std::int32_t>& shape = kImage) {
  Floats scratch;
  Augmenter(augmentation, shape).apply(sample, Random(seed), scratch);
  return sample;
}

TEST(Augmenter, FlipsOrNot) {
  const Floats right = image([](int row, int column) { return 1 + row * kColumns + kColumns - 1 - column; });
  const Floats down = image([](int row, int column) { return 1 + (kRows - 1 - row) * kColumns + column; });
  const Floats both = image([](int row, int column) { return kRows * kColumns - row * kColumns - column; });
  const auto seen = [](const std::string& flip) {
    std::set<Floats> results;
    for (std::uint64_t seed = 0; seed < 40; ++seed) results.insert(changed({.flip = flip}, seed));
    return results;
  };
  EXPECT_EQ(seen("horizontal"), (std::set<Floats>{kNumbers, right}));
  EXPECT_EQ(seen("vertical"), (std::set<Floats>{kNumbers, down}));
  EXPECT_EQ(seen("horizontal_and_vertical"), (std::set<Floats>{kNumbers, right, down, both}));
}

/// How much `values` rise by row and column in the middle, where nothing comes from outside; they must do so evenly.
std::pair<float, float> slopes(const Floats& values) {
  const int row = kRows / 2, column = kColumns / 2;
  const float down = values[at(row + 1, column)] - values[at(row, column)];
  const float right = values[at(row, column + 1)] - values[at(row, column)];
  for (int r = row - 1; r <= row + 1; ++r) {
    for (int c = column - 1; c <= column + 1; ++c) {
      const float expected =
          values[at(row, column)] + down * static_cast<float>(r - row) + right * static_cast<float>(c - column);
      EXPECT_NEAR(values[at(r, c)], expected, 2e-5F);
    }
  }
  return {down, right};
}

// Bilinear sampling is exact on an even slope: what is done to the coordinates can be read off.
TEST(Augmenter, MovesPixelsAsAsked) {
  const Floats columns = image([](int, int column) { return column * 0.01; });
  const Floats rows = image([](int row, int) { return row * 0.01; });
  float most_shift = 0, most_angle = 0, most_zoom = 0, most_shear = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const float moved = (changed({.shift = 0.125F}, seed, columns)[at(6, 8)] - 0.08F) * 100;  // columns, at most 2
    EXPECT_LE(std::fabs(moved), 2.0001F);
    most_shift = std::max(most_shift, std::fabs(moved));

    const auto [sine, cosine] = slopes(changed({.rotate = 30}, seed, columns));
    EXPECT_NEAR(sine * sine + cosine * cosine, 1e-4F, 1e-6F);
    const float angle = std::atan2(sine, cosine) * 57.29578F;
    EXPECT_LE(std::fabs(angle), 30.01F);
    most_angle = std::max(most_angle, std::fabs(angle));
    // Rows turn the same way as columns.
    const auto [row_cosine, row_sine] = slopes(changed({.rotate = 30}, seed, rows));
    EXPECT_NEAR(row_cosine, cosine, 1e-5F);
    EXPECT_NEAR(row_sine, -sine, 1e-5F);

    const auto [none, factor] = slopes(changed({.zoom = 0.2F}, seed, columns));
    EXPECT_NEAR(none, 0, 1e-6F);
    EXPECT_GT(factor, 0.01F / 1.2001F);
    EXPECT_LT(factor, 0.01F / 0.7999F);
    most_zoom = std::max(most_zoom, factor * 100);

    const auto [slant, straight] = slopes(changed({.shear = 0.3F}, seed, columns));
    EXPECT_NEAR(straight, 0.01F, 1e-6F);
    EXPECT_LE(std::fabs(slant), 0.003001F);
    most_shear = std::max(most_shear, std::fabs(slant));
  }
  EXPECT_GT(most_shift, 1.9F);
  EXPECT_GT(most_angle, 28);
  EXPECT_GT(most_zoom, 1.2F);
  EXPECT_GT(most_shear, 0.0028F);
}

TEST(Augmenter, WhatComesFromOutsideIsFilled) {
  const Floats ones(kRows * kColumns, 1.0F);
  EXPECT_EQ(changed({.shift = 0.4F, .rotate = 90, .elastic = 2, .fill = 1}, 3, ones), ones);
  const Floats moved = changed({.shift = 0.4F}, 3, ones);
  const auto [least, most] = std::ranges::minmax(moved);
  EXPECT_EQ(least, 0.0F);
  EXPECT_EQ(most, 1.0F);
}

TEST(Augmenter, ElasticIsSmoothAndOfTheSizeAsked) {
  const Floats columns = image([](int, int column) { return column; });
  double sum = 0, squares = 0;
  int count = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Floats bent = changed({.elastic = 0.5F, .elastic_grid = 3}, seed, columns);
    for (int column = 4; column < kColumns - 4; ++column, ++count) {
      const double moved = bent[at(6, column)] - static_cast<float>(column);
      sum += moved;
      squares += moved * moved;
      EXPECT_LT(std::fabs(bent[at(6, column + 1)] - bent[at(6, column)] - 1), 0.8F);
    }
  }
  // A cubic B-spline weakens independent displacements to between 0.46 and 0.5 of their deviation, in two dimensions.
  EXPECT_NEAR(sum / count, 0, 0.03);
  EXPECT_NEAR(std::sqrt(squares / count), 0.5 * 0.47, 0.03);
}

TEST(Augmenter, CutsOutOneRectangle) {
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Floats cut = changed({.cutout = 0.25F}, seed);  // 3 x 4
    std::set<int> rows, columns;
    std::size_t gone = 0;
    for (int row = 0; row < kRows; ++row) {
      for (int column = 0; column < kColumns; ++column) {
        if (cut[at(row, column)] == kNumbers[at(row, column)]) continue;
        EXPECT_EQ(cut[at(row, column)], 0.0F);
        rows.insert(row);
        columns.insert(column);
        ++gone;
      }
    }
    EXPECT_EQ(gone, rows.size() * columns.size());
    EXPECT_EQ(*rows.rbegin() - *rows.begin() + 1, static_cast<int>(rows.size()));
    EXPECT_LE(rows.size(), 3u);
    EXPECT_LE(columns.size(), 4u);
    sizes.insert(gone);
  }
  EXPECT_EQ(*sizes.rbegin(), 12u);
  EXPECT_LT(*sizes.begin(), 12u);  // at a border
}

TEST(Augmenter, ShiftsTimeByWholeFrames) {
  std::set<int> shifts;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Floats moved = changed({.time_shift = 0.25F, .fill = -1}, seed, kNumbers, {kRows, kColumns});
    int by = -4;
    const auto expected = [&] {
      return image([&](int row, int column) {
        return row - by < 0 || row - by >= kRows ? -1.0F : kNumbers[at(row - by, column)];
      });
    };
    while (by <= 3 && moved != expected()) ++by;
    shifts.insert(by);
  }
  EXPECT_EQ(shifts, (std::set<int>{-3, -2, -1, 0, 1, 2, 3}));
}

TEST(Augmenter, MasksTimesAndFrequencies) {
  std::set<std::size_t> times, frequencies;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Floats masked = changed(
        {.time_masks = 1, .time_mask = 0.25F, .frequency_masks = 1, .frequency_mask = 0.125F, .fill = -2}, seed);
    std::size_t rows = 0, columns = 0, gone = 0;
    for (int row = 0; row < kRows; ++row) rows += masked[at(row, 0)] == -2 && masked[at(row, 15)] == -2;
    for (int column = 0; column < kColumns; ++column)
      columns += masked[at(0, column)] == -2 && masked[at(11, column)] == -2;
    for (const float value : masked) gone += value == -2;
    if (rows < kRows && columns < kColumns) {
      EXPECT_EQ(gone, rows * kColumns + columns * kRows - rows * columns);
    }
    times.insert(rows);
    frequencies.insert(columns);
  }
  EXPECT_EQ(times, (std::set<std::size_t>{0, 1, 2, 3}));
  EXPECT_EQ(frequencies, (std::set<std::size_t>{0, 1, 2}));
}

TEST(Augmenter, AddsNoiseToAnySample) {
  const Floats noisy = changed({.noise = 0.5F}, 1, Floats(20000, 3.0F), {20000});
  double sum = 0, squares = 0;
  for (const float value : noisy) sum += value - 3, squares += (value - 3) * (value - 3);
  EXPECT_NEAR(sum / 20000, 0, 0.02);
  EXPECT_NEAR(std::sqrt(squares / 20000), 0.5, 0.02);
}

TEST(Augmenter, ChannelsMoveTogether) {
  Floats colors;
  for (const float value : kNumbers) colors.insert(colors.end(), {value, 2 * value, -value});
  const Augmentation all = {.shift = 0.1F, .rotate = 20, .zoom = 0.1F, .shear = 0.1F, .elastic = 1, .cutout = 0.2F};
  const Floats moved = changed(all, 5), colored = changed(all, 5, colors, {kRows, kColumns, 3});
  for (std::size_t i = 0; i < moved.size(); ++i) {
    EXPECT_EQ(colored[3 * i], moved[i]);
    EXPECT_EQ(colored[3 * i + 1], 2 * moved[i]);
    EXPECT_EQ(colored[3 * i + 2], -moved[i]);
  }
  EXPECT_EQ(moved, changed(all, 5));
  EXPECT_NE(moved, changed(all, 6));
}

TEST(DrawMix, SharesAreBetaDistributed) {
  for (const float alpha : {0.2F, 1.0F}) {
    double sum = 0, squares = 0;
    std::set<std::uint32_t> partners;
    for (std::uint64_t seed = 0; seed < 4000; ++seed) {
      const Mix mix = draw_mix(alpha, 10, Random(seed));
      EXPECT_TRUE(mix.share >= 0 && mix.share <= 1 && mix.partner < 10);
      partners.insert(mix.partner);
      sum += double{mix.share};
      squares += double{mix.share} * double{mix.share};
    }
    const double mean = sum / 4000;
    EXPECT_NEAR(mean, 0.5, 0.02);
    EXPECT_NEAR(squares / 4000 - mean * mean, 1 / (4 * (2 * double{alpha} + 1)), 0.01);
    EXPECT_EQ(partners.size(), 10u);
  }
}

TEST(Augmenter, RefusesWhatTheShapeCannotHave) {
  EXPECT_THROW(Augmenter({.shift = 0.1F}, std::vector<std::int32_t>{20, 10}), InputError);
  EXPECT_THROW(Augmenter({.cutout = 0.1F}, std::vector<std::int32_t>{20}), InputError);
  EXPECT_THROW(Augmenter({.time_shift = 0.1F}, std::vector<std::int32_t>{20, 10, 3}), InputError);
  EXPECT_THROW(Augmenter({.time_masks = 1}, std::vector<std::int32_t>{20}), InputError);
}

TEST(BatchesAhead, ComeInOrderAndWaitForRoom) {
  std::atomic<int> made = 0;
  BatchesAhead batches(20, 120, 2, [&](int batch, std::span<float> out) {
    out[0] = static_cast<float>(batch);
    out[1] = -out[0];
    ++made;
  });
  for (int batch = 20; batch < 70; ++batch) {
    const auto values = batches.get(batch);
    EXPECT_EQ(values[0], static_cast<float>(batch));
    EXPECT_EQ(values[1], static_cast<float>(-batch));
    EXPECT_LE(made, batch - 20 + 8);
    batches.release(batch);
  }
  EXPECT_LE(made, 58);  // and the rest is given up
}

}  // namespace
}  // namespace thimble
