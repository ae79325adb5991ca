// usage: tflite_seeds SOURCE_FOLDER OUTPUT_FOLDER: the models that fuzzing starts from: one of each operator and of
// each of its golden cases, and one that TensorFlow wrote.
#include <cstdio>

#include "base/error.h"
#include "io/tflite.h"
#include "ops/golden_testing.h"

namespace {

namespace fs = std::filesystem;
using namespace thimble;

void write_seeds(const fs::path& source, const fs::path& folder) {
  const fs::path ops = source / "src/ops";
  FileSystem& files = real_file_system();
  FileSet seeds = {
      {"tensorflow.tflite", std::string(as_text(files.read(source / "tests/golden/conv_dense_int8.tflite")))}};
  for (const std::string& name : folders_with_goldens(ops)) {
    for (const GoldenCase& golden : golden_cases(ops, name)) {
      const Bytes model = write_tflite(graph_of(golden));
      seeds[name + "_" + golden.name + ".tflite"] = as_text(model);
    }
  }
  files.write_all(folder, seeds);
  std::printf("%zu seeds\n", seeds.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  write_seeds(argv[1], argv[2]);
}
