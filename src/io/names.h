// Help with misspelt names.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thimble {

/// "unknown WHAT 'relo'; did you mean 'relu'?", or, when nothing is close, "...; known are linear, relu, relu6".
std::string unknown_name(std::string_view what, std::string_view name, const std::vector<std::string_view>& known);

/// The least number of letters to insert, remove, replace, or swap with their neighbour (Damerau, Levenshtein), upper
/// and lower case being the same.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace thimble
