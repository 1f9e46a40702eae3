// Built-ins that are not in the snapshot, as Workers get them: in the middle of a request.
#include <doctest/doctest.h>

#include "runtime/js/builtin_loader.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

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
