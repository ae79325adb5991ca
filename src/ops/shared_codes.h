// Which constants are packed, and in which codes: those that gain by it, in codes of their own or shared ones.
#pragma once

#include <memory>
#include <vector>

#include "ops/weight_code.h"

namespace thimble {

/// A constant that may be packed.
struct Packable {
  WeightCounts counts;
  std::uint64_t other_bits = 0;  // what comes with its bytes in the stream
  std::size_t plain_bytes = 0;   // what it takes without packing
};

struct SharedCode {
  std::shared_ptr<const WeightCode> code;
  std::vector<std::size_t> members;  // which constants
  std::size_t plain_bytes = 0;       // of all members, without packing
  std::size_t packed_bytes = 0;      // of their streams and the table
};

/// The codes of all constants that take fewer bytes so. Some share one, where its table would take more than codes of
/// their own save.
std::vector<SharedCode> share_codes(const std::vector<Packable>& constants);

}  // namespace thimble
