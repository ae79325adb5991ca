# thimble_flatbuffers(NAME SCHEMA): compiles src/NAME/SCHEMA.fbs to SCHEMA_generated.h, which only module NAME sees.
function(thimble_flatbuffers name schema)
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/flatbuffers")
  set(header "${folder}/${schema}_generated.h")
  set(source "${CMAKE_CURRENT_SOURCE_DIR}/${name}/${schema}.fbs")
  add_custom_command(OUTPUT "${header}" COMMAND "${FLATC}" --cpp -o "${folder}" "${source}" DEPENDS "${source}" VERBATIM)
  target_sources(thimble_${name} PRIVATE "${header}")
  target_include_directories(thimble_${name} SYSTEM PRIVATE "${folder}")
endfunction()
