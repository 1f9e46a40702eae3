// What `isolane` prints once at start: the Workers with their bindings, and where it listens.
//
// Thread: any. Pure functions.
#pragma once

#include <string>
#include <vector>

#include <isolane/runtime.h>
#include <isolane/worker_spec.h>

#include "cli/terminal.h"

namespace isolane::cli {

// Wrangler's table, one for each Worker that has bindings; the first line only if there are
// several:
//
//   Workers: gateway (public), auth-worker
//   gateway has access to the following bindings:
//   Binding                        Resource                  Mode
//   env.CACHE (1f9a)               KV Namespace              not supported
//   env.AUTH (auth-worker#Admin)   Worker                    local [connected]
//   env.MAIL (mailer)              Worker                    local [not connected]
//   env.GREETING ("hello")         Environment Variable      local
//
//   gateway is sending Tail events to the following Workers:
//   - logger [connected]
//
// `elsewhere`: Workers that other processes have, which are connected as well.
std::string FormatWorkers(const std::vector<WorkerSpec>& workers, Colours colours,
                          const std::vector<std::string>& elsewhere = {});

// "127.0.0.1", "[::1]".
std::string UrlHostOf(const ListenOptions& listen);

// "http://127.0.0.1:8787"; the port that was chosen for `listen`.
std::string UrlOf(const ListenOptions& listen, int port);

// "Ready on http://127.0.0.1:8787".
std::string FormatReady(const ListenOptions& listen, int port, Colours colours);

// Whether that is every address of this machine.
bool ListensAtAll(const ListenOptions& listen);

// "- http://192.0.2.2:8787\n" for each of `addresses` that reach it, if it listens at all.
std::string FormatOtherUrls(const ListenOptions& listen, int port,
                            const std::vector<std::string>& addresses);

// Why no cron trigger fires by itself, and how to fire one: the text of a warning.
std::string FormatCronAdvice(const ListenOptions& listen, int port);

}  // namespace isolane::cli
