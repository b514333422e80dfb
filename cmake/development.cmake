# What variate's own tests, examples and benchmarks are built with; never reaches a user of the library.
add_library(variate_development INTERFACE)
target_link_libraries(variate_development INTERFACE variate::variate)
target_compile_options(variate_development INTERFACE
  $<$<CXX_COMPILER_ID:MSVC>:/W4> $<$<NOT:$<CXX_COMPILER_ID:MSVC>>:-Wall;-Wextra;-Wpedantic;-Wconversion;-Wshadow>
  # g++ 12 finds fault with its own AVX-512 header (GCC bug 105593) when Eigen uses it.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-uninitialized;-Wno-maybe-uninitialized>
  # Its garbage collector takes a tenth of the time if it starts at the default of some megabytes.
  "$<$<CXX_COMPILER_ID:GNU>:SHELL:--param ggc-min-expand=100 --param ggc-min-heapsize=1000000>")

find_program(VARIATE_CCACHE ccache)
if(VARIATE_CCACHE AND PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The two sloppinesses are what ccache asks for with precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${VARIATE_CCACHE})
endif()
