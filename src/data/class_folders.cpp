#include "data/class_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/error.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kOneInTests = 10;

bool has_extension(const fs::path& path, std::string_view extension) {
  std::string own = path.extension().string();
  std::ranges::transform(own, own.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return own == extension;
}

/// In the order of their names; nothing for what cannot be listed.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (!entry->path().filename().string().starts_with('.')) entries.push_back(entry->path());
  }
  std::ranges::sort(entries);
  return entries;
}

std::vector<fs::path> files_of(const fs::path& folder, std::string_view extension) {
  std::vector<fs::path> files = entries_of(folder);
  std::erase_if(files,
                [&](const fs::path& path) { return !has_extension(path, extension) || !fs::is_regular_file(path); });
  return files;
}

bool holds_classes(const fs::path& folder, std::string_view extension) {
  return std::ranges::any_of(entries_of(folder), [&](const fs::path& entry) {
    return fs::is_directory(entry) && !files_of(entry, extension).empty();
  });
}

bool has_parts(const fs::path& folder, std::string_view extension) {
  return holds_classes(folder / "train", extension) && holds_classes(folder / "test", extension);
}

/// 32 bits of a name, all as likely (Fowler, Noll, Vo: FNV-1a, then mixed).
std::uint32_t hash_of(const std::string& name) {
  std::uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  hash = (hash ^ (hash >> 16)) * 0x85ebca6bu;
  return hash ^ (hash >> 13);
}

ClassFolders list_all(const fs::path& folder, std::string_view extension) {
  ClassFolders result;
  for (const fs::path& entry : entries_of(folder)) {
    if (!fs::is_directory(entry)) continue;
    const std::vector<fs::path> files = files_of(entry, extension);
    require(!files.empty(), "{}: a class without {} files; add some, or remove the folder", entry.string(), extension);
    for (const fs::path& file : files) result.files.push_back({file, static_cast<std::int32_t>(result.classes.size())});
    result.classes.push_back(entry.filename().string());
  }
  return result;
}

}  // namespace

bool is_class_folders(const fs::path& folder, std::string_view extension) {
  return holds_classes(folder, extension) || has_parts(folder, extension);
}

ClassFolders list_class_folders(const fs::path& folder, std::string_view extension, Split split) {
  if (has_parts(folder, extension)) {
    ClassFolders train = list_all(folder / "train", extension), test = list_all(folder / "test", extension);
    require(train.classes == test.classes, "{}: train and test have different classes: {} and {}", folder.string(),
            fmt::join(train.classes, ", "), fmt::join(test.classes, ", "));
    return split == Split::kTrain ? train : test;
  }
  ClassFolders all = list_all(folder, extension);
  std::erase_if(all.files, [&](const LabelledFile& file) {
    return (hash_of(file.path.filename().string()) % kOneInTests == 0) == (split == Split::kTrain);
  });
  for (std::size_t label = 0; label < all.classes.size(); ++label) {
    const bool some =
        std::ranges::any_of(all.files, [&](const LabelledFile& file) { return std::cmp_equal(file.label, label); });
    require(some, "{}: class '{}' has too few files to have some to {}; add files, or make folders train and test",
            folder.string(), all.classes[label], split == Split::kTrain ? "train on" : "test with");
  }
  return all;
}

}  // namespace thimble
