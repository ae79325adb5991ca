// What thimble bench shows on a terminal. A row is what its --json gives for one model on one board.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace thimble {

using BenchRow = nlohmann::ordered_json;

/// All rows, and under them the times that chips need.
std::string bench_table(const BenchRow& rows);

/// Two rows side by side, with the ratio of the second to the first.
std::string bench_comparison(const BenchRow& first, const BenchRow& second);

/// The layers of a row that has "by_layer".
std::string layer_table(const BenchRow& row);

}  // namespace thimble
