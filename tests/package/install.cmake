# Installs into an empty prefix, and looks at what is there: headers and share, and no lib.
cmake_minimum_required(VERSION 3.24)
file(REMOVE_RECURSE ${prefix})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${build} --prefix ${prefix} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(GLOB found LIST_DIRECTORIES TRUE RELATIVE ${prefix} ${prefix}/* ${prefix}/share/*)
if(NOT found STREQUAL "include;share;share/cmake;share/pkgconfig")
  message(FATAL_ERROR "not what an installation should be: ${found}")
endif()
