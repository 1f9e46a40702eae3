// The variables and secrets of a developer: .dev.vars, .dev.vars.ENV, .env and its relatives, the
// process's own variables, --var. Which of them count, and what they do to the bindings.
//
// spec/wrangler.md sections 3.1 and 3.2;
// https://developers.cloudflare.com/workers/configuration/secrets/#local-development-with-secrets
//
// Thread: any. Blocking: reads files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/diagnostics.h"
#include "wrangler-compat/env_files.h"

namespace isolane::wrangler {

// The variables of this process.
ProcessVariables CurrentProcessVariables();

struct DevVarsRequest {
  std::string cwd;          // absolute; paths are shown relative to it
  std::string directory;    // absolute: where the files are, that of the user's configuration
  std::string environment;  // empty: none
  // --env-file, relative to `directory`; if any, no other file counts.
  std::vector<std::string> env_files;
  std::optional<std::vector<std::string>> required_secrets;  // if there, no other secret is loaded
  const ProcessVariables* process = nullptr;
  // What files add to `process` (dotenv_process.h). Those of `directory` win over it.
  const std::vector<DevVar>* beside = nullptr;
};

struct DevVars {
  std::vector<DevVar> vars;
  // "Using secrets defined in .dev.vars", one for each file that counts.
  std::vector<std::string> notes;
};

// A file that cannot be read is an error in `loose`, one of --env-file that is not there a warning.
DevVars ReadDevVars(const DevVarsRequest& request, DiagnosticGroup& loose);

// Puts `vars` into the bindings: each as a hidden text, instead of a var of its name, but never
// instead of another kind of binding. The order of env's keys is kept: vars that are no text,
// texts, the other bindings. With required secrets, only those and vars that are there already are
// taken.
void ApplyDevVars(const DevVars& vars, const DevVarsRequest& request,
                  std::vector<BindingSpec>& bindings);

// The names among request.required_secrets that are not among `vars`.
std::vector<std::string> MissingSecrets(const DevVarsRequest& request, const DevVars& vars);

// Sets one var to a hidden text, whatever else has its name.
void OverrideVar(std::vector<BindingSpec>& bindings, const DevVar& var);

}  // namespace isolane::wrangler
