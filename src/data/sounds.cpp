#include "data/sounds.h"

#include "base/error.h"
#include "data/class_folders.h"
#include "data/front_end_file.h"
#include "wire/wav.h"

namespace thimble {
namespace {

std::vector<std::int16_t> sound_of(FileSystem& files, const std::filesystem::path& path, const LogMelSettings& settings,
                                   int samples) {
  return with_context(path.string(), [&] {
    Sound sound = parse_wav(files.read(path), static_cast<std::size_t>(samples));
    require(sound.sample_rate == settings.sample_rate, "has {} samples a second, not {}; resample it, or say so in {}",
            sound.sample_rate, settings.sample_rate, kFrontEndFile);
    sound.samples.resize(static_cast<std::size_t>(samples));
    return std::move(sound.samples);
  });
}

}  // namespace

Dataset load_sounds(FileSystem& files, const std::filesystem::path& folder, Split split) {
  const LogMelSettings settings = read_front_end(files, folder);
  const LogMel front_end = make_log_mel(settings);
  const ClassFolders list = list_class_folders(folder, ".wav", split);
  Dataset data;
  data.sample_shape = {front_end.params.frames, front_end.features, 1};
  data.classes = static_cast<std::int32_t>(list.classes.size());
  for (const LabelledFile& file : list.files) {
    const Bytes features = front_end.run(sound_of(files, file.path, settings, front_end.samples));
    data.bytes.insert(data.bytes.end(), features.begin(), features.end());
    data.labels.push_back(file.label);
  }
  return data;
}

}  // namespace thimble
