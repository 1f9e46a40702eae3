// What the code of a test writes to stdout and stderr meanwhile.
#pragma once

#include <cstdio>
#include <string>

#include <unistd.h>

namespace isolane::cli {

// Calls `write`, and gives what it wrote to `file_descriptor`; what goes to the other one is
// dropped.
template <typename Write>
std::string Captured(int file_descriptor, Write&& write) {
  std::fflush(stdout);
  std::FILE* const files[] = {std::tmpfile(), std::tmpfile()};
  const int descriptors[] = {STDOUT_FILENO, STDERR_FILENO};
  int saved[2];
  for (int i = 0; i < 2; i++) {
    saved[i] = dup(descriptors[i]);
    dup2(fileno(files[i]), descriptors[i]);
  }
  write();
  std::fflush(stdout);
  for (int i = 0; i < 2; i++) {
    dup2(saved[i], descriptors[i]);
    close(saved[i]);
  }
  std::FILE* const file = files[file_descriptor == STDOUT_FILENO ? 0 : 1];
  std::string text;
  std::rewind(file);
  char buffer[4096];
  size_t count = 0;
  while ((count = std::fread(buffer, 1, sizeof buffer, file)) > 0) text.append(buffer, count);
  for (std::FILE* one : files) std::fclose(one);
  return text;
}

}  // namespace isolane::cli
