// Models that hear, with their front end in the graph: sound in, instead of features.
#pragma once

#include "audio/log_mel.h"
#include "ir/graph.h"

namespace thimble {

/// Puts a LOG_MEL before the graph's only input, whose features stand for byte * `scale`: what a data set of sounds
/// gives (data/sounds.h). The new input is int16 [1, samples]. Throws InputError unless the input is int8 and has as
/// many features.
void prepend_front_end(Graph& graph, const LogMelSettings& settings, float scale);

}  // namespace thimble
