// Errors as the C++ API throws them.
#pragma once

#include "base/error.h"
#include "thimble/thimble.h"

namespace thimble {

/// Runs `body`; what is the caller's fault leaves it as thimble::Error. Mistakes of Thimble's own stay InternalError.
template <typename Body>
decltype(auto) with_public_errors(Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const InputError& error) {
    throw Error(error.what());
  }
}

}  // namespace thimble
