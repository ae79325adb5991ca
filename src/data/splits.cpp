#include "data/splits.h"

#include <cmath>
#include <map>

#include "base/error.h"

namespace thimble {
namespace {

/// Another stream than the epochs' orders.
constexpr std::uint64_t kSplitStream = ~std::uint64_t{0};

/// `held_out(j)`: whether sample number j of its class is for validation.
template <typename HeldOut>
DatasetSplits split(const Dataset& data, std::uint64_t seed, const HeldOut& held_out) {
  std::vector<std::uint32_t> train, validation;
  std::map<std::int32_t, int> seen;
  for (const std::uint32_t i : shuffled_order(data.size(), seed, kSplitStream)) {
    const int place = seen[data.labels.empty() ? 0 : data.labels[i]]++;
    (held_out(place) ? validation : train).push_back(i);
  }
  require(!train.empty() && !validation.empty(), "{} samples are too few to hold some out for validation", data.size());
  return {data.select(train), data.select(validation)};
}

}  // namespace

DatasetSplits fold_of(const Dataset& data, int folds, int fold, std::uint64_t seed) {
  return split(data, seed, [&](int place) { return place % folds == fold; });
}

DatasetSplits hold_out(const Dataset& data, double fraction, std::uint64_t seed) {
  return split(data, seed,
               [&](int place) { return std::floor((place + 1) * fraction) > std::floor(place * fraction); });
}

}  // namespace thimble
