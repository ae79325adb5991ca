// Bytes that never change and may have many holders: a part of a file that was read, or a vector that was given away.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "base/file_system.h"

namespace thimble {

/// Copying it copies a pointer. Absent (the default) differs from present but empty.
class SharedBytes {
 public:
  SharedBytes() = default;
  explicit SharedBytes(Bytes bytes) {
    auto held = std::make_shared<const Bytes>(std::move(bytes));
    span_ = *held;
    owner_ = std::move(held);
  }
  /// `span` must lie in memory that `owner` keeps alive.
  SharedBytes(std::shared_ptr<const void> owner, ByteSpan span) : owner_(std::move(owner)), span_(span) {}

  explicit operator bool() const { return owner_ != nullptr; }
  ByteSpan span() const { return span_; }
  const std::uint8_t* data() const { return span_.data(); }
  std::size_t size() const { return span_.size(); }

  /// A part of the same bytes, which it keeps alive.
  SharedBytes part(std::size_t offset, std::size_t count) const { return {owner_, span_.subspan(offset, count)}; }

  friend bool operator==(const SharedBytes& a, const SharedBytes& b) {
    return bool{a} == bool{b} && std::ranges::equal(a.span_, b.span_);
  }

 private:
  std::shared_ptr<const void> owner_;
  ByteSpan span_;
};

}  // namespace thimble
