# SPDX-License-Identifier: MIT
# Finds SystemC and defines SystemC::systemc.
#
# Tries the package that an upstream build installs, then pkg-config's hints, then $SYSTEMC_HOME and the usual places;
# the distributions ship no CMake package. The version is read from sc_ver.h, since Debian's systemc.pc names another.
#
# The distribution's library is built for C++17 and checks that at link time. Every user of the target says so through
# SC_CPLUSPLUS and may then be compiled as C++20 (measured on 2.3.4 and 3.0.1).

find_package(SystemCLanguage CONFIG QUIET)
if(TARGET SystemC::systemc)
  set(SystemC_VERSION ${SystemCLanguage_VERSION})
  set(SystemC_LIBRARY SystemC::systemc)
  get_target_property(SystemC_INCLUDE_DIR SystemC::systemc INTERFACE_INCLUDE_DIRECTORIES)
else()
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(PC_SystemC QUIET systemc)
  endif()
  find_path(SystemC_INCLUDE_DIR systemc HINTS ${PC_SystemC_INCLUDE_DIRS} $ENV{SYSTEMC_HOME}/include)
  find_library(SystemC_LIBRARY systemc HINTS ${PC_SystemC_LIBRARY_DIRS}
               $ENV{SYSTEMC_HOME}/lib $ENV{SYSTEMC_HOME}/lib-linux64)
  if(SystemC_INCLUDE_DIR AND EXISTS ${SystemC_INCLUDE_DIR}/sysc/kernel/sc_ver.h)
    file(STRINGS ${SystemC_INCLUDE_DIR}/sysc/kernel/sc_ver.h version_lines
         REGEX "#define SC_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+")
    string(REGEX REPLACE "[^0-9;]" "" SystemC_VERSION "${version_lines}")
    string(REPLACE ";" "." SystemC_VERSION "${SystemC_VERSION}")
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SystemC REQUIRED_VARS SystemC_LIBRARY SystemC_INCLUDE_DIR
                                  VERSION_VAR SystemC_VERSION)
mark_as_advanced(SystemC_INCLUDE_DIR SystemC_LIBRARY)

if(SystemC_FOUND AND NOT TARGET SystemC::systemc)
  find_package(Threads REQUIRED)
  add_library(SystemC::systemc UNKNOWN IMPORTED)
  set_target_properties(SystemC::systemc PROPERTIES
    IMPORTED_LOCATION ${SystemC_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${SystemC_INCLUDE_DIR}
    INTERFACE_COMPILE_DEFINITIONS SC_CPLUSPLUS=201703L
    INTERFACE_LINK_LIBRARIES Threads::Threads)
endif()
