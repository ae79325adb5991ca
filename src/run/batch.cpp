#include "run/batch.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>

namespace thimble {

void parallel_ranges(std::size_t count, int threads, const std::function<void(std::size_t, std::size_t)>& body) {
  const std::size_t cores = threads > 0 ? static_cast<std::size_t>(threads) : std::thread::hardware_concurrency();
  const std::size_t parts = std::clamp<std::size_t>(cores, 1, std::max<std::size_t>(count, 1));
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto part = [&](std::size_t i) {
    try {
      body(count * i / parts, count * (i + 1) / parts);
    } catch (...) {
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> workers;
  for (std::size_t i = 1; i < parts; ++i) workers.emplace_back(part, i);
  part(0);
  for (std::thread& worker : workers) worker.join();
  if (failure) std::rethrow_exception(failure);
}

std::vector<Bytes> run_stacked(const std::shared_ptr<const Executable>& executable, const std::vector<ByteSpan>& inputs,
                               std::size_t count, int threads) {
  const Graph& graph = executable->graph;
  std::vector<Bytes> outputs;
  for (const TensorId id : graph.outputs) outputs.emplace_back(graph.tensor(id).bytes() * count);
  parallel_ranges(count, threads, [&](std::size_t first, std::size_t last) {
    Executor executor(executable);
    for (std::size_t n = first; n < last; ++n) {
      executor.reset();
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto memory = executor.input(static_cast<int>(i));
        std::memcpy(memory.data(), inputs[i].data() + n * memory.size(), memory.size());
      }
      executor.invoke();
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        const auto value = executor.output(static_cast<int>(i));
        std::memcpy(outputs[i].data() + n * value.size(), value.data(), value.size());
      }
    }
  });
  return outputs;
}

}  // namespace thimble
