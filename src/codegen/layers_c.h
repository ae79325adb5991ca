// The C text of the layers that share one body of a kernel: what is the same in all of them is told to the compiler,
// which folds it; the rest lies in a table, each number in as few bytes as it needs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "codegen/c_text.h"
#include "ops/kernel_call.h"

namespace thimble {

/// A pointer that a layer's call takes: `offset` bytes into the arena or, if that is less than 0, buffer -1 - `offset`
/// of the caller's; what `constant` names; or what `passed` says, such as with the names of a row's arguments: "input",
/// "other", "output", "row".
struct LayerPointer {
  std::optional<std::ptrdiff_t> offset = {};
  std::string constant = {};
  std::string passed = {};
  bool operator==(const LayerPointer&) const = default;
};

/// A step of the program, and its operator's name.
struct LayerNote {
  std::size_t step = 0;
  std::string op = {};
};

/// "/* 2, 3: ADD */": the steps that a line of C stands for. What measures the code of layers reads it
/// (deploy/layer_code.h).
std::string layer_comment(std::span<const LayerNote> notes);

/// A call of a kernel.
struct KernelUse {
  const KernelCall* call;
  std::vector<LayerPointer> pointers;
};

/// What a layer's call has become: a function of its kernel, and which of the function's layers it is.
struct SharedCall {
  std::string function;
  std::size_t index = 0;
  std::size_t layers = 1;  // of the function
  std::string row;         // what the function gets of a row's arguments: "input, output"

  /// "conv_2d_s8_layer(2, input, output)"; `number` stands for the index.
  std::string text(const std::string& number) const;
  std::string text() const { return text(std::to_string(index)); }
};

struct LayersText {
  std::string functions;  // one for each kernel, and its table
  std::vector<SharedCall> calls;
};

/// `flash` qualifies tables, and the constants that kernels read through THIMBLE_FLASH pointers: "MODEL_FLASH ", or
/// nothing. `far` likewise those that kernels read through THIMBLE_FAR.
LayersText layers_c(std::vector<KernelUse> layers, Identifiers& identifiers, const std::string& flash,
                    const std::string& far);

/// Lines that make the calls one after the other. Neighbours of one function become a loop.
std::string call_lines(const std::vector<SharedCall>& calls, const std::vector<LayerNote>& notes);

}  // namespace thimble
