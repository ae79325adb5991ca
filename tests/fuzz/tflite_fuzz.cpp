// Any bytes are a model or an InputError of one line. CONTRIBUTING.md says how to run it.
#include <cstdlib>
#include <string_view>

#include "../hostile.h"
#include "base/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    thimble::try_model(thimble::Bytes(data, data + size));
  } catch (const thimble::InputError& error) {
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
