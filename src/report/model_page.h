// One model as a page: its graph, its memory over time, its layers. What to show is plain text and numbers, so that
// nothing here knows a graph.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/sections.h"
#include "report/table.h"

namespace thimble {

/// A box of the graph.
struct PictureNode {
  std::string title;
  std::vector<std::string> lines;    // below the title
  std::vector<std::string> details;  // lines that are shown when the pointer rests on it
  double share = 0;                  // of the model's multiply-accumulates
  bool terminal = false;             // an input or output of the model
  std::vector<int> inputs = {};      // the boxes whose outputs it reads, by index; all stand before it
};

/// A piece of the arena, in use from step `first` to step `last`; -1 is before the first step, the number of steps
/// after the last one.
struct MemoryBlock {
  std::string name;
  bool scratch = false;
  std::size_t offset = 0, bytes = 0;
  int first = 0, last = 0;
};

struct ModelPicture {
  std::string model;
  std::vector<KeyFigure> key_figures;
  std::vector<PictureNode> nodes;
  std::vector<std::string> steps;  // what runs in each
  std::vector<MemoryBlock> blocks;
  std::size_t arena_bytes = 0;
  std::string peak;  // what takes the most, in words
  Table layers;
};

/// An HTML file that needs no other.
std::string model_page(const ModelPicture& picture);

/// The blocks over the steps, and the bytes in use, with the step that needs most; for model_page.
std::string memory_map(const ModelPicture& picture);

/// The boxes in layers from the inputs down to the outputs; for model_page.
std::string graph_picture(const std::vector<PictureNode>& nodes);

}  // namespace thimble
