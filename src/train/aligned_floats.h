// Memory for training's kernels.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace thimble {

/// Zeroed floats that begin on a cache line; never moved.
class AlignedFloats {
 public:
  static constexpr std::size_t kLine = 16;  // floats of a cache line of 64 bytes
  static std::size_t round_up(std::size_t count) { return (count + kLine - 1) / kLine * kLine; }

  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t count) : size_(round_up(count)) {
    data_.reset(new (std::align_val_t{64}) float[size_]());
  }
  /// Memory of someone else's.
  static AlignedFloats at(float* memory, std::size_t count) {
    AlignedFloats floats;
    floats.size_ = round_up(count);
    floats.data_ = std::unique_ptr<float[], Free>(memory, Free(false));
    return floats;
  }
  float* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    bool owned;
    Free() : owned(true) {}
    explicit Free(bool is_owned) : owned(is_owned) {}
    void operator()(float* data) const {
      if (owned) ::operator delete[](data, std::align_val_t{64});
    }
  };
  std::unique_ptr<float[], Free> data_;
  std::size_t size_ = 0;
};

}  // namespace thimble
