# isolane_add_library(<name> [V8] [LINKS <library>...])
#
# The library of the current folder: all its .cc files, except *_main.cc and main.cc, which belong to programs. V8 says
# that the folder faces V8. A folder without sources has no library yet, and nobody links it.
#
# isolane_link(<target> <scope> <library>...)  target_link_libraries for libraries that may not exist yet.
# isolane_add_unit_test(<name>)                registers a doctest program, the target <name>, with ctest
# isolane_check_graph()                        at the end: every library that was named is a folder of ours.
set_property(GLOBAL PROPERTY isolane_libraries)
set_property(GLOBAL PROPERTY isolane_linked)

function(isolane_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "V8" "" "LINKS")
  set_property(GLOBAL APPEND PROPERTY isolane_libraries ${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cc)
  list(FILTER sources EXCLUDE REGEX "/([a-z0-9_]+_)?main\\.cc$")
  if(NOT sources)
    message(STATUS "${name}: no sources yet")
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_compile_options(${name} PRIVATE -fno-exceptions)
  isolane_link(${name} PUBLIC ${arg_LINKS})
  if(arg_V8)
    target_link_libraries(${name} PUBLIC isolane::v8_host)
    target_precompile_headers(${name} REUSE_FROM isolane_pch)
  endif()
endfunction()

function(isolane_link target scope)
  set_property(GLOBAL APPEND PROPERTY isolane_linked ${ARGN})
  foreach(library IN LISTS ARGN)
    if(TARGET ${library})
      target_link_libraries(${target} ${scope} ${library})
    endif()
  endforeach()
endfunction()

function(isolane_add_unit_test name)
  isolane_program(program ${name})
  add_test(NAME ${name} COMMAND ${program} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 300)
  if(ISOLANE_SANITIZE)
    # V8 handles its own SIGSEGVs (wasm bounds), and scans stacks, which must be real ones.
    set_tests_properties(${name} PROPERTIES ENVIRONMENT
      "ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=0:check_initialization_order=1;UBSAN_OPTIONS=print_stacktrace=1")
  endif()
endfunction()

function(isolane_check_graph)
  get_property(libraries GLOBAL PROPERTY isolane_libraries)
  get_property(linked GLOBAL PROPERTY isolane_linked)
  list(REMOVE_DUPLICATES linked)
  foreach(library IN LISTS linked)
    if(NOT TARGET ${library} AND NOT library IN_LIST libraries)
      message(FATAL_ERROR "A CMakeLists.txt links ${library}, which no folder makes.")
    endif()
  endforeach()
endfunction()
