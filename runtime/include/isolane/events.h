// Events that an embedder, a timer or a test runner sends to a Worker, beside requests.
//
// Thread: any. Plain data.
#pragma once

#include <optional>
#include <string>

namespace isolane {

// A cron trigger: calls scheduled(controller, env, ctx) of the default export.
struct ScheduledEvent {
  // Name of the Worker; empty: the public one.
  std::string worker = {};
  // controller.cron: the expression that would have fired, or anything else.
  std::string cron = {};
  // controller.scheduledTime, ms since 1970; absent: now.
  std::optional<double> time_ms = {};
};

// What became of an event once its handler and all its waitUntil tasks were done.
struct EventResult {
  // "ok"; "exception" for a throw, a rejected waitUntil task or code that hangs; "exceededCpu",
  // "exceededMemory".
  std::string outcome = "ok";
  // Of a cron trigger: the handler has called controller.noRetry(), or there is no handler.
  bool no_retry = false;
  // The first exception with its stack, for people; empty if there was none.
  std::string error = {};
  // What the handler has decided besides, as JSON: of a batch of messages which are acknowledged,
  // of an email where it goes. Empty if there was no handler to decide.
  std::string details = {};

  bool ok() const { return outcome == "ok"; }
};

// One test() handler of a Worker.
struct TestResult {
  // The name of the export; "default" for the default one.
  std::string name;
  EventResult result;
  double duration_ms = 0;
};

}  // namespace isolane
