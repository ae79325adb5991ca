// The constants of a package: weights.h, weights.c, and how calls name them.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "codegen/c_text.h"

namespace thimble {

/// What a package says once of AVR's flash, which is an address space of its own: MODEL_FLASH qualifies what lies
/// there.
inline constexpr const char* kFlashMacro =
    "#ifndef MODEL_FLASH\n#if defined(__AVR__) && defined(__FLASH)\n#define MODEL_FLASH __flash\n#else\n"
    "#define MODEL_FLASH\n#endif\n#endif\n\n";

/// And MODEL_FAR, where constants need more than the 64 kB that it reaches: what qualifies the weights.
inline constexpr const char* kFarMacro =
    "#ifndef MODEL_FAR\n#if defined(__AVR_HAVE_ELPM__) && defined(__MEMX)\n#define MODEL_FAR __memx\n#else\n"
    "#define MODEL_FAR MODEL_FLASH\n#endif\n#endif\n\n";

class WeightsText {
 public:
  /// With `flash`, what kernels read through THIMBLE_FLASH pointers is in that address space.
  WeightsText(const Graph& graph, Identifiers& identifiers, bool flash)
      : graph_(graph), identifiers_(identifiers), flash_(flash) {}

  /// Adds what `call` reads; those that it makes itself get names that begin with `name`. Equal contents are stored
  /// once.
  void add(const KernelCall& call, const std::string& name);
  /// Adds a constant that no call reads, such as an output.
  void add(TensorId tensor) { add_tensor(tensor, false, false); }

  /// The address space that an operand of a call is read from, "MODEL_FLASH " or "MODEL_FAR "; empty: memory's.
  const char* space(const Operand& operand) const { return space(in_flash(operand), is_far(operand)); }
  /// Whether some constants lie beyond the first 64 kB of flash.
  bool has_far() const;

  /// "(const void *)model_conv_filter": the constant that an operand of `call` reads.
  std::string pointer(const KernelCall& call, const Operand& operand) const;
  /// A tensor's contents.
  std::string pointer(TensorId tensor) const { return pointer_of({nullptr, tensor, false, false}); }

  std::string header() const;
  std::string source() const;
  std::size_t bytes() const;
  /// Throws InputError that names a constant of more than `most` bytes.
  void require_arrays_of(std::size_t most) const;

 private:
  struct Weight {
    std::string name;
    Type type;
    std::shared_ptr<const Bytes> data;
    std::string comment;
    bool in_flash = false;  // kernels read it through MODEL_FLASH pointers
    bool far = false;       // ... through MODEL_FAR pointers
  };
  /// A call and which of its constants, or null and a tensor; and whether it is read from flash, and how.
  using Key = std::tuple<const KernelCall*, int, bool, bool>;

  bool in_flash(const Operand& operand) const { return flash_ && operand.flash; }
  bool is_far(const Operand& operand) const { return flash_ && operand.far; }
  const char* space(bool in_flash, bool far) const {
    return !in_flash ? "" : far && has_far() ? "MODEL_FAR " : "MODEL_FLASH ";
  }
  void add_tensor(TensorId id, bool in_flash, bool far);
  std::string declaration(const Weight& weight) const;
  void add_weight(const Key& key, Weight weight);
  std::string pointer_of(const Key& key) const;

  const Graph& graph_;
  Identifiers& identifiers_;
  bool flash_;
  std::vector<Weight> weights_;
  std::map<Key, std::size_t> index_;
};

}  // namespace thimble
