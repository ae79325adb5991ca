// The files of templates/, filled in.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace thimble {

/// The template of that name, each @KEY@ replaced by its value.
std::string fill_template(std::string_view name, const std::map<std::string, std::string>& values);

}  // namespace thimble
