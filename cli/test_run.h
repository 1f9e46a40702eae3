// `isolane test`: runs the test handlers of a Worker, or of one Worker after the other, and says
// what became of each.
//
//   PASS adds (0.4 ms)
//   FAIL divides (0.2 ms)
//       Error: division by zero
//           at Object.test (math.test.js:9:11)
//   1 passed, 1 failed
//
// Main thread.
#pragma once

#include <string>

#include <isolane/events.h>

#include "cli/options.h"
#include "cli/terminal.h"
#include "wrangler-compat/project.h"

namespace isolane::cli {

// Runs the tests of each of options.files, or without any those of the first configuration's main
// module. `project` says where the configurations are. Gives the exit code of the process: 0 if
// tests ran and all have passed.
int RunTests(const CliOptions& options, const wrangler::ProjectOptions& project);

// The lines of one test, with a newline at the end. `file` comes before the name if it is not
// empty.
std::string FormatTest(const TestResult& test, const std::string& file, Colours colours);

}  // namespace isolane::cli
