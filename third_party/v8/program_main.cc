// Compiled into every isolane_add_executable: the door between the host and the program's own main.
//
// The program defines main as any other does. Its symbol stays inside the program (program.map):
// the host's own main is another one. Every form of main may be called with all three arguments, as
// the C library does.
#include <unistd.h>

// Hidden, so that the host's main does not take the place of a missing one. (GCC forgets the
// attribute of a declaration that has a symbol name of its own.)
[[gnu::weak]] int ProgramMain(int argc, char** argv, char** envp) __asm__("main");
__asm__(".hidden main");

extern "C" [[gnu::visibility("default")]] int isolane_main(int argc, char** argv, char** envp) {
  if (ProgramMain != nullptr) return ProgramMain(argc, argv, envp);
  static const char kMessage[] = "isolane: this program defines no main()\n";
  (void)!write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
  return 127;
}
