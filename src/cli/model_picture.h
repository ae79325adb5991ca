// A model as the page of `thimble inspect -o` shows it.
#pragma once

#include <string>

#include "report/model_page.h"
#include "run/summary.h"

namespace thimble {

/// TensorFlow joins the names of all that it has fused: the first, or its end, is enough.
std::string short_name(const std::string& name);

ModelPicture picture_of(const std::string& model, const Executable& executable, const ModelSummary& summary);

}  // namespace thimble
