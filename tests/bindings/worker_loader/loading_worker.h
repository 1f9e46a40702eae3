// Workers that load others: what the tests of the Worker Loader have in common.
#pragma once

#include <string>

#include "tests/support/test_runtime.h"

namespace isolane::bindings {

using testing::TestRuntime;
using testing::TestWorker;

// code("...") is that of a Worker with one module, main.js.
inline constexpr char kPrelude[] = R"js(
  import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers';
  const code = (source, more = {}) => ({
    compatibilityDate: '2026-01-20', compatibilityFlags: ['enable_ctx_exports'], mainModule: 'main.js',
    modules: { 'main.js': source }, ...more,
  });
  // Says what it was given.
  const ECHO = `export default {
    async fetch(request, env, ctx) {
      return Response.json({ url: request.url, env, props: ctx.props });
    },
    say(text) { return 'said ' + text; },
    async go(url) { return (await fetch(url)).text(); },
  }`;
  // Counts in a variable of its module.
  const COUNTER = `import { WorkerEntrypoint } from 'cloudflare:workers';
    let count = 0;
    export default class extends WorkerEntrypoint { next() { return ++count; } }`;
  export class Greeter extends WorkerEntrypoint {
    greet(name) { return (this.ctx.props.greeting ?? 'Hello') + ', ' + name; }
    fetch(request) { return new Response('greeter got ' + request.url + ' ' + JSON.stringify(this.ctx.props)); }
    async connect(socket) {
      const { localAddress } = await socket.opened;
      const writer = socket.writable.getWriter();
      await writer.write(new TextEncoder().encode(`connected to ${localAddress} ${JSON.stringify(this.ctx.props)}`));
      await writer.close();
    }
  }
  const failure = async (promise) => {
    try { return 'no failure: ' + await promise; } catch (e) { return e.name + ': ' + e.message; }
  };
)js";

inline TestWorker Loading(const std::string& body, const std::string& name = "front") {
  return TestWorker(name, kPrelude + ("export default { async fetch(request, env, ctx) {" + body +
                                      "\n} };"))
      .Binding({"LOADER", WorkerLoaderBinding{}, "front/wrangler.toml:5"})
      .Date("2026-01-20")
      .Flag("enable_ctx_exports");
}

inline std::string Answer(const std::string& body) {
  TestRuntime runtime({Loading(body)});
  return runtime.Text();
}

// What `expression` gives, as text.
inline std::string Value(const std::string& expression) {
  return Answer("return new Response(String(await (" + expression + ")))");
}

inline std::string FailureOf(const std::string& expression) {
  return Answer("return new Response(await failure((async () => " + expression + ")()))");
}

}  // namespace isolane::bindings
