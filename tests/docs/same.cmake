# -D program=<what prints the page> -D page=<the page>: fails unless they are the same.
execute_process(COMMAND ${program} OUTPUT_VARIABLE printed RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${program} ended with ${result}")
endif()
file(READ ${page} written)
if(NOT printed STREQUAL written)
  message(FATAL_ERROR "${page} is out of date: write what ${program} prints into it")
endif()
