#include "cli/test_run.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include <isolane/runtime.h>

#include "cli/log_printer.h"
#include "cli/messages.h"
#include "cli/project_build.h"
#include "cli/run_plan.h"
#include "wrangler-compat/test_project.h"

namespace isolane::cli {

namespace {

constexpr const char* kWhatToExport =
    "Export one: export const adds = { async test(ctrl, env, ctx) { /* throws when it fails */ } "
    "};";

struct Counts {
  int passed = 0;
  int failed = 0;
};

std::string Indented(const std::string& text) {
  std::string out = "    ";
  for (char c : text) {
    out += c;
    if (c == '\n') out += "    ";
  }
  return out;
}

// What a test that failed without an exception has to say.
std::string ReasonOf(const EventResult& result) {
  return result.error.empty() ? "outcome: " + result.outcome : result.error;
}

// Runs the tests of the project's first Worker. False if it cannot be loaded or has no test.
bool RunProject(const CliOptions& options, wrangler::Builder& builder, wrangler::Project project,
                const std::string& prefix, Counts& counts) {
  const wrangler::ModuleFiles& tested = project.builds.front().files;
  const std::string shown = tested.display + tested.main;
  const Colours colours = ColoursOf(STDOUT_FILENO);
  LogPrinter printer(StyleOf(options, project.workers.size()));
  RuntimeOptions runtime_options;
  runtime_options.unknown_services = project.unknown_service;
  runtime_options.observer = &printer;
  runtime_options.public_only = options.public_only;
  runtime_options.tests_only = true;
  runtime_options.persist_to = options.persist_to.value_or("");
  for (WorkerSpec& spec : project.workers) Complete(options, spec);
  const auto runtime =
      LoadProjectRuntime(builder, std::move(project), runtime_options, options.log_level);
  if (runtime == nullptr) return false;
  auto results = runtime->RunTests("", options.filter, [&](const TestResult& test) {
    // What the test has written comes before its own line.
    printer.OnFlush();
    std::fputs(FormatTest(test, prefix, colours).c_str(), stdout);
    std::fflush(stdout);
    (test.result.ok() ? counts.passed : counts.failed)++;
  });
  printer.OnFlush();
  if (!results.ok()) {
    PrintError(results.error().ToString());
    return false;
  }
  if (!results->empty()) return true;
  PrintError(options.filter.empty()
                 ? shown + " has no test. " + kWhatToExport
                 : "No test of " + shown + " has \"" + options.filter + "\" in its name.");
  return false;
}

}  // namespace

int RunTests(const CliOptions& options, const wrangler::ProjectOptions& project_options) {
  // A place in the list for the tests of the configuration itself.
  std::vector<std::string> files = options.files;
  if (files.empty()) files.emplace_back();
  Counts counts;
  bool complete = true;
  wrangler::Builder builder(BuilderOptionsOf(options));
  for (const std::string& file : files) {
    wrangler::LoadedProject loaded = file.empty()
                                         ? wrangler::LoadProject(project_options)
                                         : wrangler::LoadTestProject(project_options, file);
    PrintDiagnostics(loaded.diagnostics, options.log_level);
    if (!loaded.ok()) {
      complete = false;
      continue;
    }
    const std::string prefix = files.size() > 1 ? file : std::string();
    if (!RunProject(options, builder, std::move(loaded.project), prefix, counts)) complete = false;
  }
  std::printf("%d passed, %d failed\n", counts.passed, counts.failed);
  return complete && counts.failed == 0 ? 0 : 1;
}

std::string FormatTest(const TestResult& test, const std::string& file, Colours colours) {
  const bool passed = test.result.ok();
  char time[32];
  std::snprintf(time, sizeof time, " (%.1f ms)", test.duration_ms);
  std::string out =
      passed ? Paint("PASS", Colour::kGreen, colours) : Paint("FAIL", Colour::kRed, colours);
  out += ' ';
  if (!file.empty()) out += Printable(file) + " > ";
  out += Printable(test.name) + Paint(time, Colour::kDim, colours) + '\n';
  if (!passed) out += Indented(ReasonOf(test.result)) + '\n';
  return out;
}

}  // namespace isolane::cli
