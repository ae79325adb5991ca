// A graph -> a model file.
#pragma once

#include <filesystem>

#include "base/file_system.h"
#include "ir/graph.h"

namespace thimble {

/// Writes `graph` to `path`, in the format that its extension names: .tflite. Throws InputError.
void save_graph(FileSystem& files, const std::filesystem::path& path, const Graph& graph);

}  // namespace thimble
