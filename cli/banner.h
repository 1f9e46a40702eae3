// What `isolane` prints once at start: the Workers with their bindings, and where it listens.
//
// Thread: any. Pure functions.
#pragma once

#include <string>
#include <vector>

#include <isolane/worker_spec.h>

#include "cli/terminal.h"

namespace isolane::cli {

// One block for each Worker, the public one first:
//
//   gateway (public)
//     env.AUTH (auth-worker#Admin)   Worker
//     env.MAIL (mailer)              Worker [not found]
//     env.GREETING ("hello")         Environment Variable
//     tail (logger)                  Tail Worker
//   auth-worker
//
std::string FormatWorkers(const std::vector<WorkerSpec>& workers, Colours colours);

// "Ready on http://127.0.0.1:8787"; `ip` may be IPv6.
std::string FormatReady(const std::string& ip, int port, Colours colours);

// Why no cron trigger fires by itself, and how to fire one: the text of a warning.
std::string FormatCronAdvice(const std::string& ip, int port);

}  // namespace isolane::cli
