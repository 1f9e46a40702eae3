#include "cli/types_command.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "cli/messages.h"
#include "wrangler-compat/files.h"
#include "wrangler-compat/worker_types.h"

namespace isolane::cli {

int WriteTypes(const CliOptions& options, const std::string& cwd,
               const wrangler::LoadedProject& loaded) {
  wrangler::TypesRequest request;
  request.cwd = cwd;
  request.path = options.types.path;
  request.env_interface = options.types.env_interface;
  request.strict_vars = options.types.strict_vars;
  request.include_env = options.types.include_env;
  request.include_runtime = options.types.include_runtime;
  const wrangler::GeneratedTypes types = wrangler::GenerateTypes(loaded, request);
  wrangler::Diagnostics diagnostics;
  for (const std::string& warning : types.warnings) diagnostics.AddGroup({}).Warn(warning, {});
  PrintDiagnostics(diagnostics, options.log_level);

  int status = 0;
  for (const wrangler::GeneratedFile& file : types.files) {
    const std::string shown = wrangler::RelativePath(cwd, file.path);
    const auto old = wrangler::ReadFile(file.path);
    const bool same = old.ok() && old.value() == file.content;
    if (options.types.check) {
      if (same) continue;
      PrintError(shown + (old.ok() ? " is out of date" : " is missing") +
                 ": run isolane types to write it.");
      status = 1;
      continue;
    }
    if (!same) {
      std::ofstream out(file.path, std::ios::binary | std::ios::trunc);
      out << file.content;
      out.close();
      if (!out) {
        PrintError(shown + " cannot be written: " + std::strerror(errno));
        return 1;
      }
    }
    PrintNotes({(same ? "Unchanged " : "Wrote ") + shown}, options.log_level);
  }
  return status;
}

}  // namespace isolane::cli
