# What the module board carries in it: the sources of firmware, and our plugin for QEMU, compiled.
set(device_root "${CMAKE_CURRENT_SOURCE_DIR}/board/device")
file(GLOB_RECURSE device_files CONFIGURE_DEPENDS RELATIVE "${device_root}" "${device_root}/*")
thimble_embed(thimble_board board_device_files "${device_root}" ${device_files})

# The plugin is loaded into QEMU, which has no sanitizers in it.
add_library(thimble_count MODULE board/plugin/count.c)
set_target_properties(thimble_count PROPERTIES PREFIX "" OUTPUT_NAME count C_VISIBILITY_PRESET hidden)
target_compile_options(thimble_count PRIVATE -fno-sanitize=all)
target_link_options(thimble_count PRIVATE -fno-sanitize=all)
thimble_embed(thimble_board board_plugin "${CMAKE_CURRENT_BINARY_DIR}" count.so)
add_dependencies(thimble_board thimble_count)

# Runs AVR firmware; where simavr is not installed, the AVR boards say so.
find_path(SIMAVR_INCLUDE sim_avr.h PATH_SUFFIXES simavr)
find_library(SIMAVR_LIBRARY NAMES libsimavr.a simavr)
set(avr_runner "")
if(SIMAVR_INCLUDE AND SIMAVR_LIBRARY)
  add_executable(avr_run board/plugin/avr_run.c)
  target_include_directories(avr_run SYSTEM PRIVATE "${SIMAVR_INCLUDE}")
  target_compile_options(avr_run PRIVATE -O2 -fno-sanitize=all)
  target_link_libraries(avr_run PRIVATE "${SIMAVR_LIBRARY}")
  target_link_options(avr_run PRIVATE -fno-sanitize=all)
  add_dependencies(thimble_board avr_run)
  set(avr_runner avr_run)
endif()
thimble_embed(thimble_board avr_runner "${CMAKE_CURRENT_BINARY_DIR}" ${avr_runner})
