// Which steps of a program run by rows, and from where to where: a segment is a step, or a stream of several.
#pragma once

#include "plan/plan.h"

namespace thimble {

/// The plan that needs the fewest bytes.
Plan smallest_plan(const Graph& graph, const Program& program, const LowerOptions& options, CallerMemory caller);

/// The plan with the least work that needs at most `limit` bytes. The message of NotEnoughRam names the fewest
/// bytes possible, and what takes them.
Plan plan_within(std::size_t limit, const Graph& graph, const Program& program, const LowerOptions& options,
                 CallerMemory caller);

/// "CONV_2D 'conv' needs 6760 bytes: 'input' 784, 'conv' 5408, ...": the step at which the most is in use, and what by.
std::string peak_text(const Plan& plan, const Graph& graph, const Program& program);

}  // namespace thimble
