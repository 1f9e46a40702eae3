// Compiled into every isolane_add_executable: the door between the host and the program's own main.
//
// The program's sources are compiled with -Dmain=isolane_program_main, so that whichever of the
// usual forms of main they define (doctest's included) becomes an ordinary C++ function. Its
// mangled name tells which form it is; here all of them are weak, and exactly one is defined.
#include <unistd.h>

#define ISOLANE_MAYBE_DEFINED [[gnu::weak, gnu::visibility("hidden")]]
ISOLANE_MAYBE_DEFINED int isolane_program_main();
ISOLANE_MAYBE_DEFINED int isolane_program_main(int argc, char** argv);
ISOLANE_MAYBE_DEFINED int isolane_program_main(int argc, char** argv, char** envp);
#undef ISOLANE_MAYBE_DEFINED

extern "C" [[gnu::visibility("default")]] int isolane_main(int argc, char** argv, char** envp) {
  int (*const plain)() = isolane_program_main;
  int (*const with_arguments)(int, char**) = isolane_program_main;
  int (*const with_environment)(int, char**, char**) = isolane_program_main;
  if (with_arguments != nullptr) return with_arguments(argc, argv);
  if (with_environment != nullptr) return with_environment(argc, argv, envp);
  if (plain != nullptr) return plain();
  static const char kMessage[] = "isolane: this program defines no main()\n";
  (void)!write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
  return 127;
}
