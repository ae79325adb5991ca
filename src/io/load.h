// Any model file -> a graph that is ready to be run or compiled.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/file_system.h"
#include "ir/graph.h"
#include "ir/layer.h"

namespace thimble {

/// Reads the model at `path`, whose format is told by its contents. Throws InputError, naming the file, when it is none
/// that Thimble reads, or is at fault.
Graph load_graph(FileSystem& files, const std::filesystem::path& path);

/// Model::integer_forms of the model at `path`; empty where it has none.
std::map<std::string, IntegerForm> load_integer_forms(FileSystem& files, const std::filesystem::path& path);

}  // namespace thimble
