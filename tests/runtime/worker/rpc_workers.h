// Two Workers for tests of method calls: "front" is public and has the binding S to "back".
#pragma once

#include <string>

#include "runtime/worker/graph.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::testing {

// What both have at the top of their module. `top` follows it.
inline std::string RpcPrelude(const std::string& top) {
  return R"js(
    import { RpcTarget, RpcStub, WorkerEntrypoint } from 'cloudflare:workers';
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const encode = (text) => new TextEncoder().encode(text);
    const log = [];
    const takeLog = () => log.splice(0).join();
    const failure = (error) => `${error?.name}: ${error?.message}`;
    const tried = async (callback) => {
      try { return await callback(); } catch (error) { return failure(error); }
    };
    class Counter extends RpcTarget {
      #count = 0;
      field = 'private';
      constructor(name = 'counter') { super(); this.name = name; }
      add(n = 1) { return this.#count += n; }
      get value() { return this.#count; }
      get self() { return this; }
      child(name = 'child') { return new Counter(name); }
      call(callback, ...args) { return callback(...args); }
      [Symbol.dispose]() { log.push('disposed ' + this.name); }
    }
  )js" + top;
}

// `body` is that of run({ S, env, ctx, request, url }): its result is the text of the response, as
// JSON if it is no string; an exception gives "threw Name: message". /log gives back's log.
inline TestWorker Front(const std::string& body, const std::string& top = "") {
  return TestWorker("front", RpcPrelude(top) + R"js(
           const run = async ({ S, env, ctx, request, url }) => {
         )js" + body + R"js(
           };
           export default { async fetch(request, env, ctx) {
             const { S } = env;
             const url = new URL(request.url);
             if (url.pathname === '/log') return new Response(await S.takeLog());
             try {
               const value = await run({ S, env, ctx, request, url });
               if (value instanceof Response) return value;
               return new Response(typeof value === 'string' ? value : `${JSON.stringify(value)}`);
             } catch (error) {
               return new Response('threw ' + failure(error));
             }
           } };
         )js")
      .Service("S", "back");
}

// `members` are those of its class.
inline TestWorker Back(const std::string& members, const std::string& top = "") {
  return {"back", RpcPrelude(top) + R"js(
            export default class extends WorkerEntrypoint {
              takeLog() { return takeLog(); }
          )js" + members +
                      "\n};"};
}

// Until no request is left, waitUntil tasks included.
inline void Drain(TestRuntime& runtime) {
  PollUntil(runtime, [&] { return runtime.graph().dispatcher().live_pipelines() == 0; });
}

}  // namespace isolane::testing
