#include "passes/front_end.h"

#include "base/error.h"
#include "ir/verify.h"

namespace thimble {

void prepend_front_end(Graph& graph, const LogMelSettings& s, float scale) {
  const LogMel front_end = make_log_mel(s);
  require(graph.inputs.size() == 1, "the model has {} inputs; a front end feeds one", graph.inputs.size());
  const TensorId features_id = graph.inputs[0];
  const Tensor& features = graph.tensor(features_id);
  require(features.type == Type::kInt8, "the input '{}' is {}; a front end feeds int8", features.name,
          name_of(features.type));
  require(features.elements() == std::int64_t{front_end.params.frames} * front_end.features,
          "the input '{}' has {} features, but the front end makes {} frames of {}", features.name, features.elements(),
          front_end.params.frames, front_end.features);
  graph.tensor(features_id).shape = {1, front_end.params.frames, front_end.features, 1};
  Tensor sound;
  sound.name = "sound";
  sound.type = Type::kInt16;
  sound.shape = {1, front_end.samples};
  sound.quantization.scales = {1.0f / 32768};
  sound.quantization.zero_points = {0};
  const TensorId sound_id = graph.add(sound);
  const auto real = [](float value) { return double{value}; };
  const Attributes attributes = {{"sample_rate", std::int64_t{s.sample_rate}},
                                 {"seconds", real(s.seconds)},
                                 {"window_ms", real(s.window_ms)},
                                 {"hop_ms", real(s.hop_ms)},
                                 {"bands", std::int64_t{s.bands}},
                                 {"coefficients", std::int64_t{s.coefficients}},
                                 {"min_hz", real(s.min_hz)},
                                 {"max_hz", real(s.max_hz)},
                                 {"min_db", real(s.min_db)},
                                 {"max_db", real(s.max_db)},
                                 {"scale", real(scale)}};
  graph.nodes.insert(graph.nodes.begin(), Node{"LOG_MEL", "front_end", {sound_id}, {features_id}, attributes});
  graph.inputs = {sound_id};
  verify(graph, "prepend_front_end");
}

}  // namespace thimble
