// CSV files -> samples: a column of labels, or of numbers to predict; all others are features.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "data/dataset.h"

namespace thimble {

/// `label` names the column of labels; empty: the one called label, class, target or y, else the last. Labels are
/// integers from 0 (classes), words (classes in the order of the alphabet, or of `class_names` where those are given),
/// or other numbers (to predict). Separators are commas, semicolons or tabs; the first line may name the columns.
/// Throws InputError that names the line and the column.
Dataset parse_csv(std::string_view text, std::string_view label = {}, const std::vector<std::string>& class_names = {});

}  // namespace thimble
