#include "report/layered_layout.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <utility>

namespace thimble {
namespace {

constexpr double kColumnGap = 28;  // between boxes of a layer
constexpr double kLayerGap = 34;
constexpr double kBendWidth = 12;  // what a passing edge takes of a layer
constexpr int kSweeps = 12;        // more change little
/// Edges across more layers than this all together are drawn straight, so that no graph takes long.
constexpr std::size_t kMostBends = 20'000;

std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// A box, or the place where an edge crosses a layer.
struct Place {
  int layer = 0;
  double width = 0;
  double x = 0;  // of its middle
  std::vector<int> above = {}, below = {};
};

class Layers {
 public:
  explicit Layers(const std::vector<LayoutBox>& boxes) : boxes_(boxes), places_(boxes.size()) {
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      places_[i].width = boxes[i].width;
      for (const int input : boxes[i].inputs) {
        places_[i].layer = std::max(places_[i].layer, places_[at(input)].layer + 1);
      }
    }
    lower_sources();
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      const std::set<int> inputs(boxes[i].inputs.begin(), boxes[i].inputs.end());
      for (const int input : inputs) connect(input, static_cast<int>(i));
    }
    for (std::size_t i = 0; i < places_.size(); ++i) {
      layers_.resize(std::max(layers_.size(), at(places_[i].layer) + 1));
      layers_[at(places_[i].layer)].push_back(static_cast<int>(i));
    }
  }

  Layout layout() {
    order();
    straighten();
    return result();
  }

 private:
  /// What reads nothing stands right above its first reader, not at the top of the page.
  void lower_sources() {
    std::vector<int> first_reader(boxes_.size(), -1);
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      for (const int input : boxes_[i].inputs) {
        int& layer = first_reader[at(input)];
        layer = layer < 0 ? places_[i].layer : std::min(layer, places_[i].layer);
      }
    }
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      if (boxes_[i].inputs.empty() && first_reader[i] > 0) places_[i].layer = first_reader[i] - 1;
    }
  }

  void connect(int from, int to) {
    std::vector<int> path = {from};
    const int last = places_[at(to)].layer;
    for (int layer = places_[at(from)].layer + 1; layer < last && places_.size() < boxes_.size() + kMostBends;
         ++layer) {
      path.push_back(static_cast<int>(places_.size()));
      places_.push_back({.layer = layer, .width = kBendWidth});
    }
    path.push_back(to);
    for (std::size_t i = 1; i < path.size(); ++i) {
      places_[at(path[i - 1])].below.push_back(path[i]);
      places_[at(path[i])].above.push_back(path[i - 1]);
    }
    paths_.push_back(std::move(path));
  }

  // ---- the order within each layer: each place at the mean position of its neighbours, sweeping down and up

  void order() {
    position_.resize(places_.size());
    for (const auto& layer : layers_) number(layer);
    std::vector<std::vector<int>> best = layers_;
    std::int64_t fewest = crossings();
    for (int sweep = 0; sweep < kSweeps && fewest > 0; ++sweep) {
      const bool down = sweep % 2 == 0;
      for (std::size_t i = 0; i < layers_.size(); ++i) sort_layer(down ? i : layers_.size() - 1 - i, down);
      const std::int64_t now = crossings();
      if (now >= fewest) continue;
      fewest = now;
      best = layers_;
    }
    layers_ = std::move(best);
  }

  void sort_layer(std::size_t index, bool down) {
    std::vector<int>& layer = layers_[index];
    const std::size_t neighbour = down ? index - 1 : index + 1;
    if (neighbour >= layers_.size()) return;
    std::vector<std::pair<double, int>> keyed;
    for (std::size_t i = 0; i < layer.size(); ++i) {
      const Place& place = places_[at(layer[i])];
      const std::vector<int>& others = down ? place.above : place.below;
      double sum = 0;
      for (const int other : others) sum += position_[at(other)];
      keyed.emplace_back(others.empty() ? static_cast<double>(i) : sum / static_cast<double>(others.size()), layer[i]);
    }
    std::ranges::stable_sort(keyed, {}, &std::pair<double, int>::first);
    for (std::size_t i = 0; i < layer.size(); ++i) layer[i] = keyed[i].second;
    number(layer);
  }

  void number(const std::vector<int>& layer) {
    for (std::size_t i = 0; i < layer.size(); ++i) position_[at(layer[i])] = static_cast<double>(i);
  }

  std::int64_t crossings() const {
    std::int64_t count = 0;
    for (const auto& layer : layers_) {
      std::vector<double> ends;  // of the layer's edges, from left to right
      for (const int place : layer) {
        std::vector<double> own;
        for (const int other : places_[at(place)].below) own.push_back(position_[at(other)]);
        std::ranges::sort(own);
        ends.insert(ends.end(), own.begin(), own.end());
      }
      constexpr std::size_t kMostCompared = 2000;
      if (ends.size() > kMostCompared) continue;
      for (std::size_t i = 0; i < ends.size(); ++i) {
        count += std::count_if(ends.begin(), ends.begin() + static_cast<std::ptrdiff_t>(i),
                               [&](double end) { return end > ends[i]; });
      }
    }
    return count;
  }

  // ---- x: each place moves to the mean of its neighbours as far as its layer has room

  void straighten() {
    for (auto& layer : layers_) {
      double x = 0;
      for (const int id : layer) x = place_right_of(id, x);
      for (const int id : layer) places_[at(id)].x -= x / 2;
    }
    for (int sweep = 0; sweep < 2 * kSweeps; ++sweep) {
      const bool down = sweep % 2 == 0;
      for (std::size_t i = 0; i < layers_.size(); ++i) pull(layers_[down ? i : layers_.size() - 1 - i], down);
    }
  }

  double place_right_of(int id, double x) {
    Place& place = places_[at(id)];
    place.x = x + place.width / 2;
    return x + place.width + kColumnGap;
  }

  double gap(int left, int right) const {
    return (places_[at(left)].width + places_[at(right)].width) / 2 + kColumnGap;
  }

  /// The mean of its neighbours.
  double wanted(const Place& place, bool down) const {
    const std::vector<int>& others = down ? place.above : place.below;
    if (others.empty()) return place.x;
    double sum = 0;
    for (const int other : others) sum += places_[at(other)].x;
    return sum / static_cast<double>(others.size());
  }

  void pull(const std::vector<int>& layer, bool down) {
    std::vector<double> goal(layer.size());
    for (std::size_t i = 0; i < layer.size(); ++i) goal[i] = wanted(places_[at(layer[i])], down);
    // The mean of the leftmost and of the rightmost arrangement that keep order and gaps.
    std::vector<double> left = goal, right = goal;
    for (std::size_t i = 1; i < layer.size(); ++i)
      left[i] = std::max(left[i], left[i - 1] + gap(layer[i - 1], layer[i]));
    for (std::size_t i = layer.size(); i-- > 1;)
      right[i - 1] = std::min(right[i - 1], right[i] - gap(layer[i - 1], layer[i]));
    for (std::size_t i = 0; i < layer.size(); ++i) places_[at(layer[i])].x = (left[i] + right[i]) / 2;
  }

  Layout result() const {
    if (places_.empty()) return {};
    double least = std::numeric_limits<double>::max(), most = -least;
    for (const Place& place : places_) {
      least = std::min(least, place.x - place.width / 2);
      most = std::max(most, place.x + place.width / 2);
    }
    std::vector<double> heights(layers_.size(), 0), tops(layers_.size(), 0);
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      double& height = heights[at(places_[i].layer)];
      height = std::max(height, boxes_[i].height);
    }
    Layout layout;
    layout.width = most - least;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      tops[i] = layout.height;
      layout.height += heights[i] + (i + 1 < layers_.size() ? kLayerGap : 0);
    }
    const auto x = [&](int id) { return places_[at(id)].x - least; };
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      const std::size_t layer = at(places_[i].layer);
      layout.boxes.push_back({x(static_cast<int>(i)), tops[layer] + (heights[layer] - boxes_[i].height) / 2});
    }
    for (const std::vector<int>& path : paths_) {
      LayoutEdge edge = {path.front(), path.back(), {}};
      edge.points.push_back({x(edge.from), layout.boxes[at(edge.from)].y + boxes_[at(edge.from)].height});
      for (std::size_t i = 1; i + 1 < path.size(); ++i) {
        const std::size_t layer = at(places_[at(path[i])].layer);
        edge.points.push_back({x(path[i]), tops[layer]});
        edge.points.push_back({x(path[i]), tops[layer] + heights[layer]});
      }
      edge.points.push_back({x(edge.to), layout.boxes[at(edge.to)].y});
      layout.edges.push_back(std::move(edge));
    }
    return layout;
  }

  const std::vector<LayoutBox>& boxes_;
  std::vector<Place> places_;             // the boxes, then the bends
  std::vector<std::vector<int>> layers_;  // places from left to right
  std::vector<double> position_;          // of each place in its layer
  std::vector<std::vector<int>> paths_;   // of each edge: the places it passes
};

}  // namespace

Layout layered_layout(const std::vector<LayoutBox>& boxes) { return Layers(boxes).layout(); }

}  // namespace thimble
