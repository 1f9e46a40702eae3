# The start-up snapshot: the builtins are run once, here, and every isolate starts from the resulting heap.
#
#   isolane_mksnapshot     the program that makes it; linked like the runtime, but with an empty snapshot
#   isolane_snapshot       extern "C" const unsigned char isolane_snapshot_blob[];  extern "C" const size_t
#                          isolane_snapshot_blob_size;   (read-only, aligned to 64), and the same for
#                          isolane_snapshot_sources, the text of the builtins
#                          and the code caches of those that are not in the snapshot;
#                          isolane_html_rewriter_wasm, the WebAssembly module of HTMLRewriter
#   isolane_no_snapshot    the same names with size 0, for mksnapshot and tests of the layers below
#   isolane_runtime        the whole runtime with its snapshot
# Objects, not archives: a static library that needs the blob may come later on the link line.
function(isolane_add_blob name source)
  add_library(${name}_object OBJECT ${source})
  add_library(${name} INTERFACE)
  target_sources(${name} INTERFACE $<TARGET_OBJECTS:${name}_object>)
endfunction()

file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/no_snapshot.c CONTENT
"#include <stddef.h>
__attribute__((aligned(64))) const unsigned char isolane_snapshot_blob[1] = {0};
const size_t isolane_snapshot_blob_size = 0;
__attribute__((aligned(64))) const unsigned char isolane_snapshot_sources[1] = {0};
const size_t isolane_snapshot_sources_size = 0;
__attribute__((aligned(64))) const unsigned char isolane_html_rewriter_wasm[1] = {0};
const size_t isolane_html_rewriter_wasm_size = 0;
")
isolane_add_blob(isolane_no_snapshot ${CMAKE_CURRENT_BINARY_DIR}/no_snapshot.c)

file(GLOB_RECURSE mksnapshot_source CONFIGURE_DEPENDS mksnapshot_main.cc)
set_property(GLOBAL APPEND PROPERTY isolane_libraries isolane_snapshot isolane_runtime)
if(NOT mksnapshot_source OR NOT TARGET isolane_worker)
  message(STATUS "isolane_mksnapshot: no sources yet")
  return()
endif()

isolane_add_executable(isolane_mksnapshot ${mksnapshot_source})
target_compile_options(isolane_mksnapshot PRIVATE -fno-exceptions)
target_link_libraries(isolane_mksnapshot PRIVATE isolane_worker isolane_no_snapshot)
isolane_program(mksnapshot isolane_mksnapshot)

set(builtins ${CMAKE_CURRENT_SOURCE_DIR}/builtins)
set(packages ${PROJECT_SOURCE_DIR}/third_party/npm/node_modules)
set(streams ${packages}/web-streams-polyfill/dist/ponyfill.js)
set(url_pattern ${packages}/urlpattern-polyfill/dist/urlpattern.cjs)
set(esbuild ${packages}/@esbuild/linux-x64/bin/esbuild)
# Many files, which become the one that a built-in module is.
set(postal_mime ${CMAKE_CURRENT_BINARY_DIR}/postal_mime.js)
set(postal_mime_source ${packages}/postal-mime/dist/esm/postal-mime.js)
add_custom_command(
  OUTPUT ${postal_mime}
  COMMAND ${esbuild} ${postal_mime_source} --bundle --format=cjs --minify
          --log-level=warning --outfile=${postal_mime}
  DEPENDS ${postal_mime_source}
  COMMENT "Bundling postal-mime"
  VERBATIM)
# Made for Node.js; what it has from there is the host's. It gets its WebAssembly module ready made.
set(rewriter ${packages}/html-rewriter-wasm/dist)
set(rewriter_host web/html_rewriter/host)
set(html_rewriter ${CMAKE_CURRENT_BINARY_DIR}/html_rewriter.js)
add_custom_command(
  OUTPUT ${html_rewriter}
  COMMAND sed -e "s#String.raw`util`#'util'#" -e "s#String.raw`./asyncify.js`#'${rewriter}/asyncify.js'#"
          ${rewriter}/html_rewriter.js > html_rewriter_resolved.js
  COMMAND ${esbuild} html_rewriter_resolved.js --bundle --format=cjs --minify --log-level=warning
          --alias:util=${rewriter_host} --alias:assert=${rewriter_host} --alias:path=${rewriter_host}
          --alias:fs=${rewriter_host} --external:${rewriter_host} --define:WebAssembly.Module=Object
          --define:__dirname=0 --outfile=${html_rewriter}
  DEPENDS ${rewriter}/html_rewriter.js ${rewriter}/asyncify.js
  COMMENT "Bundling html-rewriter-wasm"
  VERBATIM)
set(blob ${CMAKE_CURRENT_BINARY_DIR}/snapshot.blob)
file(GLOB_RECURSE builtin_sources CONFIGURE_DEPENDS ${builtins}/*.js)
add_custom_command(
  OUTPUT ${blob} ${blob}.sources
  BYPRODUCTS ${blob}.texts
  COMMAND ${mksnapshot} ${builtins} ${blob} third_party/web-streams=${streams} third_party/url-pattern=${url_pattern}
          third_party/postal-mime=${postal_mime} third_party/html-rewriter=${html_rewriter}
  COMMAND ${mksnapshot} ${blob}
  DEPENDS isolane_mksnapshot ${builtin_sources} ${streams} ${url_pattern} ${postal_mime} ${html_rewriter}
  COMMENT "Making the start-up snapshot"
  VERBATIM)

# One file of bytes as NAME[] and NAME_size, read-only.
function(isolane_incbin output name file)
  set(text
"__asm__(\".section .rodata.${name}, \\\"a\\\", @progbits\\n\"
        \".globl ${name}\\n.hidden ${name}\\n\"
        \".type ${name}, @object\\n\"
        \".balign 64\\n\"
        \"${name}: .incbin \\\"${file}\\\"\\n\"
        \".Lend_${name}: .size ${name}, .Lend_${name} - ${name}\\n\"
        \".section .rodata.${name}_size, \\\"a\\\", @progbits\\n\"
        \".globl ${name}_size\\n.hidden ${name}_size\\n\"
        \".type ${name}_size, @object\\n\"
        \".balign 8\\n\"
        \"${name}_size: .quad .Lend_${name} - ${name}\\n\"
        \".size ${name}_size, 8\\n\"
        \".previous\\n\");
")
  string(APPEND ${output} "${text}")
  set(${output} "${${output}}" PARENT_SCOPE)
endfunction()
set(snapshot_c "#include <stddef.h>\n")
isolane_incbin(snapshot_c isolane_snapshot_blob ${blob})
isolane_incbin(snapshot_c isolane_snapshot_sources ${blob}.sources)
isolane_incbin(snapshot_c isolane_html_rewriter_wasm ${rewriter}/html_rewriter_bg.wasm)
file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/snapshot.c CONTENT "${snapshot_c}")
isolane_add_blob(isolane_snapshot ${CMAKE_CURRENT_BINARY_DIR}/snapshot.c)
# ccache reads .incbin as an input it cannot see, and would skip the file anyway.
set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/snapshot.c PROPERTIES OBJECT_DEPENDS "${blob};${blob}.sources")
set_property(TARGET isolane_snapshot_object PROPERTY C_COMPILER_LAUNCHER)

add_library(isolane_runtime INTERFACE)
target_link_libraries(isolane_runtime INTERFACE
  isolane_worker isolane_web isolane_js isolane_http isolane_loop isolane_base isolane_snapshot)
