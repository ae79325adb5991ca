// Parameters of kernels in as few bytes of flash as their values need.
#pragma once

#include <vector>

#include "base/file_system.h"
#include "ops/kernel_call.h"

namespace thimble {

/// Rewrites the headers below kernels/ in `files`: members of the parameter structs of shared kernels
/// (THIMBLE_SHARED_KERNEL) that are int32_t become the smallest type that holds what the calls set them to. `calls`
/// are all of the package. For targets whose int has 32 bits: there, C computes with narrow integers as with int32_t.
void narrow_params(FileSet& files, const std::vector<const KernelCall*>& calls);

}  // namespace thimble
