// Memory that vectors of any instruction set load without crossing a cache line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace thimble {

/// Zeroed bytes that begin on a cache line; never moved.
class AlignedBytes {
 public:
  static constexpr std::size_t kLine = 64;

  AlignedBytes() = default;
  explicit AlignedBytes(std::size_t bytes) : data_(new (std::align_val_t{kLine}) std::uint8_t[bytes]()) {}
  template <typename T>
  T* as() const {
    return reinterpret_cast<T*>(data_.get());
  }

 private:
  struct Free {
    void operator()(std::uint8_t* data) const { ::operator delete[](data, std::align_val_t{kLine}); }
  };
  std::unique_ptr<std::uint8_t[], Free> data_;
};

}  // namespace thimble
