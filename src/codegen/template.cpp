#include "codegen/template.h"

#include <algorithm>

#include "base/embedded.h"
#include "base/error.h"

namespace thimble {

std::span<const EmbeddedFile> package_templates();

std::string fill_template(std::string_view name, const std::map<std::string, std::string>& values) {
  const auto files = package_templates();
  const auto found = std::find_if(files.begin(), files.end(), [&](const EmbeddedFile& f) { return f.path == name; });
  ensure(found != files.end(), "template {} is not part of the program", name);
  std::string text(found->contents);
  for (const auto& [key, value] : values) {
    const std::string mark = "@" + key + "@";
    for (std::size_t i = text.find(mark); i != std::string::npos; i = text.find(mark, i + value.size())) {
      text.replace(i, mark.size(), value);
    }
  }
  return text;
}

}  // namespace thimble
