# thimble_module(NAME [DEPENDS MODULE...] [EXCLUDE FILE...] [LIBRARIES TARGET...]): the static library thimble_NAME of all
# sources in src/NAME but its tests and the files named. A module sees only what it names here. What runs on a device (folders named device) or in another
# program (plugin) and files that are linked in as they are (assets, templates) are not part of it.
function(thimble_module name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;EXCLUDE;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp"
       "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.c")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "/(device|plugin|assets|templates)/")
  foreach(file ${ARG_EXCLUDE})
    list(FILTER sources EXCLUDE REGEX "/${file}$")
  endforeach()
  list(TRANSFORM ARG_DEPENDS PREPEND thimble_)
  if(sources)
    add_library(thimble_${name} STATIC ${sources})
    target_link_libraries(thimble_${name} PUBLIC ${ARG_DEPENDS} ${ARG_LIBRARIES})
    target_include_directories(thimble_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
  else()
    add_library(thimble_${name} INTERFACE)
    target_link_libraries(thimble_${name} INTERFACE ${ARG_DEPENDS} ${ARG_LIBRARIES})
  endif()
endfunction()

# thimble_test(MODULE): one GoogleTest program of all *_test.cpp in src/MODULE.
function(thimble_test module)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${module}/*_test.cpp")
  if(NOT sources)
    return()
  endif()
  list(TRANSFORM ARG_DEPENDS PREPEND thimble_)
  add_executable(${module}_test ${sources})
  target_link_libraries(${module}_test PRIVATE thimble_${module} ${ARG_DEPENDS} GTest::gtest_main)
  target_compile_definitions(${module}_test PRIVATE THIMBLE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_compile_options(${module}_test PRIVATE -O0)  # what is tested is in the libraries
  target_precompile_headers(${module}_test PRIVATE <gtest/gtest.h>)
  gtest_discover_tests(${module}_test TEST_PREFIX "${module}." DISCOVERY_TIMEOUT 60)
endfunction()
