// What generated code and firmware are made for.
#pragma once

namespace thimble {

enum class Optimize {
  kSize,   // the layers share one body of each kernel; -Os
  kSpeed,  // each layer has a copy of its kernel, specialized to its shape; -O2
};

}  // namespace thimble
