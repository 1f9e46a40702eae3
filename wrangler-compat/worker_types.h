// TypeScript declarations for a project: the env of each Worker, with the entrypoints of those it
// is bound to typed by their own sources.
//
// Thread: any. Blocking: reads main modules and tsconfig.json.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wrangler-compat/project.h"

namespace isolane::wrangler {

struct TypesRequest {
  std::string cwd;   // absolute
  std::string path;  // of the first Worker's file, relative to cwd; empty: beside its configuration
  std::string env_interface = "Env";
  bool strict_vars = true;  // of a var its value, not only its type
  bool include_env = true;
  // Types of the platform; nothing: unless @cloudflare/workers-types is installed.
  std::optional<bool> include_runtime;
};

struct GeneratedFile {
  std::string path;  // absolute
  std::string content;
};

struct GeneratedTypes {
  // One for each Worker; then, if any of them needs it, that of the platform.
  std::vector<GeneratedFile> files;
  // Bindings that could not be typed, and why.
  std::vector<std::string> warnings;
};

// For a Worker "gateway", worker-configuration.d.ts beside its configuration:
//
//   interface GatewayEnv {
//     GREETING: "hello";
//     AUTH: Service<typeof import("../auth/src/index").Admin>;
//   }
//   declare namespace Cloudflare {
//     interface Env extends GatewayEnv {}
//   }
//   interface Env extends Cloudflare.Env {}
//
// Every file has the interfaces of all Workers (AuthEnv too): a source that names the env of its
// own Worker so is typed the same wherever it is imported.
GeneratedTypes GenerateTypes(const LoadedProject& loaded, const TypesRequest& request);

// "AuthWorkerEnv" for "auth-worker".
std::string EnvInterfaceOf(const std::string& worker);

// types/*.d.ts.
extern const char kPlatformTypes[];

}  // namespace isolane::wrangler
