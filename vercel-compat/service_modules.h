// The JavaScript that stands between the runtime, which calls one fetch handler, and what services
// export: `fetch`, methods by name, or files of routes.
//
// spec/vercel-services.md sections 4 and 5.1. Thread: any. Pure functions.
#pragma once

#include <string>
#include <vector>

namespace isolane::vercel {

// The text of the module that sets up process.env from the bindings of the Worker. It is to be
// evaluated before any other.
std::string EnvironmentModule();

// The text of the main module of a service with an entry. `entry` is the specifier of that;
// messages name `service` and `file`.
std::string EntryModule(const std::string& environment, const std::string& entry,
                        const std::string& service, const std::string& file);

// A service of files that answer routes, "app/api/users/[id]/route.ts" relative to its
// `directory`: the text of one module that exports them all with the paths that they answer, and
// that of the main module, which imports it as `entry`.
std::string RouteFilesEntry(const std::string& directory, const std::vector<std::string>& files);
std::string RouteFilesModule(const std::string& environment, const std::string& entry);

}  // namespace isolane::vercel
