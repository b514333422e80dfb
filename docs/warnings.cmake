# Any warning of Doxygen's is a failure, but for what is said elsewhere: members that the concepts explain (core/concepts.hpp,
# bijectors/bijector.hpp, flows/transform.hpp, flows/coupling.hpp), constructors,
# operators and deduction guides, which the comment of their class covers, further overloads of a function, functions of <cmath> for
# duals and expressions, and traits that Eigen asks for.
cmake_minimum_required(VERSION 3.24)
set(vocabulary Scalar Lane accepts explain params set_params event_size batch_size theta link_pullback theta_pullback from_theta inputs
               sample rsample log_prob evaluate support entropy entropy_pullback mean mode variance stddev learn pullback value
               step index finite threads for_each result_type min max options optimizer
               forward inverse inverse_value output_size input_size in_domain in_image
               parameters kept bounds to_latent to_target slopes pull dims scratch initialise back_from_latent back_from_target)
set(cmath exp expm1 log log1p sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc atan2 hypot fabs fmin fmax
          ceil round isfinite isnan isinf)
string(JOIN "|" vocabulary ${vocabulary})
string(JOIN "|" cmath ${cmath})
file(STRINGS warnings.log warnings)
list(FILTER warnings EXCLUDE REGEX "Member (${vocabulary})[( ].* of (class|struct) .* is not documented")
list(FILTER warnings EXCLUDE REGEX "Member (${cmath})\\(.* of namespace variate is not documented")
list(FILTER warnings EXCLUDE REGEX "Member operator.* is not documented")
list(FILTER warnings EXCLUDE REGEX "\\) -> .* is not documented")
list(FILTER warnings EXCLUDE REGEX " Eigen::.* is not documented")
set(others "")
foreach(warning IN LISTS warnings)
  # A constructor: a member function called as its class is.
  if(warning MATCHES "Member ([A-Za-z]+)\\(.* of (class|struct) [A-Za-z:]*::([A-Za-z]+)[< ].*is not documented" AND
     CMAKE_MATCH_1 STREQUAL CMAKE_MATCH_3)
    continue()
  endif()
  # A further overload: the first one in the file, on an earlier line, is the one to document.
  if(warning MATCHES "^([^:]*):([0-9]+): warning: Member ([a-z_0-9]+)\\(.* of namespace .*is not documented")
    set(line ${CMAKE_MATCH_2})
    set(name ${CMAKE_MATCH_3})
    file(READ ${CMAKE_MATCH_1} text)
    string(FIND "${text}" " ${name}(" place)
    string(SUBSTRING "${text}" 0 ${place} before)
    string(REGEX REPLACE "[^\n]+" "" before "${before}")
    string(LENGTH "${before}" lines_before)
    math(EXPR first "${lines_before} + 1")
    if(first LESS line)
      continue()
    endif()
  endif()
  list(APPEND others "${warning}")
endforeach()
set(warnings ${others})
list(LENGTH warnings count)
if(count GREATER 0)
  list(JOIN warnings "\n" text)
  message("${text}")
  message(FATAL_ERROR "Doxygen has ${count} warnings")
endif()
