# Makes the patched host and its import library. Run by the build as
#   cmake -D NODE=.. -D HOST=.. -D IMPORT=.. -D NEEDED=a.so;b.so -D CC=.. -D READELF=.. -D PATCHELF=.. -P make_host.cmake
#
# HOST    a copy of the node executable that loads NEEDED before everything else, first entry first, and looks for them
#         beside itself. Every program of the build is a hard link to it.
# IMPORT  a shared library without code that defines every symbol the host exports, so that programs can be linked with
#         --no-undefined. Its soname is the hook's, which is in the process anyway: nothing more is loaded at run time.

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE err)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "failed (${code}): ${ARGN}\n${out}${err}")
  endif()
  set(run_output "${out}" PARENT_SCOPE)
endfunction()

set(hook libisolane_hook.so)
set(runpath "\$ORIGIN:\$ORIGIN/..:\$ORIGIN/../lib/isolane")

# Written beside and renamed: programs are hard links to the old file, and one of them may be running.
set(new "${HOST}.new")
file(COPY_FILE "${NODE}" "${new}")
# patchelf puts each new entry first.
list(REVERSE NEEDED)
set(add_needed)
foreach(library IN LISTS NEEDED)
  list(APPEND add_needed --add-needed "${library}")
endforeach()
# Two calls: patchelf 0.14 writes a wrong runpath when it also adds entries.
run("${PATCHELF}" ${add_needed} "${new}")
run("${PATCHELF}" --set-rpath "${runpath}" "${new}")

run("${READELF}" --dynamic --wide "${new}")
string(REGEX MATCHALL "\\(NEEDED\\)[^\n]*\\[[^]]*\\]" entries "${run_output}")
list(TRANSFORM entries REPLACE ".*\\[(.*)\\]" "\\1")
list(REVERSE NEEDED)
foreach(library IN LISTS NEEDED)
  list(POP_FRONT entries first)
  if(NOT first STREQUAL library)
    message(FATAL_ERROR "the patched host should load ${library} before ${first}:\n${run_output}")
  endif()
endforeach()
string(FIND "${run_output}" "Library runpath: [${runpath}]" at)
if(at EQUAL -1)
  message(FATAL_ERROR "the patched host has a wrong runpath:\n${run_output}")
endif()
file(RENAME "${new}" "${HOST}")

# Symbols with a version are the host's copies of libc's and libstdc++'s variables; weak std:: ones are its instances of
# templates. Programs must take both from the libraries themselves. Thread-local ones cannot be imported by address.
run("${READELF}" --dyn-syms --wide "${NODE}")
string(REGEX MATCHALL "[^\n]+" lines "${run_output}")
list(FILTER lines INCLUDE REGEX " (FUNC|OBJECT) +(GLOBAL|WEAK) +DEFAULT +[0-9]+ [^ @]+$")
list(FILTER lines EXCLUDE REGEX " WEAK .* _Z(N?K?S[tabsiod]|T[IVTS]N?S[tabsiod]|GVNS|n[wa]|d[la])")
# A program has a main of its own, or none (program_main.cc).
list(FILTER lines EXCLUDE REGEX " main$")
list(TRANSFORM lines REPLACE ".* (FUNC|OBJECT) .* ([^ ]+)$" ".globl \\2\n.type \\2, %\\1\n\\2:\n")
list(TRANSFORM lines REPLACE "%FUNC" "%function")
list(TRANSFORM lines REPLACE "%OBJECT" "%object")
list(LENGTH lines count)
if(count LESS 10000)
  message(FATAL_ERROR "only ${count} exported symbols found in ${NODE}")
endif()
list(JOIN lines "" text)
file(WRITE "${IMPORT}.s" ".text\n${text}.section .note.GNU-stack,\"\",%progbits\n")
run("${CC}" -shared -nostdlib "-Wl,-soname,${hook}" -o "${IMPORT}" "${IMPORT}.s")
file(REMOVE "${IMPORT}.s")
