// Elements of SVG; classes are those of assets/style.css.
#pragma once

#include <string>

namespace thimble {

/// About how wide `text` is in class t; on the wide side.
double text_length(const std::string& text);

/// A drawing to be put inline in a page; it takes the width that there is.
std::string svg(double width, double height, const std::string& label, const std::string& body);

std::string text_at(double x, double y, const std::string& classes, const std::string& text);

/// `attributes` are markup; `tip` is shown when the pointer rests on it.
std::string rectangle(double x, double y, double width, double height, const std::string& attributes,
                      const std::string& tip = {});

}  // namespace thimble
