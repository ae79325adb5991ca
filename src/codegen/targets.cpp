#include <algorithm>
#include <array>

#include "base/error.h"
#include "codegen/package.h"

namespace thimble {

const Target& find_target(const std::string& name) {
  static const std::array<Target, 10> kTargets = {{
      {"host", "cc", "ar", "-O2"},
      {"wasm", "emcc", "emar", "-O3 -msimd128"},
      {"cortex-m0", "arm-none-eabi-gcc", "arm-none-eabi-ar", "-mcpu=cortex-m0 -mthumb -O2", {.lanes = true}, "m0"},
      {"cortex-m3",
       "arm-none-eabi-gcc",
       "arm-none-eabi-ar",
       "-mcpu=cortex-m3 -mthumb -O2",
       {.lanes = true, .multiply_add = true},
       "m3"},
      {"cortex-m4",
       "arm-none-eabi-gcc",
       "arm-none-eabi-ar",
       "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -O2",
       {.dsp = true},
       "m4"},
      {"cortex-m7",
       "arm-none-eabi-gcc",
       "arm-none-eabi-ar",
       "-mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16 -O2",
       {.dsp = true},
       "m7"},
      {"cortex-m55",
       "arm-none-eabi-gcc",
       "arm-none-eabi-ar",
       "-mcpu=cortex-m55 -mthumb -mfloat-abi=hard -O2",
       {.dsp = true, .mve = true},
       "m55"},
      {"rv32imc",
       "riscv64-unknown-elf-gcc",
       "riscv64-unknown-elf-ar",
       "-march=rv32imc -mabi=ilp32 -O2",
       {.lanes = true},
       "rv32"},
      {"avr", "avr-gcc", "avr-ar", "-mmcu=atmega2560 -std=gnu99 -O2", {.avr = true}, "avr"},
      {"atmega328p", "avr-gcc", "avr-ar", "-mmcu=atmega328p -std=gnu99 -O2", {.avr = true}, "atmega328p"},
  }};
  const auto found = std::find_if(kTargets.begin(), kTargets.end(), [&](const Target& t) { return t.name == name; });
  if (found != kTargets.end()) return *found;
  std::string known;
  for (const Target& target : kTargets) known += (known.empty() ? "" : ", ") + target.name;
  input_error("target '{}' is unknown; choose one of {}", name, known);
}

}  // namespace thimble
