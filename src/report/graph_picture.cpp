#include <fmt/format.h>

#include <algorithm>

#include "report/format.h"
#include "report/layered_layout.h"
#include "report/model_page.h"
#include "report/svg.h"

namespace thimble {
namespace {

constexpr double kLine = 18;     // from one line of text to the next
constexpr double kPadding = 12;  // inside a box
constexpr double kLeastWidth = 150;
constexpr double kMargin = 4;  // around the drawing, for the lines' width

LayoutBox box_of(const PictureNode& node) {
  double width = kLeastWidth;
  for (const std::string& line : node.lines) width = std::max(width, text_length(line) + 2 * kPadding);
  width = std::max(width, text_length(node.title) * 1.12 + 2 * kPadding);  // it is bold
  const double lines = static_cast<double>(node.lines.size() + 1);
  return {width, lines * kLine + 1.25 * kPadding, node.inputs};
}

/// A curve through the points, upright at each.
std::string path_through(const std::vector<Point>& points) {
  std::string path = fmt::format("M{:.1f} {:.1f}", points[0].x, points[0].y);
  for (std::size_t i = 1; i < points.size(); ++i) {
    const Point &a = points[i - 1], &b = points[i];
    const double middle = (a.y + b.y) / 2;
    path += a.x == b.x ? fmt::format("V{:.1f}", b.y)
                       : fmt::format("C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", a.x, middle, b.x, middle, b.x, b.y);
  }
  return path;
}

std::string tip(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "&#10;") + html_escape(line);
  return "<title>" + text + "</title>";
}

std::string node_svg(const PictureNode& node, const LayoutBox& box, const Point& top) {
  const double left = top.x - box.width / 2;
  std::string text = fmt::format("<g class=\"{}\">{}\n", node.terminal ? "node end" : "node", tip(node.details));
  text += rectangle(left, top.y, box.width, box.height, fmt::format("rx=\"{}\"", node.terminal ? 16 : 7));
  if (node.share > 0) {
    constexpr double kBar = 4;
    const double length = box.width - 2 * kPadding;
    const double y = top.y + box.height - kBar - 3;
    text += rectangle(left + kPadding, y, length, kBar, "class=\"track\" rx=\"2\"");
    text += rectangle(left + kPadding, y, std::max(1.0, node.share * length), kBar, "class=\"f1\" rx=\"2\"");
  }
  double y = top.y + kPadding + 8;
  const double x = node.terminal ? top.x : left + kPadding;
  const std::string anchor = node.terminal ? " m" : "";
  text += text_at(x, y, "t v strong" + anchor, node.title);
  for (const std::string& line : node.lines) text += text_at(x, y += kLine, "t" + anchor, line);
  return text + "</g>\n";
}

}  // namespace

std::string graph_picture(const std::vector<PictureNode>& nodes) {
  std::vector<LayoutBox> boxes;
  for (const PictureNode& node : nodes) {
    boxes.push_back(box_of(node));
    if (node.share > 0) boxes.back().height += 6;
  }
  const Layout layout = layered_layout(boxes);
  std::string body = fmt::format("<g transform=\"translate({0} {0})\">\n", kMargin);
  for (const LayoutEdge& edge : layout.edges) {
    body += fmt::format("<path d=\"{}\" class=\"edge\" marker-end=\"url(#arrow)\"/>\n", path_through(edge.points));
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) body += node_svg(nodes[i], boxes[i], layout.boxes[i]);
  const double width = layout.width + 2 * kMargin, height = layout.height + 2 * kMargin;
  return fmt::format("<div class=\"graph\" style=\"width:{:.0f}px\">\n{}</div>\n", width,
                     svg(width, height, "the graph", body + "</g>\n"));
}

}  // namespace thimble
