# Writes the table of operators from the folders of src/ops, each of which defines `const Op <folder>_op`.
file(GLOB folders CONFIGURE_DEPENDS RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}/ops" "${CMAKE_CURRENT_SOURCE_DIR}/ops/*/*.cpp")
list(TRANSFORM folders REPLACE "/.*" "")
list(REMOVE_DUPLICATES folders)
set(declarations "")
set(entries "")
foreach(folder IN LISTS folders)
  string(APPEND declarations "extern const Op ${folder}_op;\n")
  string(APPEND entries "      &${folder}_op,\n")
endforeach()
file(GENERATE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/op_table.cpp" CONTENT
"#include \"ops/op.h\"

namespace thimble {

${declarations}
std::span<const Op* const> all_ops() {
  static const Op* const table[] = {
${entries}  };
  return table;
}

}  // namespace thimble
")
target_sources(thimble_ops PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/op_table.cpp")
