// LOG_MEL: sound -> what a model hears of it (audio/log_mel.h). Of our own: no file format has it.
#include "audio/log_mel.h"

#include <cmath>

#include "ops/checks.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_log_mel_params, frames, window, hop, transform_bits, bands, coefficients, floor, step)

namespace thimble {
extern const Op log_mel_op;
namespace {

LogMel front_end_of(const NodeView& node) {
  const Attributes& a = node.attributes();
  return make_log_mel({.sample_rate = a.integer("sample_rate"),
                       .seconds = a.real("seconds"),
                       .window_ms = a.real("window_ms"),
                       .hop_ms = a.real("hop_ms"),
                       .bands = a.integer("bands"),
                       .coefficients = a.integer("coefficients"),
                       .min_hz = a.real("min_hz"),
                       .max_hz = a.real("max_hz"),
                       .min_db = a.real("min_db"),
                       .max_db = a.real("max_db")});
}

std::vector<TensorSpec> infer(const NodeView& node) {
  const LogMel front_end = front_end_of(node);
  const Tensor& sound = node.input(0);
  require_type(sound, {Type::kInt16});
  require(sound.shape == Shape({1, front_end.samples}), "'{}' is {}, expected {}", sound.name, to_string(sound.shape),
          to_string(Shape{1, front_end.samples}));
  return {{Type::kInt8, {1, front_end.params.frames, front_end.features, 1}}};
}

/// What the model's input holds for each byte: as run/samples.cpp encodes a data set, whose bytes stand for byte *
/// scale.
std::vector<std::int8_t> encoded_bytes(const Tensor& output, float scale) {
  std::vector<std::int8_t> table(256);
  for (int byte = 0; byte < 256; ++byte) {
    const float steps =
        std::round(static_cast<float>(byte) * scale / output.scale()) + static_cast<float>(output.zero_point());
    table[static_cast<std::size_t>(byte)] = static_cast<std::int8_t>(std::clamp(steps, -128.0f, 127.0f));
  }
  return table;
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Tensor& output = node.output(0);
  require(output.quantization.present(), "'{}' lacks its scale", output.name);
  const LogMel front_end = front_end_of(node);
  KernelCall call = kernel_call("thimble_log_mel", "kernel/log_mel", &thimble_log_mel, front_end.params,
                                {in(node.input_id(0)), constant(0), constant(1), constant(2), constant(3), constant(4),
                                 scratch(), out(node.output_id(0))});
  call.constants = {{"window", Type::kInt16, make_data(front_end.window)},
                    {"twiddles", Type::kInt16, make_data(front_end.twiddles)},
                    {"mel", Type::kInt16, make_data(front_end.mel)},
                    {"dct", Type::kInt16, make_data(front_end.dct)},
                    {"bytes", Type::kInt8, make_data(encoded_bytes(output, node.attributes().real("scale")))}};
  call.scratch_bytes = front_end.scratch_bytes();
  return {call};
}

}  // namespace

const Op log_mel_op = {
    .name = "LOG_MEL",
    .summary = "the energies of a sound's frequency bands over time, or their cepstrum (MFCC); made by `--front-end`",
    .infer = infer,
    .lower = lower,
};

}  // namespace thimble
