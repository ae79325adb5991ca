// Labelled samples, in memory or on the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/shared_bytes.h"

namespace thimble {

/// What one of a model's outputs should be, for each sample: labels, or numbers to predict.
struct Answers {
  std::span<const std::int32_t> labels;  // one a sample, in [0, classes)
  std::int32_t classes = 0;
  std::span<const float> targets;  // `target_size` for each sample
  std::size_t target_size = 0;
};

/// The same, owned.
struct StoredAnswers {
  std::vector<std::int32_t> labels;
  std::int32_t classes = 0;
  std::vector<float> targets;
  std::size_t target_size = 0;
};

/// One input's numbers of all samples, in memory that is shared or mapped from a file.
struct StoredPart {
  SharedBytes bytes;
  bool floats = false;
  std::size_t size = 0;  // numbers in one sample

  std::size_t width() const { return floats ? sizeof(float) : 1; }  // bytes of a number
};

/// Samples are kept as they came, bytes or floats, one of the two; a batch is made float when it is read.
struct Dataset {
  std::vector<std::int32_t> sample_shape;  // of one sample: {height, width, channels}, or {features}
  Bytes bytes;                             // row-major, sample after sample; stands for byte * scale
  std::vector<float> floats;               // likewise; stands for itself
  float scale = 1.0F / 255.0F;
  std::vector<std::int32_t> labels;  // one a sample, in [0, classes)
  std::int32_t classes = 0;
  /// Instead of labels: numbers to predict, `target_size` for each sample.
  std::vector<float> targets = {};
  std::size_t target_size = 0;
  /// Instead of bytes or floats: the same, in memory that is shared or mapped from a file, for sets larger than memory.
  SharedBytes stored = {};
  bool stored_floats = false;
  /// Likewise of a model with several inputs: each on its own, bytes beside floats too.
  std::vector<StoredPart> stored_parts = {};
  /// The places of the samples in `stored` or `stored_parts`; empty: one after the other.
  std::vector<std::uint32_t> rows = {};
  std::vector<std::string> class_names = {};  // if the classes have names
  std::string source = {};                    // the file or folder that the samples come from
  /// Of a model with several inputs: the shape of each. A sample holds their numbers one after the other, and
  /// sample_shape has one dimension.
  std::vector<std::vector<std::int32_t>> parts = {};
  std::vector<StoredAnswers> more_answers = {};  // of a model's outputs but the first

  std::size_t size() const { return target_size > 0 ? targets.size() / target_size : labels.size(); }
  std::size_t sample_size() const;  // numbers in one sample
  bool is_stored() const { return stored || !stored_parts.empty(); }
  bool has_bytes() const;
  std::vector<std::vector<std::int32_t>> input_shapes() const;
  /// Of the model's output number `output`; empty if the data has none.
  Answers answers(std::size_t output) const;
  std::size_t outputs() const { return 1 + more_answers.size(); }

  /// Writes the values of sample `index` to `out`, of sample_size().
  void read(std::size_t index, std::span<float> out) const;
  /// Likewise the values from `first` on, as many as `out` holds.
  void read(std::size_t index, std::size_t first, std::span<float> out) const;
  /// Likewise where their bytes are; null if they are floats, or stored in parts.
  const std::uint8_t* bytes_of(std::size_t index, std::size_t first) const;
  /// Has the CPU fetch `count` values from `first` on, which will be read soon.
  void fetch(std::size_t index, std::size_t first, std::size_t count) const;
  /// Likewise for several, one after the other.
  void read(std::span<const std::uint32_t> indices, std::span<float> out) const;

  /// `count` samples from `begin` on, or as many as there are.
  Dataset part(std::size_t begin, std::size_t count) const;
  Dataset first(std::size_t count) const { return part(0, count); }
  /// The samples `indices`, in this order.
  Dataset select(std::span<const std::uint32_t> indices) const;
  /// The same samples in `bytes` or `floats`.
  Dataset in_memory() const;
  /// How messages call sample `index`.
  std::string name_of(std::size_t index) const;
  /// The place of sample `index` where samples are stored.
  std::size_t row_of(std::size_t index) const { return rows.empty() ? index : rows[index]; }
};

struct DatasetSplits {
  Dataset train;
  Dataset test;
};

/// 0 to size - 1 in the random order of an epoch. It depends on nothing else, so that training can go on from any
/// epoch. With `buffer` other than 0, for files larger than memory: runs of neighbours, a sixteenth of the buffer each,
/// come in random order, and so many samples as it holds are shuffled at a time.
std::vector<std::uint32_t> shuffled_order(std::size_t size, std::uint64_t seed, std::uint64_t epoch,
                                          std::size_t buffer = 0);

}  // namespace thimble
