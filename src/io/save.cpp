#include "io/save.h"

#include "base/error.h"
#include "io/tflite.h"

namespace thimble {

void save_graph(FileSystem& files, const std::filesystem::path& path, const Graph& graph) {
  require(path.extension() == ".tflite", "{}: no format is known by this extension; name the output something.tflite",
          path.string());
  files.write(path, write_tflite(graph));
}

}  // namespace thimble
