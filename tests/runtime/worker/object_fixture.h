// A Worker with a Durable Object, for tests of what an object can do with its storage.
#pragma once

#include <string>

#include "tests/support/test_runtime.h"

namespace isolane::testing {

// A Worker whose requests run `code` in the object "a", or in that of ?name=; `code` has `storage`,
// `sql`, `kv`, `ctx`, `path`. The value is given as JSON, an error as text.
inline TestWorker ObjectWorker(const std::string& code, const std::string& more = "") {
  return TestWorker("app", R"js(
    import { DurableObject } from 'cloudflare:workers';
    const show = (value) => value instanceof Map ? [...value] : value === undefined ? 'undefined' : value;
    const failure = (error) => `${error.name}: ${error.message}`;
    const tried = async (run) => { try { return show(await run()); } catch (error) { return failure(error); } };
    export class Box extends DurableObject {
      alarm() {}
      async run(path) {
        const { ctx } = this;
        const { storage } = ctx;
        const { sql, kv } = storage;
        )js" + code + R"js(
      }
      )js" + more + R"js(
    }
    export default { async fetch(request, env, ctx) {
      const { pathname } = new URL(request.url);
      const name = new URL(request.url).searchParams.get('name') ?? 'a';
      const box = env.BOX.getByName(name);
      if (pathname === '/fetch') return box.fetch(request);
      try {
        const value = await box.run(pathname);
        return new Response(typeof value === 'string' ? value : JSON.stringify(show(value)));
      } catch (error) { return new Response(failure(error)); }
    } })js")
      .Date("2026-11-01")
      .Objects("BOX", "Box");
}

inline std::string RunInObject(const std::string& code, const std::string& more = "") {
  return TestRuntime({ObjectWorker(code, more)}).Text();
}

}  // namespace isolane::testing
