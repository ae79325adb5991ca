#include <fmt/format.h>

#include <algorithm>

#include "report/format.h"
#include "report/model_page.h"
#include "report/plot.h"
#include "report/svg.h"

namespace thimble {
namespace {

// Units of the view box; at full size one is a CSS pixel.
constexpr double kWidth = 1030, kHeight = 400;
constexpr double kLeft = 74, kRight = 8, kTop = 48, kBottom = 46;
constexpr double kTextHeight = 13;
constexpr std::size_t kColours = 4;

/// Time runs in columns: the inputs' arrival, each step, the outputs' departure.
struct Axes {
  double column;  // its width
  double byte;    // its height
  double x(int step) const { return kLeft + column * (step + 1); }
  double y(std::size_t bytes) const { return kHeight - kBottom - byte * static_cast<double>(bytes); }
};

std::vector<std::size_t> bytes_in_use(const ModelPicture& picture) {
  std::vector<std::size_t> bytes(picture.steps.size() + 2), ends(bytes.size());
  std::vector<MemoryBlock> blocks = picture.blocks;
  std::ranges::sort(blocks, {}, &MemoryBlock::offset);
  for (const MemoryBlock& block : blocks) {
    for (int step = block.first; step <= block.last; ++step) {
      // An output may lie over an input that it is made from: what both hold counts once.
      std::size_t& end = ends[static_cast<std::size_t>(step + 1)];
      const std::size_t first = std::max(end, block.offset);
      end = std::max(end, block.offset + block.bytes);
      bytes[static_cast<std::size_t>(step + 1)] += end - std::min(end, first);
    }
  }
  return bytes;
}

/// As much of the name and size as there is room for.
std::string label_of(const MemoryBlock& block, double width) {
  const std::string size = short_bytes(block.bytes);
  for (const std::string& label : {block.name + ", " + size, block.name, size}) {
    if (text_length(label) <= width) return label;
  }
  return "";
}

std::string block_svg(const MemoryBlock& block, std::size_t index, const Axes& axes) {
  const double x = axes.x(block.first) + 1, y = axes.y(block.offset + block.bytes);
  const double width = axes.x(block.last + 1) - axes.x(block.first) - 2, height = axes.y(block.offset) - y;
  const std::string colour =
      block.scratch ? "f3" : fmt::format("f{}", (index % kColours) + (index % kColours > 1 ? 2 : 1));
  const std::string tip = fmt::format("{}: {} bytes at {} to {}", block.name, grouped(block.bytes),
                                      grouped(block.offset), grouped(block.offset + block.bytes));
  std::string text = rectangle(x, y, width, height, fmt::format("class=\"block {}\" rx=\"2\"", colour), tip);
  if (height >= kTextHeight + 2) {
    text += text_at(x + width / 2, y + height / 2 + 4.5, "t m v pass", label_of(block, width - 8));
  }
  return text;
}

std::string grid(const ModelPicture& picture, const Axes& axes) {
  std::string text;
  for (const double tick : axis_ticks(0, static_cast<double>(picture.arena_bytes))) {
    const auto bytes = static_cast<std::size_t>(tick);
    if (bytes > picture.arena_bytes + picture.arena_bytes / 20) continue;
    const double y = axes.y(bytes);
    text += fmt::format("<path d=\"M{:.1f} {:.1f}H{:.1f}\" class=\"g\"/>\n", kLeft, y, kWidth - kRight);
    text += text_at(kLeft - 8, y + 4.5, "t e", short_bytes(bytes));
  }
  const int steps = static_cast<int>(picture.steps.size());
  const int stride = std::max(1, static_cast<int>(30 / axes.column));
  const double y = kHeight - kBottom + 18;
  text += text_at(axes.x(-1) + axes.column / 2, y, "t m", "in");
  text += text_at(axes.x(steps) + axes.column / 2, y, "t m", "out");
  for (int step = 0; step < steps; step += stride) {
    text += text_at(axes.x(step) + axes.column / 2, y, "t m", std::to_string(step + 1));
  }
  return text + text_at((kLeft + kWidth - kRight) / 2, kHeight - 6, "t m", "step");
}

std::string step_tips(const ModelPicture& picture, const std::vector<std::size_t>& bytes, const Axes& axes) {
  std::string text;
  for (std::size_t i = 0; i < picture.steps.size(); ++i) {
    const std::string tip = fmt::format("step {}: {}, {} bytes in use", i + 1, picture.steps[i], grouped(bytes[i + 1]));
    text += rectangle(axes.x(static_cast<int>(i)), kHeight - kBottom + 4, axes.column, 20, "class=\"unseen\"", tip);
  }
  return text;
}

std::string curve(const std::vector<std::size_t>& bytes, const Axes& axes) {
  std::string points;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int step = static_cast<int>(i) - 1;
    points +=
        fmt::format("{:.1f},{:.1f} {:.1f},{:.1f} ", axes.x(step), axes.y(bytes[i]), axes.x(step + 1), axes.y(bytes[i]));
  }
  return fmt::format("<polyline points=\"{}\" class=\"use\"/>\n", points);
}

}  // namespace

std::string memory_map(const ModelPicture& picture) {
  const std::vector<std::size_t> bytes = bytes_in_use(picture);
  const Axes axes = {(kWidth - kLeft - kRight) / static_cast<double>(bytes.size()),
                     (kHeight - kTop - kBottom) / static_cast<double>(std::max<std::size_t>(1, picture.arena_bytes))};
  std::string body = grid(picture, axes);
  if (!picture.steps.empty()) {
    const auto peak = static_cast<int>(std::max_element(bytes.begin() + 1, bytes.end() - 1) - bytes.begin()) - 1;
    const std::string& step = picture.steps[static_cast<std::size_t>(peak)];
    const std::string words = fmt::format("peak: {} bytes in step {}, {}",
                                          grouped(bytes[static_cast<std::size_t>(peak + 1)]), peak + 1, step);
    body += rectangle(axes.x(peak), kTop - 20, axes.column, kHeight - kTop - kBottom + 20, "class=\"peak\"", words);
    const double half = 0.55 * text_length(words);  // it is bold
    body += text_at(std::clamp(axes.x(peak) + axes.column / 2, kLeft + half, std::max(kLeft + half, kWidth - half)),
                    kTop - 28, "t m v strong", words);
  }
  for (std::size_t i = 0; i < picture.blocks.size(); ++i) body += block_svg(picture.blocks[i], i, axes);
  return svg(kWidth, kHeight, "memory over time", body + curve(bytes, axes) + step_tips(picture, bytes, axes));
}

}  // namespace thimble
