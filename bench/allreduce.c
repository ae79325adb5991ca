// usage: mpirun -n 2 allreduce BYTES...: for each size, BYTES and the seconds of an MPI_Allreduce of floats, the median
// of many.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum { kRounds = 2001 };

static int compare(const void* a, const void* b) {
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

int main(int argc, char** argv) {
  static double seconds[kRounds];
  int rank;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  for (int i = 1; i < argc; ++i) {
    const int floats = atoi(argv[i]) / (int)sizeof(float);
    float* values = calloc((size_t)floats, sizeof(float));
    for (int r = 0; r < kRounds; ++r) {
      MPI_Barrier(MPI_COMM_WORLD);
      const double start = MPI_Wtime();
      MPI_Allreduce(MPI_IN_PLACE, values, floats, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
      seconds[r] = MPI_Wtime() - start;
    }
    qsort(seconds, kRounds, sizeof(double), compare);
    if (rank == 0) printf("%s %.9f\n", argv[i], seconds[kRounds / 2]);
    free(values);
  }
  MPI_Finalize();
  return 0;
}
