#include "data/dataset.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace thimble {
namespace {

void prefetch(const void* data, std::size_t bytes) {
  constexpr std::size_t kLine = 64;  // bytes
  for (std::size_t i = 0; i < bytes; i += kLine) __builtin_prefetch(static_cast<const char*>(data) + i);
}

void read_bytes(const std::uint8_t* from, float scale, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(from[i]) * scale;
}

/// Calls body(part, where the values are, how many) for the values of a row from `first` on, part by part.
template <typename Body>
void for_parts(const std::vector<StoredPart>& parts, std::size_t row, std::size_t first, std::size_t count,
               const Body& body) {
  for (const StoredPart& part : parts) {
    if (first >= part.size) {
      first -= part.size;
      continue;
    }
    const std::size_t here = std::min(count, part.size - first);
    if (here == 0) return;
    body(part, part.bytes.data() + (row * part.size + first) * part.width(), here);
    first = 0;
    count -= here;
  }
}

}  // namespace

std::size_t Dataset::sample_size() const {
  return std::accumulate(
      sample_shape.begin(), sample_shape.end(), std::size_t{1},
      [](std::size_t product, std::int32_t size) { return product * static_cast<std::size_t>(size); });
}

std::vector<std::vector<std::int32_t>> Dataset::input_shapes() const {
  return parts.empty() ? std::vector<std::vector<std::int32_t>>{sample_shape} : parts;
}

Answers Dataset::answers(std::size_t output) const {
  if (output == 0) return {labels, classes, targets, target_size};
  if (output > more_answers.size()) return {};
  const StoredAnswers& stored_ones = more_answers[output - 1];
  return {stored_ones.labels, stored_ones.classes, stored_ones.targets, stored_ones.target_size};
}

void Dataset::read(std::size_t index, std::span<float> out) const {
  ensure(out.size() == sample_size(), "a sample of {} does not fit {} floats", sample_size(), out.size());
  read(index, 0, out);
}

void Dataset::read(std::size_t index, std::size_t first, std::span<float> out) const {
  const std::size_t count = sample_size();
  ensure(index < size() && first <= count && out.size() <= count - first, "sample {} of {}, values {} to {} of {}",
         index, size(), first, first + out.size(), count);
  if (!stored_parts.empty()) {
    for_parts(stored_parts, row_of(index), first, out.size(),
              [&](const StoredPart& part, const std::uint8_t* from, std::size_t values) {
                if (part.floats) {
                  std::memcpy(out.data(), from, values * sizeof(float));
                } else {
                  read_bytes(from, scale, out.first(values));
                }
                out = out.subspan(values);
              });
  } else if (const std::uint8_t* from = bytes_of(index, first)) {
    read_bytes(from, scale, out);
  } else if (stored) {
    std::memcpy(out.data(), stored.data() + (row_of(index) * count + first) * sizeof(float), out.size_bytes());
  } else {
    std::copy_n(floats.data() + index * count + first, out.size(), out.data());
  }
}

bool Dataset::has_bytes() const {
  if (stored) return !stored_floats;
  return floats.empty() && std::ranges::none_of(stored_parts, &StoredPart::floats);
}

const std::uint8_t* Dataset::bytes_of(std::size_t index, std::size_t first) const {
  if (!has_bytes() || !stored_parts.empty()) return nullptr;
  return (stored ? stored.data() : bytes.data()) + row_of(index) * sample_size() + first;
}

void Dataset::fetch(std::size_t index, std::size_t first, std::size_t count) const {
  if (!stored_parts.empty()) {
    return for_parts(stored_parts, row_of(index), first, count,
                     [](const StoredPart& part, const std::uint8_t* from, std::size_t values) {
                       prefetch(from, values * part.width());
                     });
  }
  const std::size_t width = has_bytes() ? 1 : sizeof(float);
  const void* own = has_bytes() ? static_cast<const void*>(bytes.data()) : floats.data();
  const void* data = stored ? stored.data() : own;
  prefetch(static_cast<const char*>(data) + (row_of(index) * sample_size() + first) * width, count * width);
}

void Dataset::read(std::span<const std::uint32_t> indices, std::span<float> out) const {
  const std::size_t count = sample_size();
  ensure(out.size() == indices.size() * count, "{} samples do not fit {} floats", indices.size(), out.size());
  for (std::size_t i = 0; i < indices.size(); ++i) read(indices[i], out.subspan(i * count, count));
}

Dataset Dataset::part(std::size_t begin, std::size_t count) const {
  begin = std::min(begin, size());
  std::vector<std::uint32_t> indices(std::min(count, size() - begin));
  std::iota(indices.begin(), indices.end(), static_cast<std::uint32_t>(begin));
  return select(indices);
}

Dataset Dataset::select(std::span<const std::uint32_t> indices) const {
  Dataset result{
      .sample_shape = sample_shape, .bytes = {}, .floats = {}, .scale = scale, .labels = {}, .classes = classes};
  result.target_size = target_size;
  result.stored = stored;
  result.stored_floats = stored_floats;
  result.stored_parts = stored_parts;
  result.class_names = class_names;
  result.source = source;
  if (is_stored()) {
    for (const std::uint32_t i : indices) result.rows.push_back(static_cast<std::uint32_t>(row_of(i)));
  }
  const auto append = [&](const auto& from, std::size_t size, auto& to) {
    if (from.empty()) return;
    to.reserve(indices.size() * size);
    for (const std::uint32_t i : indices) {
      const auto first = from.begin() + static_cast<std::ptrdiff_t>(i * size);
      to.insert(to.end(), first, first + static_cast<std::ptrdiff_t>(size));
    }
  };
  append(bytes, sample_size(), result.bytes);
  append(floats, sample_size(), result.floats);
  append(labels, 1, result.labels);
  append(targets, target_size, result.targets);
  result.parts = parts;
  for (const StoredAnswers& answers : more_answers) {
    StoredAnswers& chosen = result.more_answers.emplace_back();
    chosen.classes = answers.classes;
    chosen.target_size = answers.target_size;
    append(answers.labels, 1, chosen.labels);
    append(answers.targets, answers.target_size, chosen.targets);
  }
  return result;
}

Dataset Dataset::in_memory() const {
  if (!is_stored()) return *this;
  Dataset result = *this;
  result.stored = {};
  result.stored_parts.clear();
  result.rows.clear();
  const std::size_t count = sample_size();
  if (!has_bytes()) {
    result.floats.resize(size() * count);
    for (std::size_t i = 0; i < size(); ++i) read(i, std::span(result.floats).subspan(i * count, count));
    return result;
  }
  const std::vector<StoredPart> sources = stored ? std::vector<StoredPart>{{stored, false, count}} : stored_parts;
  result.bytes.reserve(size() * count);
  for (std::size_t i = 0; i < size(); ++i) {
    for_parts(sources, row_of(i), 0, count, [&](const StoredPart&, const std::uint8_t* from, std::size_t values) {
      result.bytes.insert(result.bytes.end(), from, from + values);
    });
  }
  return result;
}

std::string Dataset::name_of(std::size_t index) const {
  const std::string sample = fmt::format("sample {}", row_of(index));
  return source.empty() ? sample : source + ": " + sample;
}

std::vector<std::uint32_t> shuffled_order(std::size_t size, std::uint64_t seed, std::uint64_t epoch,
                                          std::size_t buffer) {
  ensure(size <= UINT32_MAX, "{} samples are more than can be put in order", size);
  Random random(seed, epoch);
  if (buffer == 0 || buffer >= size) {
    std::vector<std::uint32_t> order(size);
    std::iota(order.begin(), order.end(), 0U);
    random.shuffle(std::span(order));
    return order;
  }
  const std::size_t run = std::max<std::size_t>(1, buffer / 16);
  std::vector<std::uint32_t> runs((size + run - 1) / run), order;
  std::iota(runs.begin(), runs.end(), 0U);
  random.shuffle(std::span(runs));
  for (const std::uint32_t r : runs) {
    for (std::size_t i = r * run; i < std::min(size, (r + 1) * run); ++i)
      order.push_back(static_cast<std::uint32_t>(i));
  }
  for (std::size_t first = 0; first < size; first += buffer) {
    random.shuffle(std::span(order).subspan(first, std::min(buffer, size - first)));
  }
  return order;
}

}  // namespace thimble
