// Files that the build links into the program (cmake/embed.cmake): kernel sources, board support, templates, assets.
#pragma once

#include <span>
#include <string_view>

namespace thimble {

struct EmbeddedFile {
  std::string_view path;  // relative to the root that was given to thimble_embed
  std::string_view contents;
};

}  // namespace thimble
