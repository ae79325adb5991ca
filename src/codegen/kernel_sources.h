// The kernels' own source files, which the build linked into the program, as files of a package.
#pragma once

#include <set>
#include <string>

#include "base/file_system.h"

namespace thimble {

/// Adds to `files`, below kernels/, the sources named (KernelCall::source) with all headers that they include. Paths in
/// #include lines are made flat, so that a package needs no include path. The bodies are named .inc: model.c includes
/// them, a build does not compile them.
void add_kernel_sources(FileSet& files, const std::set<std::string>& sources);

}  // namespace thimble
