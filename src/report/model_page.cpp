#include "report/model_page.h"

#include <fmt/format.h>

#include "report/assets.h"
#include "report/format.h"

namespace thimble {

std::string model_page(const ModelPicture& picture) {
  return fill_in(asset("model.html"), {{"style", std::string(asset("style.css"))},
                                       {"model", html_escape(picture.model)},
                                       {"key_figures", key_figures_html(picture.key_figures)},
                                       {"memory", memory_map(picture)},
                                       {"peak", html_escape(picture.peak)},
                                       {"graph", graph_picture(picture.nodes)},
                                       {"layers", table_as_html(picture.layers)}});
}

}  // namespace thimble
