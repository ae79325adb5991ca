#include "report/effort.h"

#include <algorithm>
#include <set>

#include "base/error.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

/// A model's package has some tens of files; a folder with more than these is something else.
constexpr std::size_t kMostFiles = 1000;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The <name> of a line "#include <name>"; empty for all other lines.
std::string_view system_header(std::string_view line) {
  constexpr std::string_view kStart = "#include <";
  if (!line.starts_with(kStart)) return {};
  line.remove_prefix(kStart.size());
  return line.substr(0, line.find('>'));
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->is_regular_file(error)) paths.push_back(entry->path());
    require(paths.size() <= kMostFiles, "{}: has more than {} files; give the folder that thimble compile wrote",
            folder.string(), kMostFiles);
  }
  require(!error, "{}: cannot be read: {}; give the folder that thimble compile wrote", folder.string(),
          error.message());
  std::ranges::sort(paths);
  return paths;
}

void add_source(Effort& effort, const fs::path& path, std::string_view text, std::set<std::string>& headers) {
  const std::string name = path.filename().string();
  const std::uint64_t lines = count_lines(text);
  if (path.parent_path().filename() == "kernels") {
    effort.kernel_lines += lines;
  } else if (name.starts_with("weights.")) {
    effort.weight_lines += lines;
  } else {
    effort.model_lines += lines;
  }
  for (const std::string_view line : lines_of(text)) {
    if (const std::string_view header = system_header(line); !header.empty()) headers.emplace(header);
  }
}

void measure_package(Effort& effort, FileSystem& files, const fs::path& folder) {
  std::set<std::string> headers;
  for (const fs::path& path : files_below(folder)) {
    const std::string kind = path.extension().string();
    const bool source = kind == ".c" || kind == ".h" || kind == ".inc";
    const bool makefile = path.filename() == "Makefile";
    if (!source && !makefile) continue;
    const Bytes bytes = files.read(path);
    ++effort.package_files;
    if (makefile) {
      effort.build_lines += count_lines(as_text(bytes));
    } else if (path.filename() != "main.c") {
      add_source(effort, path, as_text(bytes), headers);
    }
  }
  require(effort.model_lines > 0, "{}: holds no C; give the folder that thimble compile wrote", folder.string());
  effort.headers.assign(headers.begin(), headers.end());
}

}  // namespace

std::uint64_t count_lines(std::string_view text) {
  const auto lines = lines_of(text);
  return static_cast<std::uint64_t>(std::ranges::count_if(
      lines, [](std::string_view line) { return line.find_first_not_of(" \t\r") != std::string_view::npos; }));
}

Effort measure_effort(FileSystem& files, const fs::path& recipe, const fs::path& package) {
  Effort effort;
  if (!recipe.empty()) {
    effort.recipe = recipe.string();
    effort.recipe_lines = count_lines(as_text(files.read(recipe)));
  }
  if (!package.empty()) {
    effort.package = package.string();
    measure_package(effort, files, package);
  }
  return effort;
}

}  // namespace thimble
