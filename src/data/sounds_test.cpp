#include "data/sounds.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "data/class_folders.h"
#include "data/front_end_file.h"
#include "wire/wav.h"

namespace thimble {
namespace {

class SoundsTest : public ::testing::Test {
 protected:
  void write(const std::string& name, ByteSpan bytes) { real_file_system().write(folder_.path() / name, bytes); }
  void write_sound(const std::string& name, std::int16_t loudness, int rate = 16'000) {
    Sound sound{rate, std::vector<std::int16_t>(4000)};
    for (std::size_t i = 0; i < sound.samples.size(); ++i)
      sound.samples[i] = i % 16 < 8 ? loudness : std::int16_t(-loudness);
    write(name, make_wav(sound));
  }
  std::string error_of(Split split = Split::kTrain) {
    try {
      load_dataset(real_file_system(), folder_.path(), split);
    } catch (const InputError& error) {
      const std::string text = error.what(), prefix = folder_.path().string();
      return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
    }
    return "no error";
  }

  TemporaryFolder folder_;
};

TEST_F(SoundsTest, FoldersAreClasses) {
  for (const char* part : {"train", "test"}) {
    write_sound(std::string(part) + "/no/a.wav", 100);
    write_sound(std::string(part) + "/yes/b.WAV", 20'000);
    write_sound(std::string(part) + "/yes/c.wav", 20'000);
  }
  const DatasetSplits data = load_dataset(real_file_system(), folder_.path());
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{0, 1, 1}));
  EXPECT_EQ(data.train.classes, 2);
  EXPECT_EQ(data.train.sample_shape, (std::vector<std::int32_t>{49, 40, 1}));
  // The first quarter of a second is loud, then comes silence.
  const std::size_t sample = data.train.sample_size();
  EXPECT_GT(*std::max_element(&data.train.bytes[sample], &data.train.bytes[sample] + 40), 230);
  EXPECT_EQ(*std::max_element(&data.train.bytes[sample + 15 * 40], &data.train.bytes[sample] + sample), 0);
}

TEST_F(SoundsTest, OneInTenIsForTests) {
  for (int i = 0; i < 300; ++i) write_sound("all/" + std::to_string(i) + ".wav", 1000);
  const ClassFolders train = list_class_folders(folder_.path(), ".wav", Split::kTrain);
  const ClassFolders test = list_class_folders(folder_.path(), ".wav", Split::kTest);
  EXPECT_EQ(train.files.size() + test.files.size(), 300u);
  EXPECT_NEAR(static_cast<double>(test.files.size()), 30, 15);
}

TEST_F(SoundsTest, TheFrontEndIsTheFolders) {
  write_sound("train/a/a.wav", 1000);
  write_sound("test/a/a.wav", 1000);
  write("front_end.toml", as_bytes("seconds = 0.25\nbands = 20\ncoefficients = 10\n"));
  EXPECT_EQ(load_dataset(real_file_system(), folder_.path(), Split::kTest).sample_shape,
            (std::vector<std::int32_t>{12, 10, 1}));
  write("front_end.toml", as_bytes("band = 20\n"));
  EXPECT_TRUE(error_of().starts_with("/front_end.toml: unknown argument 'band'")) << error_of();
  write("front_end.toml", as_bytes("bands = 0\n"));
  EXPECT_EQ(error_of(), "/front_end.toml: bands = 0: from 1 to 128");
}

TEST_F(SoundsTest, NamesTheFileThatIsWrong) {
  write_sound("train/a/a.wav", 1000);
  write_sound("test/a/a.wav", 1000);
  write_sound("train/a/b.wav", 1000, 8000);
  EXPECT_EQ(error_of(),
            "/train/a/b.wav: has 8000 samples a second, not 16000; resample it, or say so in front_end.toml");
  write("train/a/b.wav", as_bytes("RIFF"));
  EXPECT_TRUE(error_of().starts_with("/train/a/b.wav: not a WAV file")) << error_of();
  std::filesystem::create_directory(folder_.path() / "train/empty");
  EXPECT_EQ(error_of(), "/train/empty: a class without .wav files; add some, or remove the folder");
  std::filesystem::remove(folder_.path() / "train/empty");
  write_sound("test/b/a.wav", 1000);
  EXPECT_EQ(error_of(), ": train and test have different classes: a and a, b");
}

TEST_F(SoundsTest, DamagedFilesAreRefusedOrRead) {
  const Sound sound{16'000, std::vector<std::int16_t>(100, 77)};
  const Bytes good = make_wav(sound);
  EXPECT_EQ(parse_wav(good).samples, sound.samples);
  for (std::size_t i = 0; i < 44; ++i) {
    for (const int flip : {1, 0x80, 0xff}) {
      Bytes bad = good;
      bad[i] = static_cast<std::uint8_t>(bad[i] ^ flip);
      try {
        EXPECT_LE(parse_wav(bad).samples.size(), good.size());
      } catch (const InputError&) {
      }
    }
    EXPECT_THROW(parse_wav(ByteSpan(good).first(i)), InputError);
  }
}

}  // namespace
}  // namespace thimble
