#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "train/ranks/ranks.h"

namespace thimble {

Ranks* started_ranks() {
  const char* size = std::getenv("OMPI_COMM_WORLD_SIZE");
  require(size == nullptr || std::strcmp(size, "1") == 0,
          "mpirun started {} processes, but this thimble is built without MPI; install libopenmpi-dev and build again",
          size == nullptr ? "no" : size);
  return nullptr;
}

}  // namespace thimble
