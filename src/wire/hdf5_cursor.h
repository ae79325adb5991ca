// Bounds-checked reading of an HDF5 file's structures.
#pragma once

#include <cstring>
#include <string_view>

#include "base/error.h"
#include "base/file_system.h"

namespace thimble {

/// What reading one file may cost. A damaged file can lead in circles, or name the same bytes many times over.
class Hdf5Budget {
 public:
  /// `bytes`: of all values together.
  explicit Hdf5Budget(std::size_t bytes) : bytes_(bytes) {}

  /// To be called for each structure that is visited, and for each few bytes that are only looked at.
  void step(std::int64_t count = 1) {
    steps_ -= count;
    require(steps_ >= 0, "damaged HDF5 file: its structures lead in circles, or it has too many");
  }
  void spend(std::size_t bytes) {
    require(bytes <= bytes_, "damaged HDF5 file: its values take more bytes than the file has");
    bytes_ -= bytes;
  }

 private:
  std::int64_t steps_ = 10'000'000;
  std::size_t bytes_;
};

/// Reads one little-endian number after the other from a part of a file. Throws InputError where the part ends.
class Hdf5Cursor {
 public:
  explicit Hdf5Cursor(ByteSpan bytes) : bytes_(bytes) {}

  /// The part of `file` that starts at `address`.
  static Hdf5Cursor at(ByteSpan file, std::uint64_t address) {
    require(address <= file.size(), "damaged HDF5 file: an address lies behind its end");
    return Hdf5Cursor(file.subspan(address));
  }

  std::size_t left() const { return bytes_.size(); }

  ByteSpan take(std::uint64_t count) {
    require(count <= bytes_.size(), "damaged HDF5 file: a structure goes beyond its end");
    const ByteSpan taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }
  void skip(std::uint64_t count) { take(count); }

  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint16_t u16() { return number<std::uint16_t>(); }
  std::uint32_t u32() { return number<std::uint32_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }
  /// A number of 1, 2, 4 or 8 bytes: 1 << log_bytes.
  std::uint64_t sized(int log_bytes) {
    switch (log_bytes) {
      case 0:
        return u8();
      case 1:
        return u16();
      case 2:
        return u32();
      default:
        return u64();
    }
  }

  void expect(std::string_view signature) {
    require(as_text(take(signature.size())) == signature, "damaged HDF5 file: '{}' is missing where it should stand",
            signature);
  }

  /// Up to a zero, which is dropped.
  std::string_view text() {
    const std::size_t end = as_text(bytes_).find('\0');
    require(end != std::string_view::npos, "damaged HDF5 file: a name does not end");
    return as_text(take(end + 1)).substr(0, end);
  }

 private:
  template <typename T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }

  ByteSpan bytes_;
};

}  // namespace thimble
