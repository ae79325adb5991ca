#include "codegen/kernel_sources.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "base/embedded.h"
#include "base/error.h"

namespace thimble {

std::span<const EmbeddedFile> kernel_files();

namespace {

std::string_view contents_of(const std::string& path) {
  const auto files = kernel_files();
  const auto found = std::find_if(files.begin(), files.end(), [&](const EmbeddedFile& f) { return f.path == path; });
  ensure(found != files.end(), "the kernel file {} is not part of the program", path);
  return found->contents;
}

std::string base_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

/// Copies one file, and all that it includes by a quoted name.
void add_file(FileSet& files, const std::string& path, const std::string& name) {
  if (files.contains("kernels/" + name)) return;
  files["kernels/" + name] = "";  // taken: headers may include one another
  std::istringstream lines{std::string(contents_of(path))};
  std::string text;
  const std::string directive = "#include \"";
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(directive)) {
      const std::string included = line.substr(directive.size(), line.find('"', directive.size()) - directive.size());
      add_file(files, included, base_name(included));
      line = directive + base_name(included) + "\"";
    }
    text += line + "\n";
  }
  files["kernels/" + name] = std::move(text);
}

}  // namespace

void add_kernel_sources(FileSet& files, const std::set<std::string>& sources) {
  for (const std::string& source : sources) {
    add_file(files, source + ".h", base_name(source) + ".h");
    add_file(files, source + ".c", base_name(source) + ".inc");
  }
}

}  // namespace thimble
