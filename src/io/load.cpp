#include "io/load.h"

#include "base/error.h"
#include "io/keras.h"
#include "io/tflite.h"
#include "wire/tflite.h"
#include "wire/zip.h"

namespace thimble {

Graph load_graph(FileSystem& files, const std::filesystem::path& path) {
  Bytes contents = files.read(path);
  return with_context(path.string(), [&] {
    if (is_zip(contents)) return read_keras(contents).graph;
    require(is_tflite(contents), "is no model that Thimble reads; give a .tflite or .keras file");
    return read_tflite(std::move(contents));
  });
}

std::map<std::string, IntegerForm> load_integer_forms(FileSystem& files, const std::filesystem::path& path) {
  const Bytes contents = files.read(path);
  if (!is_zip(contents)) return {};
  return with_context(path.string(), [&] { return read_keras(contents).integer_forms; });
}

}  // namespace thimble
