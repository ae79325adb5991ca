#include "train/arena_layout.h"

#include <algorithm>
#include <map>

#include "train/aligned_floats.h"

namespace thimble {

std::size_t ArenaLayout::whole_blocks(int batch) {
  constexpr std::size_t kBlock = 16;
  return (static_cast<std::size_t>(batch) + kBlock - 1) / kBlock * kBlock;
}

TrainSlot ArenaLayout::add(std::size_t size, bool a_shard) {
  values_.push_back({size, a_shard});
  return {a_shard ? TrainSlot::Kind::kShards : TrainSlot::Kind::kBatch, values_.size() - 1, size};
}

void ArenaLayout::use(const TrainSlot& slot, int stage, int step) {
  value(slot).stages.insert(stage);
  value(slot).uses.emplace_back(stage, step);
}

void ArenaLayout::make_local(const TrainSlot& slot) { value(slot).local = true; }

const std::set<int>& ArenaLayout::stages(const TrainSlot& slot) const { return value(slot).stages; }

void ArenaLayout::set_lives(Value& value) {
  value.local |= value.stages.size() == 1;
  if (!value.local) {
    value.lives.push_back({*value.stages.begin(), *value.stages.rbegin()});
    return;
  }
  std::map<int, Life> lives;
  for (const auto& [stage, step] : value.uses) {
    Life& life = lives.try_emplace(stage, Life{step, step}).first->second;
    life = {std::min(life.first, step), std::max(life.last, step)};
  }
  for (const auto& [stage, life] : lives) value.lives.push_back(life);
}

std::size_t ArenaLayout::free_place(const Value& value, const std::vector<const Value*>& placed) const {
  const auto meet = [&](const Value& other) {
    return other.local == value.local && std::ranges::any_of(value.lives, [&](const Life& life) {
             return std::ranges::any_of(
                 other.lives, [&](const Life& their) { return life.first <= their.last && their.first <= life.last; });
           });
  };
  std::size_t place = 0;
  for (const Value* other : placed) {  // by offset
    if (!meet(*other)) continue;
    if (place + value.floats <= other->offset) return place;
    place = std::max(place, other->offset + other->floats);
  }
  return place;
}

void ArenaLayout::place(const Sharding& sharding) {
  const std::size_t samples = whole_blocks(sharding.batch);
  std::vector<const Value*> placed;
  for (Value& value : values_) {
    if (value.stages.empty()) continue;
    set_lives(value);
    const auto shards = static_cast<std::size_t>(value.local ? 1 : sharding.shards);
    const std::size_t counted = value.local ? static_cast<std::size_t>(sharding.samples) : samples;
    value.floats = AlignedFloats::round_up(value.size * (value.a_shard ? shards : counted));
    value.offset = free_place(value, placed);
    std::size_t& end = value.local ? local_arena_ : batch_arena_;
    end = std::max(end, value.offset + value.floats);
    placed.insert(std::ranges::upper_bound(placed, value.offset, {}, &Value::offset), &value);
  }
}

TrainSlot ArenaLayout::resolved(const TrainSlot& slot) const {
  if (slot.kind == TrainSlot::Kind::kNone || slot.kind == TrainSlot::Kind::kParameter) return slot;
  const Value& found = value(slot);
  return {found.local ? TrainSlot::Kind::kLocal : slot.kind, found.offset, slot.size};
}

}  // namespace thimble
