// The page's own files, which are part of the program (assets/), and what they are filled with.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "report/sections.h"

namespace thimble {

/// The contents of assets/NAME.
std::string_view asset(std::string_view name);

/// `skeleton` with each {{name}} replaced; what is put in is not looked at again.
std::string fill_in(std::string_view skeleton, const std::map<std::string_view, std::string>& values);

std::string key_figures_html(const std::vector<KeyFigure>& figures);

}  // namespace thimble
