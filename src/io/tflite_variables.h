// State that a .tflite file keeps in resources. There, VAR_HANDLE makes a handle of a variable's name, READ_VARIABLE
// and ASSIGN_VARIABLE take the handle, and CALL_ONCE runs a subgraph that gives the first values. In a Graph the
// variable is a tensor that READ_VARIABLE reads and ASSIGN_VARIABLE writes. These two functions turn one form into the
// other.
#pragma once

#include "wire/tflite.h"

namespace thimble {

/// In the first subgraph: a variable tensor for each name, no handles. Throws InputError when a variable's type is
/// unknown, or its first values are not the zero that all state starts with.
void resolve_variables(TfliteModel& model);

/// The way back; a second subgraph gives the first values, as LiteRT wants it.
void add_variable_handles(TfliteModel& model);

}  // namespace thimble
