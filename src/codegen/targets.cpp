#include <algorithm>
#include <vector>

#include "base/error.h"
#include "codegen/package.h"

namespace thimble {

namespace {

/// A Cortex-M. `board` is the emulated one whose start-up its firmware can have, too.
Target cortex_m(const std::string& name, const std::string& floats, Features features, const std::string& board) {
  return {"cortex-" + name,   "arm-none-eabi-gcc",
          "arm-none-eabi-ar", "-mcpu=cortex-" + name + " -mthumb " + floats + "-O2",
          features,           board};
}

Target avr(const std::string& name, const std::string& mcu) {
  return {name, "avr-gcc", "avr-ar", "-mmcu=" + mcu + " -std=gnu99 -O2", {.avr = true}, name};
}

const std::vector<Target>& all_targets() {
  const std::string soft = "-mfloat-abi=soft ", hard = "-mfloat-abi=hard ";
  const Features multiplier = {.lanes = true}, multiply_add = {.lanes = true, .multiply_add = true};
  const Features dsp = {.dsp = true}, dsp_fpu = {.dsp = true, .fpu = true};
  static const std::vector<Target> kTargets = {
      {"host", "cc", "ar", "-O2"},
      {"wasm", "emcc", "emar", "-O3 -msimd128"},
      cortex_m("m0", "", multiplier, "m0"),
      cortex_m("m3", "", multiply_add, "m3"),
      cortex_m("m4", hard + "-mfpu=fpv4-sp-d16 ", dsp_fpu, "m4"),
      cortex_m("m4+nofp", soft, dsp, "m4"),
      cortex_m("m7", hard + "-mfpu=fpv5-sp-d16 ", dsp_fpu, "m7"),
      cortex_m("m7+nofp", soft, dsp, "m7"),
      cortex_m("m33", hard, dsp_fpu, "m4"),
      cortex_m("m33+nofp", soft, dsp, "m4"),
      cortex_m("m33+nodsp+nofp", soft, multiply_add, "m3"),
      cortex_m("m55", hard, {.dsp = true, .mve = true, .fpu = true}, "m55"),
      cortex_m("m55+nofp", hard, {.dsp = true, .mve = true}, "m55"),
      {"rv32imc", "riscv64-unknown-elf-gcc", "riscv64-unknown-elf-ar", "-march=rv32imc -mabi=ilp32 -O2", multiplier,
       "rv32"},
      avr("avr", "atmega2560"),
      avr("atmega328p", "atmega328p"),
  };
  return kTargets;
}

}  // namespace

const Target& find_target(const std::string& name) {
  const std::vector<Target>& all = all_targets();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Target& t) { return t.name == name; });
  if (found != all.end()) return *found;
  std::string known;
  for (const Target& target : all) known += (known.empty() ? "" : ", ") + target.name;
  input_error("target '{}' is unknown; choose one of {}", name, known);
}

}  // namespace thimble
