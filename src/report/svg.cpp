#include "report/svg.h"

#include <fmt/format.h>

#include "report/format.h"

namespace thimble {

double text_length(const std::string& text) {
  constexpr double kCharacter = 7.2;
  return kCharacter * static_cast<double>(text_width(text));
}

std::string svg(double width, double height, const std::string& label, const std::string& body) {
  return fmt::format(
      "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\">\n{}"
      "</svg>\n",
      width, height, html_escape(label), body);
}

std::string text_at(double x, double y, const std::string& classes, const std::string& text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>\n", x, y, classes, html_escape(text));
}

std::string rectangle(double x, double y, double width, double height, const std::string& attributes,
                      const std::string& tip) {
  return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" {}><title>{}</title></rect>\n",
                     x, y, width, height, attributes, html_escape(tip));
}

}  // namespace thimble
