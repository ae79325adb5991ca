# Installs the library, builds examples/cpp against it as any project would, and runs one.
# cmake -DBUILD=folder -DSOURCE=folder -DWORK=folder -P run.cmake
function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY OUTPUT_VARIABLE said ECHO_OUTPUT_VARIABLE)
  set(said "${said}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${WORK}")
run(${CMAKE_COMMAND} --build "${BUILD}" --target thimble_library)
run(${CMAKE_COMMAND} --install "${BUILD}" --component development --prefix "${WORK}/prefix")
run(${CMAKE_COMMAND} -G Ninja -S "${SOURCE}/examples/cpp" -B "${WORK}/build" "-DCMAKE_PREFIX_PATH=${WORK}/prefix")
run(${CMAKE_COMMAND} --build "${WORK}/build" -j 2)
run("${WORK}/build/residual")
if(NOT said MATCHES "float: test accuracy (0\\.9|1\\.0)[0-9]*" OR NOT said MATCHES "int8:  test accuracy (0\\.9|1\\.0)")
  message(FATAL_ERROR "the example did not learn what it should")
endif()
