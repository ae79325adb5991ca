// Checks that operators share. All throw InputError: what they look at may come from a file.
#pragma once

#include <initializer_list>

#include "ir/tensor.h"

namespace thimble {

/// `tensor` has one of `types`.
void require_type(const Tensor& tensor, std::initializer_list<Type> types);

/// Quantized per tensor: one scale and zero point.
void require_per_tensor(const Tensor& tensor);

void require_rank(const Tensor& tensor, int rank);

/// The two tensors have the same type, scale (within TFLite's tolerance of 1e-6) and zero point.
void require_same_quantization(const Tensor& a, const Tensor& b);

/// "operator X has no kernel for int32": for the end of a lower function.
[[noreturn]] void no_kernel(const char* op, const Tensor& tensor);

}  // namespace thimble
