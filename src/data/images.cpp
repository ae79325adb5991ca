#include "data/images.h"

#include "base/error.h"
#include "base/mapped_file.h"
#include "data/class_folders.h"
#include "wire/png.h"

namespace thimble {
namespace {

std::string shape_text(const std::vector<std::int64_t>& shape) {
  return fmt::format("{}x{}x{}", shape[0], shape[1], shape[2]);
}

}  // namespace

Dataset load_images(FileSystem& files, const std::filesystem::path& folder, Split split) {
  const ClassFolders list = list_class_folders(folder, ".png", split);
  Dataset data;
  data.class_names = list.classes;
  data.classes = static_cast<std::int32_t>(list.classes.size());
  data.source = folder.string();
  SpillingBytes pixels;
  std::vector<std::int64_t> shape;
  for (const LabelledFile& file : list.files) {
    const NpyArray image = with_context(file.path.string(), [&] { return parse_png(files.read(file.path)); });
    if (shape.empty()) shape = image.shape;
    require(image.shape == shape, "{}: is {}, but {} is {}; make all images of one size", file.path.string(),
            shape_text(image.shape), list.files[0].path.string(), shape_text(shape));
    pixels.append(image.bytes);
    data.labels.push_back(file.label);
  }
  for (const std::int64_t side : shape) data.sample_shape.push_back(static_cast<std::int32_t>(side));
  data.stored = std::move(pixels).finish();
  return data;
}

}  // namespace thimble
