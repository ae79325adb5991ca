// What generated code and firmware are made for.
#pragma once

namespace thimble {

enum class Optimize {
  kSize,   // the layers share one body of each kernel; -Os
  kSpeed,  // each layer has a copy of its kernel, specialized to its shape; -O2
  kRam,    // as for speed, and layers run row by row where that needs less memory
};

}  // namespace thimble
