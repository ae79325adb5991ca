// What the operators' host bodies (NAME_host.cpp) share.
#pragma once

#include "ops/op.h"

namespace thimble {

/// Whether all inputs from `first` are constant or absent.
inline bool constant_from(const NodeView& node, int first) {
  for (int i = first; i < node.input_count(); ++i) {
    if (node.has_input(i) && !node.input(i).constant()) return false;
  }
  return true;
}

/// The contents of a constant; null when the input is absent.
inline std::shared_ptr<const Bytes> contents(const NodeView& node, int index) {
  return node.has_input(index) ? node.input(index).data : nullptr;
}

/// As numbers; null for null.
template <typename T>
const T* as(const std::shared_ptr<const Bytes>& data) {
  return data ? reinterpret_cast<const T*>(data->data()) : nullptr;
}

}  // namespace thimble
