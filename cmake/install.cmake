# Headers, the CMake package and the pkg-config file; nothing that depends on the machine, so all of it is under include and share.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/variate)
install(TARGETS variate EXPORT variateTargets
        FILE_SET headers DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILE_SET optional_headers DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT variateTargets NAMESPACE variate:: DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/variateConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/variateConfig.cmake ${CMAKE_CURRENT_LIST_DIR}/variateMpi.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/variateConfigVersion.cmake
        DESTINATION ${package_dir})

configure_file(${CMAKE_CURRENT_LIST_DIR}/variate.pc.in ${CMAKE_CURRENT_BINARY_DIR}/variate.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/variate.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)
