# Any warning of Doxygen's is a failure, but for what is said elsewhere: members that the page of concepts explains, constructors,
# operators and deduction guides, which the comment of their class covers, and traits that Eigen asks for.
cmake_minimum_required(VERSION 3.24)
set(vocabulary Scalar accepts explain params set_params event_size batch_size theta link_pullback inputs learn pullback value
               result_type min max options optimizer)
string(JOIN "|" vocabulary ${vocabulary})
file(STRINGS warnings.log warnings)
list(FILTER warnings EXCLUDE REGEX "Member (${vocabulary})[( ].* of (class|struct) .* is not documented")
list(FILTER warnings EXCLUDE REGEX "Member operator.* is not documented")
list(FILTER warnings EXCLUDE REGEX "\\) -> .* is not documented")
list(FILTER warnings EXCLUDE REGEX " Eigen::.* is not documented")
set(others "")
foreach(warning IN LISTS warnings)
  # A constructor: a member function called as its class is.
  if(NOT warning MATCHES "Member ([A-Za-z]+)\\(.* of (class|struct) [A-Za-z:]*::([A-Za-z]+)[< ].*is not documented" OR
     NOT CMAKE_MATCH_1 STREQUAL CMAKE_MATCH_3)
    list(APPEND others "${warning}")
  endif()
endforeach()
set(warnings ${others})
list(LENGTH warnings count)
if(count GREATER 0)
  list(JOIN warnings "\n" text)
  message("${text}")
  message(FATAL_ERROR "Doxygen has ${count} warnings")
endif()
