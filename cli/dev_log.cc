#include "cli/dev_log.h"

#include <cmath>
#include <cstdio>
#include <utility>

#include "cli/json_log.h"
#include "cli/messages.h"
#include "cli/project_build.h"
#include "runtime/base/nearest_name.h"

namespace isolane::cli {

DevLog::DevLog(const CliOptions& options, std::function<void()> flush)
    : level_(options.log_level), format_(options.log_format), flush_(std::move(flush)) {}

void DevLog::Flush() const {
  if (flush_) flush_();
}

void DevLog::Line(const std::string& text, const std::string& json) {
  const std::string& line = format_ == LogFormat::kJson ? json : text;
  if (level_ < LogLevel::kInfo || line.empty()) return;
  Flush();
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
}

void DevLog::Built(const std::string& worker, const wrangler::BuildResult& result) {
  if (result.ok()) {
    Flush();
    PrintBuild(result, level_);
  }
  Record(worker, result);
}

void DevLog::Record(const std::string& worker, const wrangler::BuildResult& result) {
  Line({}, JsonBuild(worker, result.ok(), result.bundled, result.duration_ms));
}

void DevLog::Building(const std::vector<std::string>& workers, std::chrono::seconds passed) {
  Line("⎔ Building " + base::ListNames(workers) + " ... " + std::to_string(passed.count()) + " s\n",
       {});
}

void DevLog::Reloading() { Line("⎔ Reloading local server...\n", {}); }

void DevLog::Reloaded(const std::vector<std::string>& workers, double ms) {
  Line("⎔ Local server updated and ready (" + base::ListNames(workers) + ", " +
           std::to_string(std::lround(ms)) + " ms)\n",
       JsonReload(workers, ms));
}

void DevLog::Note(const std::string& note) {
  Flush();
  PrintNotes({note}, level_);
}

void DevLog::Warn(const std::string& text) {
  Flush();
  PrintWarning(text, level_);
}

void DevLog::Fail(const std::string& text) {
  Flush();
  PrintError(text);
}

void DevLog::Tell(const wrangler::Diagnostics& diagnostics) {
  Flush();
  PrintDiagnostics(diagnostics, level_);
}

}  // namespace isolane::cli
