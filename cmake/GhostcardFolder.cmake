# SPDX-License-Identifier: MIT

# What all our code is compiled with; never inherited by users of the installed package.
add_library(ghostcard_warnings INTERFACE)
target_compile_options(ghostcard_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>)  # GCC 12 warns of std::string's own code (GCC bug 105651)

# ghostcard_folder(<folder> SOURCES ... [DEPENDS ...] [PRIVATE_DEPENDS ...])
# The library of one folder. Its public headers are <folder>/include/ghostcard/<folder>/*.h; only who links it can
# include them, which is what keeps the floors.
function(ghostcard_folder folder)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  set(target ghostcard_${folder})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(ghostcard::${folder} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${folder})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target} PUBLIC ${arg_DEPENDS}
    PRIVATE ${arg_PRIVATE_DEPENDS} $<BUILD_INTERFACE:ghostcard_warnings>)
endfunction()

# ghostcard_install_folder(<folder>): puts the folder's library and headers into the installed package. They are the
# component "development", which can be installed where only the libraries have been built.
function(ghostcard_install_folder folder)
  install(TARGETS ghostcard_${folder} EXPORT ghostcardTargets COMPONENT development)
  install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
endfunction()
