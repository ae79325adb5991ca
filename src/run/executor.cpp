#include "run/executor.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "ir/verify.h"
#include "plan/unpack.h"

namespace thimble {
namespace {

static_assert(AlignedBytes::kLine % kHostAlignment == 0);

std::size_t at(TensorId id) { return static_cast<std::size_t>(id); }

}  // namespace

std::shared_ptr<const Executable> prepare(Graph graph, const LowerOptions& lower_options,
                                          const PlanOptions& plan_options, HostKernels kernels) {
  verify(graph, "prepare");
  auto executable = std::make_shared<Executable>();
  executable->graph = std::move(graph);
  executable->program = lower(executable->graph, lower_options);
  if (plan_options.unpack)
    unpack_before_use(executable->graph, executable->program, plan_options.limit, plan_options.caller,
                      lower_options.features.avr);
  executable->plan = make_plan(executable->graph, executable->program, plan_options, lower_options);
  verify(executable->plan, executable->graph, executable->program);
  require(executable->plan.arena_bytes <= kMostArenaBytes,
          "needs {} bytes for its activations; at most {} are supported", executable->plan.arena_bytes,
          kMostArenaBytes);
  if (kernels == HostKernels::kBest) {
    for (const Step& step : executable->program) {
      executable->host.push_back(step.call.host ? step.call.host() : std::nullopt);
    }
  }
  return executable;
}

Executor::Executor(std::shared_ptr<const Executable> executable)
    : executable_(std::move(executable)), arena_(executable_->plan.arena_bytes + executable_->plan.buffer_bytes) {
  const Plan& plan = executable_->plan;
  std::size_t host_scratch_bytes = 0;
  for (std::size_t i = 0; i < executable_->program.size(); ++i) {
    const Stream* stream = stream_of(plan.streams, static_cast<int>(i));
    if (stream && stream->first_step == static_cast<int>(i)) {
      steps_.push_back(
          {.stream = std::make_shared<StreamRunner>(executable_->graph, plan, *stream, arena_.as<void>())});
    }
    if (plan.elided[i]) continue;
    const KernelCall& call = executable_->program[i].call;
    void* scratch = arena_.as<std::uint8_t>() + std::max<std::ptrdiff_t>(0, plan.scratch_offsets[i]);
    const std::vector<std::optional<HostKernel>>& kernels = executable_->host;
    const HostKernel* host = i < kernels.size() && kernels[i] ? &*kernels[i] : nullptr;
    if (host) host_scratch_bytes = std::max(host_scratch_bytes, host->scratch_bytes);
    const auto memory = [this](TensorId id) { return address(id); };
    steps_.push_back({&call, host, bind_operands(call, memory, scratch)});
  }
  host_scratch_ = AlignedBytes(host_scratch_bytes);
  reset();
}

void* Executor::address(TensorId id) {
  const Tensor& tensor = graph().tensor(id);
  if (tensor.constant()) return const_cast<std::uint8_t*>(tensor.data->data());
  return arena_.as<std::uint8_t>() + executable_->plan.tensor_offsets[at(id)];
}

std::span<std::uint8_t> Executor::input(int index) {
  const TensorId id = graph().inputs[static_cast<std::size_t>(index)];
  return {static_cast<std::uint8_t*>(address(id)), graph().tensor(id).bytes()};
}

std::span<const std::uint8_t> Executor::output(int index) const {
  return value(graph().outputs[static_cast<std::size_t>(index)]);
}

std::span<const std::uint8_t> Executor::value(TensorId id) const {
  const Tensor& tensor = graph().tensor(id);
  if (tensor.constant()) return {tensor.data->data(), tensor.data->size()};
  return {arena_.as<std::uint8_t>() + executable_->plan.tensor_offsets[at(id)], tensor.bytes()};
}

void Executor::invoke() {
  for (const BoundStep& step : steps_) {
    if (step.stream) {
      step.stream->run();
    } else if (step.host) {
      step.host->run(step.pointers.data(), host_scratch_.as<void>());
    } else {
      step.call->invoke(step.pointers.data());
    }
  }
}

void Executor::reset() {
  for (std::size_t i = 0; i < graph().tensors.size(); ++i) {
    const Tensor& tensor = graph().tensors[i];
    if (!tensor.variable) continue;
    std::memset(address(static_cast<TensorId>(i)), tensor.zero_byte(), tensor.bytes());
  }
}

}  // namespace thimble
