// HDF5 <-> plain structs: the part of the format in which Keras, through h5py, keeps weights and models.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/npy.h"

namespace thimble {

/// A text, a list of texts, or numbers.
using Hdf5Attribute = std::variant<std::string, std::vector<std::string>, NpyArray>;
using Hdf5Attributes = std::map<std::string, Hdf5Attribute>;

/// Paths are without a leading slash: "layers/dense/vars/0". The root group's is "".
struct Hdf5File {
  std::map<std::string, Hdf5Attributes> groups;  // every group, those without attributes, too
  std::map<std::string, NpyArray> datasets;      // of numbers

  /// The attribute `name` of `group`; null if it is not there or not of kind T.
  template <typename T>
  const T* attribute(const std::string& group, const std::string& name) const {
    const auto found = groups.find(group);
    if (found == groups.end()) return nullptr;
    const auto value = found->second.find(name);
    return value == found->second.end() ? nullptr : std::get_if<T>(&value->second);
  }

  bool operator==(const Hdf5File&) const = default;
};

bool is_hdf5(ByteSpan file);

/// Reads a whole file. The HDF5 library is not used for this: it crashes on damaged files. Attributes of datasets are
/// left out. Throws InputError (not HDF5, damaged, or of a form that Keras does not write: chunked or compressed data,
/// types that are not in NpyType, groups in the newest format with so many members that they are kept in heaps).
Hdf5File parse_hdf5(ByteSpan file);

/// Same contents, same bytes. The groups above each path are made if they are not in `groups`.
Bytes write_hdf5(const Hdf5File& contents);

}  // namespace thimble
