# A classic V8 in place of the pinned host: ISOLANE_V8_ROOT holds include/v8.h and lib/libv8_monolith.a, and libuv comes
# from the system. Programs are ordinary executables.
#
# Nobody builds this way today: no V8 of the right age is in reach of the project's machines. It is kept because it is
# small and says which parts of the build belong to the host. llhttp, ada and simdutf would have to be added as libraries.
find_library(ISOLANE_V8_MONOLITH v8_monolith PATHS ${ISOLANE_V8_ROOT}/lib NO_DEFAULT_PATH REQUIRED)
find_package(Threads REQUIRED)

add_library(isolane_v8_host INTERFACE)
add_library(isolane::v8_host ALIAS isolane_v8_host)
target_include_directories(isolane_v8_host SYSTEM INTERFACE ${ISOLANE_V8_ROOT}/include)
target_link_libraries(isolane_v8_host INTERFACE ${ISOLANE_V8_MONOLITH} uv Threads::Threads ${CMAKE_DL_LIBS})

function(isolane_add_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "OUTPUT_DIRECTORY" "")
  if(NOT arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  endif()
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${arg_OUTPUT_DIRECTORY})
  target_link_libraries(${name} PRIVATE isolane::v8_host)
endfunction()

function(isolane_program variable name)
  get_target_property(directory ${name} RUNTIME_OUTPUT_DIRECTORY)
  set(${variable} ${directory}/${name} PARENT_SCOPE)
endfunction()
