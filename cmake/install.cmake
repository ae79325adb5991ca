# What `cmake --install` puts in place: the program; and for C++ programs, component "development", one static library of all
# modules that the API needs, its header, and a package: find_package(thimble) gives the target thimble::thimble.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(library_modules base wire ir kernel audio ops data io passes plan run train quant codegen board deploy api)
set(library_objects "")
foreach(module IN LISTS library_modules)
  get_target_property(kind thimble_${module} TYPE)
  if(NOT kind STREQUAL "INTERFACE_LIBRARY")
    list(APPEND library_objects "$<TARGET_OBJECTS:thimble_${module}>")
  endif()
endforeach()
# Only made when it is asked for: the program and the tests link the modules.
add_library(thimble_library STATIC EXCLUDE_FROM_ALL ${library_objects})
set_target_properties(thimble_library PROPERTIES OUTPUT_NAME thimble EXPORT_NAME thimble LINKER_LANGUAGE CXX)
target_include_directories(thimble_library INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
target_compile_features(thimble_library INTERFACE cxx_std_20)
target_link_libraries(thimble_library PRIVATE fmt::fmt tomlplusplus::tomlplusplus ZLIB::ZLIB PkgConfig::LIBZIP
                                              PkgConfig::SNDFILE PkgConfig::SPNG Threads::Threads)

install(TARGETS thimble_library EXPORT thimble ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
        EXCLUDE_FROM_ALL)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/thimble" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development
        EXCLUDE_FROM_ALL)
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/thimble")
install(EXPORT thimble NAMESPACE thimble:: FILE thimble-targets.cmake DESTINATION "${package_folder}" COMPONENT development
        EXCLUDE_FROM_ALL)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/thimble-config.cmake.in" "${PROJECT_BINARY_DIR}/thimble-config.cmake"
                              INSTALL_DESTINATION "${package_folder}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/thimble-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/thimble-config.cmake" "${PROJECT_BINARY_DIR}/thimble-config-version.cmake"
        DESTINATION "${package_folder}" COMPONENT development EXCLUDE_FROM_ALL)
