// What the forms of a model are called in a report: the file that was trained, those converted from it, firmware.
#pragma once

#include <string>

#include "report/results.h"

namespace thimble {

/// "model.keras" of "out/model.keras".
std::string file_name(const std::string& path);

/// "float32 .tflite", "int8 .tflite", "float32 .keras"; the file's name when its kind is not known.
std::string form_name(const EvalResult& evaluation);

/// "Arm Cortex-M4" of "Arm Cortex-M4 (QEMU mps2-an386)".
std::string short_title(const BenchResult& bench);

/// "int8 on Arm Cortex-M4", with ", speed" when others were optimized for something else.
std::string firmware_name(const Results& results, const BenchResult& bench);

/// The evaluation of the same model file, or null.
const EvalResult* evaluation_of(const Results& results, const std::string& model);

/// The form that goes to a device: the evaluation of the first measured firmware's model; without one, the smallest
/// file. Null when nothing was evaluated.
const EvalResult* deployed_form(const Results& results);

/// What others are compared with: the first .keras, without one the largest file. Null when nothing was evaluated.
const EvalResult* reference_form(const Results& results);

/// The measurement of the deployed form, the first one; null when nothing was measured.
const BenchResult* deployed_firmware(const Results& results);

}  // namespace thimble
