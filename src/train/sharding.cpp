#include <algorithm>

#include "train/plan.h"

namespace thimble {

Sharding::Sharding(int batch_size, std::size_t largest, std::size_t parameters, int least) : batch(batch_size) {
  constexpr std::size_t kCached = 32768;  // floats of an activation: a few of them fit the L2 cache
  constexpr int kMostShards = 64;
  const auto divided = [](int number, int by) { return (number + by - 1) / by; };
  // Each shard has gradients of its own. Writing and adding them up should cost less than the activations do.
  const std::size_t wanted = std::max(kCached, 2 * parameters) / std::max<std::size_t>(1, largest);
  shards = divided(batch, static_cast<int>(std::clamp<std::size_t>(wanted, 1, static_cast<std::size_t>(batch))));
  if (shards > least) shards = divided(shards, 4) * 4;  // even for two or four threads
  shards = std::min(std::clamp(shards, least, kMostShards), batch);
  samples = divided(batch, shards);
}

int Sharding::first(int shard) const { return static_cast<int>(std::int64_t{batch} * shard / shards); }

int Sharding::size(int shard, int count) const {
  return std::clamp(count - first(shard), 0, first(shard + 1) - first(shard));
}

}  // namespace thimble
