#include "report/plot.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <limits>

#include "report/picture.h"

namespace thimble {
namespace {

std::string number(double value) { return fmt::format("{:g}", value); }

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t i = text.find(part); i != std::string::npos; i = text.find(part, i + 1)) ++found;
  return found;
}

TEST(Plot, TicksAreRoundNumbersAroundTheValues) {
  EXPECT_EQ(axis_ticks(0.0, 1.0), (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0}));
  for (const auto& [least, most] : {std::pair{0.91, 0.98}, {0.0581, 0.3412}, {-3.0, 700.0}, {5.0, 5.0}, {0.0, 0.0}}) {
    const std::vector<double> ticks = axis_ticks(least, most);
    EXPECT_GE(ticks.size(), 2U);
    EXPECT_LE(ticks.size(), 8U);
    EXPECT_LE(ticks.front(), least + 1e-9);
    EXPECT_GE(ticks.back(), most - 1e-9);
  }
  const double huge = std::numeric_limits<double>::max();
  EXPECT_EQ(axis_ticks(-huge, huge).size(), 2U);
}

TEST(Plot, LinesPassThroughTheirValues) {
  const std::string svg = line_chart({{"one", {0, 10, 5}}, {"two", {10, NAN, 10}}}, "epoch", number);
  // The axis goes from 0 at y = 190 to 10 at y = 10.
  EXPECT_NE(svg.find("points=\"56.0,190.0 "), std::string::npos) << svg;
  EXPECT_EQ(count(svg, "<circle"), 5U);
  EXPECT_NE(svg.find(",100.0 \" class=\"s1\""), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(line_chart({{"none", {}}}, "epoch", number), "");
}

TEST(Plot, BarsHaveLengthsInProportion) {
  const std::string svg = bar_chart({{"a<b", {30, 10}, ""}, {"c", {20}, ""}}, {"x", "y"}, number);
  // Widths of the longest bar: 480 without the gap of 8 for its value; 472 * 30 / 40 and so on.
  EXPECT_NE(svg.find("width=\"354.0\""), std::string::npos) << svg;
  EXPECT_NE(svg.find("width=\"118.0\""), std::string::npos);
  EXPECT_NE(svg.find("width=\"236.0\""), std::string::npos);
  EXPECT_NE(svg.find("a&lt;b"), std::string::npos);
  EXPECT_EQ(count(bar_chart({{"zero", {0}, "0"}}, {}, number), "<rect"), 1U);
}

TEST(Plot, HeatMapShowsEveryCount) {
  const std::string svg = heat_map({{7, 1}, {0, 9}});
  EXPECT_EQ(count(svg, "<rect"), 4U);
  EXPECT_NE(svg.find("<title>label 0, predicted 1: 1</title>"), std::string::npos);
  EXPECT_NE(svg.find(">9</text>"), std::string::npos);
  EXPECT_EQ(count(svg, ">0</text>"), 2U);  // at the two axes: a count of 0 is left blank
}

TEST(Picture, Base64) {
  EXPECT_EQ(base64(as_bytes("")), "");
  EXPECT_EQ(base64(as_bytes("f")), "Zg==");
  EXPECT_EQ(base64(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(base64(as_bytes("foobar")), "Zm9vYmFy");
}

std::uint32_t be32(const Bytes& bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 | std::uint32_t{bytes[at + 2]} << 8 |
         bytes[at + 3];
}

TEST(Picture, PngHoldsTheRows) {
  const Bytes png = write_png(3, 2, 1, Bytes{1, 2, 3, 4, 5, 6});
  EXPECT_EQ(be32(png, 16), 3U);  // width and height of IHDR
  EXPECT_EQ(be32(png, 20), 2U);
  Bytes lines;
  for (std::size_t chunk = 8; chunk < png.size();) {
    const std::size_t size = be32(png, chunk);
    EXPECT_EQ(be32(png, chunk + 8 + size), ::crc32(0, &png[chunk + 4], static_cast<uInt>(size + 4)));
    if (png[chunk + 4] == 'I' && png[chunk + 5] == 'D') {
      lines.resize(100);
      uLongf length = 100;
      ASSERT_EQ(::uncompress(lines.data(), &length, &png[chunk + 8], size), Z_OK);
      lines.resize(length);
    }
    chunk += 12 + size;
  }
  EXPECT_EQ(lines, (Bytes{0, 1, 2, 3, 0, 4, 5, 6}));
}

TEST(Picture, OnlyOfImages) {
  Dataset data;
  data.sample_shape = {1, 2, 1};
  data.floats = {0.0F, 2.0F};
  data.labels = {0};
  const auto png = sample_as_png(data, 0);
  ASSERT_TRUE(png.has_value());
  EXPECT_EQ(*png, "data:image/png;base64," + base64(write_png(2, 1, 1, Bytes{0, 255})));
  EXPECT_FALSE(sample_as_png(data, 1).has_value());
  data.sample_shape = {2};
  EXPECT_FALSE(sample_as_png(data, 0).has_value());
}

}  // namespace
}  // namespace thimble
