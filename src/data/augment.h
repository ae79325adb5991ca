// Samples changed at random before each use, so that a model sees more of them than there are.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"

namespace thimble {

/// What may happen to a sample; 0, or empty, is never. "Up to x" is uniform in [-x, x].
struct Augmentation {
  // Images {height, width, channels}. All that moves pixels is one bilinear sampling.
  float shift = 0.0F;             // up to this part of the height, and of the width
  float rotate = 0.0F;            // up to so many degrees
  float zoom = 0.0F;              // by a factor from 1 - zoom to 1 + zoom
  float shear = 0.0F;             // a row moves by up to this times its distance from the middle
  std::string flip = {};          // "horizontal", "vertical", "horizontal_and_vertical": each every other time
  float elastic = 0.0F;           // pixels: the standard deviation of the displacements at the corners of a grid
  std::int32_t elastic_grid = 4;  // cells of the grid in each direction; between its corners are cubic B-splines
  float cutout = 0.0F;            // a rectangle of this part of height and width, its middle anywhere in the image
  // Spectrograms {time, frequency} or {time, frequency, 1}.
  float time_shift = 0.0F;           // up to this part of the time, in whole frames
  std::int32_t time_masks = 0;       // so many stretches of time (SpecAugment: Park et al. 2019),
  float time_mask = 0.0F;            // each of at most this part of all
  std::int32_t frequency_masks = 0;  // likewise bands of frequencies
  float frequency_mask = 0.0F;
  // Any samples.
  float mixup = 0.0F;  // samples and their targets are blended with others', in shares from Beta(mixup, mixup)
  float noise = 0.0F;  // standard deviation of what is added to each number
  float fill = 0.0F;   // the value of what comes from outside, or was cut out or masked

  bool moves_pixels() const;
  bool any() const;
};

/// With which sample another one is blended (Zhang, Cisse, Dauphin, Lopez-Paz: mixup, 2018).
struct Mix {
  std::uint32_t partner = 0;
  float share = 1.0F;  // of the sample itself
};

/// A partner among `samples`, and a share from Beta(alpha, alpha).
Mix draw_mix(float alpha, std::size_t samples, Random random);

/// Changes samples of one shape.
class Augmenter {
 public:
  /// Throws InputError when the shape cannot have what is asked for.
  Augmenter(const Augmentation& augmentation, std::span<const std::int32_t> sample_shape);

  /// Changes `sample` in place; all that happens to it is drawn from `random`. `scratch` is resized as needed.
  void apply(std::span<float> sample, Random random, std::vector<float>& scratch) const;

 private:
  /// How output pixels find their sources: at `matrix` * (row, column from the middle) + the middle + `shift`.
  struct Move {
    float matrix[2][2];
    float shift[2];
  };
  /// Where a row or column lies on the elastic grid: the first of four corners, and their weights.
  struct SplinePlace {
    std::size_t first;
    float weights[4];
  };

  Move draw_move(Random& random) const;
  void move_pixels(std::span<float> sample, Random& random, std::vector<float>& scratch) const;
  void erase(std::span<float> sample, std::size_t first_row, std::size_t rows, std::size_t first_column,
             std::size_t columns) const;
  void cut_out(std::span<float> sample, Random& random) const;
  void shift_time(std::span<float> sample, Random& random) const;
  void mask(std::span<float> sample, Random& random) const;

  Augmentation options_;
  std::size_t rows_ = 1;
  std::size_t columns_ = 1;
  std::size_t channels_ = 1;
  std::vector<SplinePlace> row_places_, column_places_;
};

}  // namespace thimble
