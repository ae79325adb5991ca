#include "report/model_page.h"

#include <gtest/gtest.h>

namespace thimble {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Two steps: 1 needs 30 bytes, 2 needs 50.
ModelPicture two_steps() {
  ModelPicture picture;
  picture.model = "a<b>.tflite";
  picture.nodes = {{.title = "input", .lines = {"x & y"}, .details = {"one", "two"}, .terminal = true, .inputs = {}},
                   {.title = "ADD", .lines = {}, .details = {}, .share = 0.25, .inputs = {0}}};
  picture.steps = {"ADD first", "ADD second"};
  picture.blocks = {{.name = "x", .offset = 0, .bytes = 10, .first = -1, .last = 1},
                    {.name = "sum", .offset = 10, .bytes = 20, .first = 0, .last = 1},
                    {.name = "scratch", .scratch = true, .offset = 30, .bytes = 20, .first = 1, .last = 1}};
  picture.arena_bytes = 50;
  return picture;
}

TEST(ModelPage, StandsAlone) {
  const std::string page = model_page(two_steps());
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>"));
  EXPECT_FALSE(has(page, "{{"));
  for (const char* other : {"src=", "<link", "@import", "url(http"}) EXPECT_FALSE(has(page, other)) << other;
  EXPECT_TRUE(has(page, "<h1>a&lt;b&gt;.tflite</h1>"));
}

TEST(MemoryMap, NamesThePeak) {
  EXPECT_TRUE(has(memory_map(two_steps()), "peak: 50 bytes in step 2, ADD second"));
  EXPECT_TRUE(has(memory_map(two_steps()), "<title>sum: 20 bytes at 10 to 30</title>"));
  EXPECT_TRUE(has(memory_map(two_steps()), "class=\"block f3\""));  // scratch
}

TEST(MemoryMap, AModelWithoutStepsHasNoPeak) { EXPECT_FALSE(has(memory_map({}), "peak:")); }

TEST(GraphPicture, ShowsBoxesAndEdges) {
  const std::string picture = graph_picture(two_steps().nodes);
  EXPECT_TRUE(has(picture, ">x &amp; y</text>"));
  EXPECT_TRUE(has(picture, "<title>one&#10;two</title>"));
  EXPECT_TRUE(has(picture, "class=\"edge\""));
  EXPECT_TRUE(has(picture, "class=\"track\""));
}

}  // namespace
}  // namespace thimble
