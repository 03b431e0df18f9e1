# SPDX-License-Identifier: MIT
# What Wireshark needs to read a capture of TLPs.
install(FILES tools/wireshark/ghostcard-tlp.lua DESTINATION ${CMAKE_INSTALL_DATADIR}/ghostcard/wireshark)

# find_package(ghostcard) for somebody else's platform: the card, its bus and the host side as libraries.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ghostcard)
install(EXPORT ghostcardTargets NAMESPACE ghostcard:: DESTINATION ${package_dir} COMPONENT development)
configure_package_config_file(cmake/ghostcardConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/ghostcardConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/ghostcardConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES cmake/FindSystemC.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/ghostcardConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/ghostcardConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT development)
