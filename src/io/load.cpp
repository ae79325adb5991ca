#include "io/load.h"

#include "base/error.h"
#include "io/tflite.h"
#include "wire/tflite.h"

namespace thimble {

Graph load_graph(FileSystem& files, const std::filesystem::path& path) {
  Bytes contents = files.read(path);
  return with_context(path.string(), [&] {
    require(is_tflite(contents), "is no model that Thimble reads; give a .tflite or .keras file");
    return read_tflite(std::move(contents));
  });
}

}  // namespace thimble
