// Prints the rate of fused multiply-adds that the CPU reaches on THREADS threads, in GFLOP/s (2 a multiply-add): what
// training's kernels are measured against. bench/train.py builds and runs it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "ops/isa.h"

namespace {

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
volatile float sink;

}  // namespace

#define THIMBLE_BODY "fma_peak_body.h"
#include "ops/each_isa.h"

int main(int argc, char** argv) {
  using Rate = double (*)();
  const Rate rate = thimble::best_variant<Rate>(thimble::avx2::fma_rate, thimble::avx512::fma_rate);
  if (rate == nullptr) return 1;
  std::vector<double> rates(static_cast<std::size_t>(argc > 1 ? std::max(1, std::atoi(argv[1])) : 1));
  std::vector<std::thread> threads;
  for (double& result : rates) threads.emplace_back([&result, rate] { result = rate(); });
  double sum = 0.0;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    threads[i].join();
    sum += rates[i];
  }
  std::printf("%.1f\n", sum);
}
