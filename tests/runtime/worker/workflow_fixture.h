// A Worker with a Workflow, for tests of what instances do.
#pragma once

#include <string>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::testing {

// Its instances run `code`, which has `event`, `step`, `env`, NonRetryableError, `tried` and `log`,
// an array that /log shows; /go calls globalThis.go, which it may have set. /create, /status, /send
// and /call (any method `do`) are for the instance `id`, /bind for the binding itself.
inline TestWorker FlowWorker(const std::string& code, const std::string& more = "") {
  return TestWorker("app", R"js(
    import { WorkflowEntrypoint } from 'cloudflare:workers';
    import { NonRetryableError } from 'cloudflare:workflows';
    const log = [];
    const failure = (error) => `${error.name}: ${error.message}`;
    const tried = async (run) => { try { return await run(); } catch (error) { return failure(error); } };
    export class Flow extends WorkflowEntrypoint {
      async run(event, step) {
        const { env } = this;
        )js" + code + R"js(
      }
    }
    )js" + more + R"js(
    export default { async fetch(request, env) {
      const { pathname, searchParams } = new URL(request.url);
      const text = (name) => searchParams.get(name) ?? undefined;
      const json = (name) => searchParams.has(name) ? JSON.parse(text(name)) : undefined;
      const flow = env[text('binding') ?? 'FLOW'];
      try {
        const instance = () => flow.get(text('id'));
        switch (pathname) {
          case '/log': return Response.json(log);
          case '/go': return new Response(`${globalThis.go()}`);
          case '/bind': {
            const argument = json('with');
            if (text('function')) argument.params = () => {};
            if (text('large')) argument.params = 'x'.repeat(4_200_000);
            return Response.json(await flow[text('do')](argument));
          }
          case '/event': {
            const kinds = { large: () => 'x'.repeat(5_000_000), code: () => ({ f() {} }) };
            return new Response(`${await (await instance()).sendEvent({ type: text('type'), payload: kinds[text('kind')]() })}`);
          }
          case '/create': return new Response((await flow.create({ id: text('id'), params: json('params') })).id);
          case '/status': return Response.json(await (await instance()).status());
          case '/send': return new Response(`${await (await instance()).sendEvent({ type: text('type'), payload: json('payload') })}`);
          case '/call': return new Response(`${await (await instance())[text('do')](json('with'))}`);
        }
      } catch (error) { return new Response(failure(error)); }
      return new Response('no such path', { status: 404 });
    } })js")
      .Date("2026-11-01")
      .Workflow("FLOW", "my-flow", "Flow");
}

// What status() says when that is `status`, or at last.
inline std::string StatusOf(TestRuntime& runtime, const std::string& id,
                            const std::string& status) {
  std::string text;
  PollUntil(runtime, [&] {
    text = runtime.Text("/status?id=" + id);
    return text.find("\"status\":\"" + status + "\"") != std::string::npos;
  });
  return text;
}

// The output of an instance whose run() is `code`, as JSON; else its status.
inline std::string OutputOf(const std::string& code, const std::string& params = "") {
  TestRuntime runtime({FlowWorker(code)});
  CHECK(runtime.Text("/create?id=a" + (params.empty() ? "" : "&params=" + params)) == "a");
  const std::string status = StatusOf(runtime, "a", "complete");
  const size_t start = status.find("\"output\":");
  if (start == std::string::npos) return status;
  return status.substr(start + 9, status.size() - start - 10);
}

// The error of one that fails.
inline std::string ErrorOf(const std::string& code) {
  TestRuntime runtime({FlowWorker(code)});
  CHECK(runtime.Text("/create?id=a") == "a");
  const std::string status = StatusOf(runtime, "a", "errored");
  const size_t start = status.find("\"error\":");
  if (start == std::string::npos) return status;
  return status.substr(start + 8, status.size() - start - 9);
}

// As if nobody had used it for long.
inline void Evict(TestRuntime& runtime) {
  worker::Dispatcher& dispatcher = runtime.graph().dispatcher();
  REQUIRE(PollUntil(runtime, [&] {
    dispatcher.EndIdleActors();
    return dispatcher.live_actors() == 0;
  }));
}

}  // namespace isolane::testing
