// Places the boxes of an acyclic graph in layers from top to bottom, with few crossings and straight paths.
#pragma once

#include <vector>

namespace thimble {

struct Point {
  double x, y;
};

struct LayoutBox {
  double width = 0, height = 0;
  std::vector<int> inputs = {};  // the boxes that lead here, by index; all stand before this one
};

struct LayoutEdge {
  int from, to;
  std::vector<Point> points;  // from the bottom of one box to the top of the other, by way of the layers between
};

struct Layout {
  std::vector<Point> boxes;  // the middle of each box's upper edge
  std::vector<LayoutEdge> edges;
  double width = 0, height = 0;
};

/// A box stands one layer below the lowest of its inputs (K. Sugiyama, S. Tagawa, M. Toda: Methods for visual
/// understanding of hierarchical system structures, 1981). Equal edges are drawn once.
Layout layered_layout(const std::vector<LayoutBox>& boxes);

}  // namespace thimble
