// The program behind a service that no isolate can run: which command starts it, and with what
// environment.
//
// spec/vercel-services.md sections 4 and 5.1. Thread: any. Blocking: looks at files while a project
// is loaded.
#pragma once

#include <map>
#include <string>

#include <isolane/process_spec.h>
#include <isolane/result.h>

#include "vercel-compat/service.h"

namespace isolane::vercel {

// `service` is ServiceHost::kChild or kContainer. `variables` is its environment without its
// bindings and `config_path` is for messages. The Error reads "[CODE] message".
Result<ProcessSpec> MakeServiceProcess(const Service& service,
                                       const std::map<std::string, std::string>& variables,
                                       const std::string& config_path);

}  // namespace isolane::vercel
