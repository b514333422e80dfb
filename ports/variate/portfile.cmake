# An overlay port of the tree it stands in: vcpkg install variate --overlay-ports=<variate>/ports
set(VCPKG_BUILD_TYPE release) # header-only
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        -DVARIATE_BUILD_TESTS=OFF
        -DVARIATE_BUILD_EXAMPLES=OFF
        -DVARIATE_BUILD_BENCHMARKS=OFF
        -DVARIATE_BUILD_DOCS=OFF
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/variate)
vcpkg_fixup_pkgconfig()
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
