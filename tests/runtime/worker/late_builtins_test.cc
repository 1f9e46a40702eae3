// Built-ins that are not in the snapshot, as Workers get them: in the middle of a request.
#include <doctest/doctest.h>

#include "runtime/js/builtin_loader.h"
#include "runtime/js/convert.h"
#include "runtime/worker/worker.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

// Whether the Worker has loaded the built-in `id`, or had it in its snapshot.
bool HasLoaded(Worker& worker, const char* id) {
  v8::Isolate* isolate = worker.isolate()->v8();
  const v8::Isolate::Scope isolate_scope(isolate);
  const v8::HandleScope handles(isolate);
  v8::Local<v8::Context> context = worker.isolate()->context();
  const v8::Context::Scope context_scope(context);
  v8::Local<v8::Value> arguments[] = {js::Literal(isolate, id)};
  return !worker.isolate()
              ->require()
              ->Get(context, js::Literal(isolate, "loaded"))
              .ToLocalChecked()
              .As<v8::Function>()
              ->Call(context, v8::Undefined(isolate), 1, arguments)
              .ToLocalChecked()
              ->IsUndefined();
}

TEST_SUITE("runtime/worker/late_builtins") {
  TEST_CASE("V8 takes every code cache of the build") {
    TestRuntime runtime({TestWorker::Handler("all", R"js(
      const all = Object.entries(Object.getOwnPropertyDescriptors(globalThis));
      return new Response(all.filter(([, d]) => d.get === undefined && d.value === undefined)
        .map(([name]) => name).join());
    )js")});
    CHECK(runtime.Text() == "undefined");
    CHECK(js::RejectedCodeCaches() == 0);
  }

  TEST_CASE("what only method calls need comes with the first") {
    TestRuntime runtime({TestWorker::Handler("caller", R"js(
                           if (request.url.endsWith('fetch')) return env.API.fetch(request);
                           return new Response(`${await env.API.twice(2)} ${await env.API.name({ a: 'b' })}`);
                         )js")
                             .Service("API", "api")
                             .Flag("rpc"),
                         TestWorker("api", R"js(
      import { WorkerEntrypoint } from 'cloudflare:workers';
      export default class extends WorkerEntrypoint {
        fetch() { return new Response('fetched'); }
        twice(n) { return 2 * n; }
        name(object) { return object.a; }
      }
    )js")});
    CHECK(runtime.Text("/fetch") == "fetched");
    for (size_t i = 0; i < 2; i++) {
      CHECK(HasLoaded(runtime.worker(i), "web/fetch"));
      for (const char* id :
           {"web/abort", "web/streams", "web/url", "workers/async_local_storage",
            "workers/fetch_event", "workers/loopback", "workers/rpc", "web/web_socket"}) {
        CAPTURE(id);
        CHECK_FALSE(HasLoaded(runtime.worker(i), id));
      }
    }
    CHECK_FALSE(HasLoaded(runtime.worker(0), "workers/platform_module"));
    CHECK(HasLoaded(runtime.worker(1), "workers/platform_module"));

    CHECK(runtime.Text() == "4 b");
    for (size_t i = 0; i < 2; i++) {
      CHECK(HasLoaded(runtime.worker(i), "workers/rpc"));
      CHECK_FALSE(HasLoaded(runtime.worker(i), "web/streams"));
    }
    CHECK(js::RejectedCodeCaches() == 0);
  }

  TEST_CASE("method calls work after intrinsics were patched") {
    const std::string patch = R"js(
      Object.assign = Object.hasOwn = Object.getPrototypeOf = Object.getOwnPropertyNames =
        Object.defineProperty = Error.captureStackTrace = Promise.prototype.catch =
        Set.prototype.add = Set.prototype.has = () => { throw new Error('x'); };
    )js";
    TestRuntime runtime({TestWorker("caller", patch + R"js(
                           export default {
                             async fetch(request, env) {
                               const stub = await env.API.counter();
                               await stub.add(2);
                               return new Response(`${await stub.add(3)}`);
                             },
                           };
                         )js")
                             .Service("API", "api")
                             .Flag("rpc"),
                         TestWorker("api", patch + R"js(
      import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers';
      class Counter extends RpcTarget {
        #n = 0;
        add(n) { return (this.#n += n); }
      }
      export default class extends WorkerEntrypoint {
        counter() { return new Counter(); }
      }
    )js")});
    CHECK(runtime.Text() == "5");
  }

  TEST_CASE("what a message holds is loaded where it arrives") {
    TestRuntime runtime({TestWorker::Handler("caller", R"js(
                           const all = await env.API.all();
                           const { stream, blob, file, signal, error } = all;
                           const text = await new Response(stream).text();
                           return new Response([text, await blob.text(), file.name, signal.aborted,
                             signal.reason.name, error.name].join());
                         )js")
                             .Service("API", "api")
                             .Flag("rpc"),
                         TestWorker("api", R"js(
      import { WorkerEntrypoint } from 'cloudflare:workers';
      export default class extends WorkerEntrypoint {
        all() {
          return {
            stream: new Response('s').body, blob: new Blob(['b']), file: new File(['c'], 'f'),
            signal: AbortSignal.abort(), error: new DOMException('m', 'DataCloneError'),
          };
        }
      }
    )js")});
    CHECK(runtime.Text() == "s,b,f,true,AbortError,DataCloneError");
  }

  TEST_CASE("a module of the platform may be imported in a request") {
    TestRuntime runtime({TestWorker::Handler("one", R"js(
      const { AsyncLocalStorage } = await import('node:async_hooks');
      const again = await import('async_hooks');
      const { env: mirror, exports } = await import('cloudflare:workers');
      const storage = new AsyncLocalStorage();
      return new Response(storage.run(mirror.NAME, () => storage.getStore()) +
        (again.AsyncLocalStorage === AsyncLocalStorage) + Object.keys(exports));
    )js")
                             .Var("NAME", "\"v\"")
                             .Flag("nodejs_als")});
    CHECK(runtime.Text() == "vtruedefault");
  }

  TEST_CASE("patched intrinsics do not change what is loaded after them") {
    TestRuntime runtime({TestWorker("patched", R"js(
      Promise.resolve = Promise.reject = () => { throw new Error('w'); };
      Array.prototype.forEach = Array.prototype.map = Object.entries = () => { throw new Error('x'); };
      globalThis.AbortController = globalThis.queueMicrotask = globalThis.DOMException =
        () => { throw new Error('y'); };
      export default {
        async fetch() {
          const { readable, writable } = new TransformStream();
          const writer = writable.getWriter();
          writer.write(new Uint8Array([111, 107]));
          writer.close();
          const reader = readable.getReader();
          const { value } = await reader.read();
          await reader.read();
          return new Response(`${value}`);
        },
      };
    )js")});
    CHECK(runtime.Text() == "111,107");
  }

  TEST_CASE("module scope may use them too") {
    TestRuntime runtime({TestWorker("scope", R"js(
      const url = new URL('http://a/b?c=d');
      const form = new FormData();
      form.append('a', new Blob(['b']));
      class Mine extends ReadableStream {}
      export default {
        fetch() {
          return new Response(`${url.searchParams.get('c')} ${form.get('a').size} ` +
            `${new Mine() instanceof ReadableStream}`);
        },
      };
    )js")});
    CHECK(runtime.Text() == "d 1 true");
  }

  TEST_CASE("an error that is a DOMException arrives as one where none was loaded") {
    TestRuntime runtime({TestWorker::Handler("one", R"js(
                           try {
                             await env.TWO.fetch(request);
                           } catch (error) {
                             return new Response(`${error.name} ${error instanceof DOMException}`);
                           }
                         )js")
                             .Service("TWO", "two")
                             .Date("2026-01-01"),
                         TestWorker::Handler("two", "throw new DOMException('m', 'AbortError');")
                             .Date("2026-01-01")});
    CHECK(runtime.Text() == "AbortError true");
  }
}

}  // namespace
}  // namespace isolane::worker
