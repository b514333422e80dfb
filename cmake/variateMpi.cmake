# The target variate::mpi, where MPI is: what parallel/mpi.hpp needs.
if(NOT TARGET variate::mpi)
  set(MPI_CXX_SKIP_MPICXX TRUE)
  find_package(MPI QUIET COMPONENTS CXX)
  if(MPI_CXX_FOUND)
    add_library(variate::mpi INTERFACE IMPORTED GLOBAL)
    target_link_libraries(variate::mpi INTERFACE variate::variate MPI::MPI_CXX)
  endif()
endif()
