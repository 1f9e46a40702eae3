// The hook that turns the pinned node executable into "libv8": see README.md in this folder.
//
// The patched host lists this library first among its NEEDED ones, so the start code of the host
// calls the
// __libc_start_main below instead of libc's. We hand libc our own main; node's is never called.
// Plain C without dependencies: it runs before any constructor of the program, in every program of
// the build.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int (*MainFunction)(int argc, char** argv, char** envp);
typedef int (*StartFunction)(MainFunction main, int argc, char** argv, void (*init)(void),
                             void (*fini)(void), void (*rtld_fini)(void), void* stack_end);

// What a shell answers for a program that cannot be run; nothing of ours uses it otherwise.
static const int kCannotStart = 127;

// Writes the path of the program's code, "<this executable>.so", to `path`. The executable is one
// of many hard links to the same host file; the kernel remembers by which of them it was started.
static int ProgramPath(char* path, size_t size) {
  static const char kSuffix[] = ".so";
  const ssize_t length = readlink("/proc/self/exe", path, size);
  if (length < 0) {
    fprintf(stderr, "isolane: cannot read /proc/self/exe: %s (is /proc mounted?)\n",
            strerror(errno));
    return 0;
  }
  if ((size_t)length + sizeof(kSuffix) > size) {
    fprintf(stderr, "isolane: the path of this executable is longer than %zu bytes\n", size);
    return 0;
  }
  memcpy(path + length, kSuffix, sizeof(kSuffix));
  return 1;
}

static int HostMain(int argc, char** argv, char** envp) {
  char path[PATH_MAX];
  if (!ProgramPath(path, sizeof(path))) return kCannotStart;
  if (access(path, R_OK) != 0) {
    fprintf(stderr,
            "isolane: %s: %s. An isolane program is two files side by side, NAME and NAME.so; "
            "copy or install them together.\n",
            path, strerror(errno));
    return kCannotStart;
  }
  // RTLD_NOW: a symbol the host lacks is reported here, by name, and not by a crash in the middle
  // of a request. RTLD_LOCAL: the program's symbols must not be seen by libraries that are loaded
  // later.
  void* program = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (program == NULL) {
    fprintf(stderr, "isolane: cannot load the program: %s\n", dlerror());
    return kCannotStart;
  }
  const MainFunction program_main = (MainFunction)dlsym(program, "isolane_main");
  if (program_main == NULL) {
    fprintf(stderr,
            "isolane: %s was not built with isolane_add_executable: it has no isolane_main\n",
            path);
    return kCannotStart;
  }
  return program_main(argc, argv, envp);
}

__attribute__((visibility("default"))) int __libc_start_main(MainFunction main, int argc,
                                                             char** argv, void (*init)(void),
                                                             void (*fini)(void),
                                                             void (*rtld_fini)(void),
                                                             void* stack_end) {
  // One function under two versions since glibc 2.34, only the second before. A lookup without a
  // version may not find either, depending on how the library was built; it is the last resort.
  StartFunction start = (StartFunction)dlvsym(RTLD_NEXT, "__libc_start_main", "GLIBC_2.34");
  if (start == NULL) start = (StartFunction)dlvsym(RTLD_NEXT, "__libc_start_main", "GLIBC_2.2.5");
  if (start == NULL) start = (StartFunction)dlsym(RTLD_NEXT, "__libc_start_main");
  if (start == NULL) {
    fputs("isolane: this C library has no __libc_start_main (glibc is required)\n", stderr);
    _exit(kCannotStart);
  }
  // v8::V8::Initialize(int) is present exactly when this process is the V8 host. Elsewhere
  // (the library was preloaded into a tool, say) nothing may change.
  const int is_host = dlsym(RTLD_DEFAULT, "_ZN2v82V810InitializeEi") != NULL;
  return start(is_host ? HostMain : main, argc, argv, init, fini, rtld_fini, stack_end);
}
