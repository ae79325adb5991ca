#include "ops/shared_codes.h"

#include <algorithm>

namespace thimble {
namespace {

/// Constants that share a code.
struct Group {
  std::vector<std::size_t> members;
  WeightCounts counts;
  std::size_t bytes = 0;  // of streams and table

  Group(const std::vector<Packable>& constants, std::vector<std::size_t> which) : members(std::move(which)) {
    for (const std::size_t member : members) counts += constants[member].counts;
    const WeightCode code(counts);
    bytes = code.table().size();
    for (const std::size_t member : members) {
      bytes += (constants[member].other_bits + code.bits(constants[member].counts) + 7) / 8;
    }
  }
};

Group joined(const std::vector<Packable>& constants, const Group& a, const Group& b) {
  std::vector<std::size_t> members = a.members;
  members.insert(members.end(), b.members.begin(), b.members.end());
  return Group(constants, std::move(members));
}

/// Joins the two groups that gain most by it, again and again.
void join(const std::vector<Packable>& constants, std::vector<Group>& groups) {
  // gains[i][k]: what joining groups i and k < i saves.
  const auto gain = [&](std::size_t i, std::size_t k) {
    return static_cast<std::ptrdiff_t>(groups[i].bytes + groups[k].bytes) -
           static_cast<std::ptrdiff_t>(joined(constants, groups[i], groups[k]).bytes);
  };
  std::vector<std::vector<std::ptrdiff_t>> gains(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) gains[i].push_back(gain(i, k));
  }
  for (;;) {
    std::ptrdiff_t best = 0;
    std::size_t first = 0, second = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (gains[i][k] <= best) continue;
        best = gains[i][k];
        first = k;
        second = i;
      }
    }
    if (best == 0) return;
    groups[first] = joined(constants, groups[first], groups[second]);
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(second));
    gains.erase(gains.begin() + static_cast<std::ptrdiff_t>(second));
    for (std::size_t i = second; i < gains.size(); ++i) {
      gains[i].erase(gains[i].begin() + static_cast<std::ptrdiff_t>(second));
    }
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (i != first) gains[std::max(i, first)][std::min(i, first)] = gain(i, first);
    }
  }
}

}  // namespace

std::vector<SharedCode> share_codes(const std::vector<Packable>& constants) {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < constants.size(); ++i) groups.emplace_back(constants, std::vector{i});
  join(constants, groups);
  std::vector<SharedCode> codes;
  for (const Group& group : groups) {
    SharedCode shared{nullptr, group.members, 0, group.bytes};
    for (const std::size_t member : group.members) shared.plain_bytes += constants[member].plain_bytes;
    if (shared.packed_bytes >= shared.plain_bytes) continue;
    shared.code = std::make_shared<const WeightCode>(group.counts);
    codes.push_back(std::move(shared));
  }
  return codes;
}

}  // namespace thimble
