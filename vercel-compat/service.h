// A service as it will run: its configuration checked against the files of the project, and where
// it is hosted.
//
// spec/vercel-services.md sections 1.4, 4 and 5.1. Thread: any. Plain data.
#pragma once

#include <string>
#include <vector>

#include <isolane/result.h>

#include "vercel-compat/config.h"

namespace isolane::vercel {

enum class ServiceHost {
  kIsolate,    // an entry with handlers, or app/**/route.js files
  kFiles,      // nothing but a folder of files
  kChild,      // a process of its own, which listens on PORT
  kContainer,  // docker
};

struct Service {
  ServiceConfig config;
  ServiceHost host = ServiceHost::kFiles;
  // Absolute path of its folder, without '/' at the end.
  std::string directory;
  // The same relative to the project, normalized: "services/api", or ".".
  std::string root;
  // Given or detected; empty: none.
  std::string framework;
  // "node", "python", "go", "rust", "ruby", "container"; empty: static files or unknown.
  std::string runtime;
  // A file relative to `directory`; empty: none. Of a container: its Dockerfile.
  std::string entrypoint;
  // Of Python's "module.sub:attribute": the attribute.
  std::string attribute;
  // kIsolate without an entrypoint: files relative to `directory` that answer routes
  // ("app/api/users/[id]/route.ts"), sorted.
  std::vector<std::string> route_files;
};

// The services of `config`, in its order. `project` is the absolute path of the folder with
// vercel.json. The Error reads "[CODE] message".
Result<std::vector<Service>> ResolveServices(const VercelConfig& config,
                                             const std::string& project);

}  // namespace isolane::vercel
