#include "wire/wav.h"

#include <sndfile.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/error.h"

namespace thimble {
namespace {

constexpr int kMostChannels = 64;

/// A file in memory, as libsndfile reads and writes one.
struct MemoryFile {
  Bytes bytes;
  sf_count_t position = 0;

  static MemoryFile& of(void* user) { return *static_cast<MemoryFile*>(user); }
  static sf_count_t length(void* user) { return static_cast<sf_count_t>(of(user).bytes.size()); }
  static sf_count_t tell(void* user) { return of(user).position; }
  static sf_count_t seek(sf_count_t offset, int whence, void* user) {
    MemoryFile& file = of(user);
    const sf_count_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.position : length(user);
    if (offset < -from || from + offset > (sf_count_t{1} << 31)) return -1;
    return file.position = from + offset;
  }
  static sf_count_t read(void* to, sf_count_t count, void* user) {
    MemoryFile& file = of(user);
    const sf_count_t some = std::clamp<sf_count_t>(length(user) - file.position, 0, count);
    if (some > 0) std::memcpy(to, file.bytes.data() + file.position, static_cast<std::size_t>(some));
    file.position += some;
    return some;
  }
  static sf_count_t write(const void* from, sf_count_t count, void* user) {
    MemoryFile& file = of(user);
    const auto end = static_cast<std::size_t>(file.position + count);
    if (file.bytes.size() < end) file.bytes.resize(end);
    std::memcpy(file.bytes.data() + file.position, from, static_cast<std::size_t>(count));
    file.position += count;
    return count;
  }
};

struct Close {
  void operator()(SNDFILE* file) const { sf_close(file); }
};
using SoundFile = std::unique_ptr<SNDFILE, Close>;

SoundFile open(MemoryFile& memory, int mode, SF_INFO& info) {
  SF_VIRTUAL_IO functions = {MemoryFile::length, MemoryFile::seek, MemoryFile::read, MemoryFile::write,
                             MemoryFile::tell};
  return SoundFile(sf_open_virtual(&functions, mode, &info, &memory));
}

}  // namespace

Sound parse_wav(ByteSpan file, std::size_t most_samples) {
  MemoryFile memory{{file.begin(), file.end()}};
  SF_INFO info = {};
  const SoundFile handle = open(memory, SFM_READ, info);
  require(handle != nullptr, "not a WAV file: {}", sf_strerror(nullptr));
  const int kind = info.format & SF_FORMAT_TYPEMASK;
  require(kind == SF_FORMAT_WAV || kind == SF_FORMAT_WAVEX, "not a WAV file");
  require(info.channels >= 1 && info.channels <= kMostChannels, "has {} channels", info.channels);
  require(info.frames > 0, "has no samples");
  // A header may promise more than there is.
  const std::size_t frames = std::min({static_cast<std::size_t>(info.frames), most_samples, file.size()});
  const auto channels = static_cast<std::size_t>(info.channels);
  std::vector<short> all(frames * channels);
  const sf_count_t got = sf_readf_short(handle.get(), all.data(), static_cast<sf_count_t>(frames));
  require(got > 0, "has no samples that can be read");
  Sound sound;
  sound.sample_rate = info.samplerate;
  sound.samples.resize(static_cast<std::size_t>(got));
  for (std::size_t i = 0; i < sound.samples.size(); ++i) {
    int sum = 0;
    for (std::size_t c = 0; c < channels; ++c) sum += all[i * channels + c];
    sound.samples[i] = static_cast<std::int16_t>(sum / info.channels);
  }
  return sound;
}

Bytes make_wav(const Sound& sound) {
  MemoryFile memory;
  SF_INFO info = {};
  info.samplerate = sound.sample_rate;
  info.channels = 1;
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  SoundFile handle = open(memory, SFM_WRITE, info);
  ensure(handle != nullptr, "cannot make a WAV file: {}", sf_strerror(nullptr));
  sf_writef_short(handle.get(), sound.samples.data(), static_cast<sf_count_t>(sound.samples.size()));
  handle.reset();
  return std::move(memory.bytes);
}

}  // namespace thimble
