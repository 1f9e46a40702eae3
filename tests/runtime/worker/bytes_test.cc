// What JavaScript reads of bytes from another isolate is its own: runtime/worker/body_natives.cc,
// ToUint8Array.
#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

// POST / reads the body, keeps it, and overwrites what it keeps if asked to. GET / tells what it
// keeps: its length and the values in it.
TestWorker Target() {
  return TestWorker("target", R"js(
    let kept;
    const valuesOf = (bytes) => [...new Set(bytes)].join('+');
    export default { async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      if (request.method === 'POST') {
        kept = new Uint8Array(await request.arrayBuffer());
        const values = valuesOf(kept);
        if (searchParams.has('spoil')) kept.fill(9);
        return new Response(kept.length + ' of ' + values);
      }
      return new Response(kept.length + ' of ' + valuesOf(kept));
    } };
  )js");
}

// Its handler has post(bytes, query), which gives what the target read, kept(), and valuesOf.
TestWorker Sender(const std::string& body) {
  return TestWorker::Handler("sender", R"js(
           const valuesOf = (bytes) => [...new Set(bytes)].join('+');
           const post = async (body, query = '') =>
               (await env.TARGET.fetch('http://t/?' + query, { method: 'POST', body })).text();
           const kept = async () => (await env.TARGET.fetch('http://t/')).text();
         )js" + body)
      .Service("TARGET", "target");
}

// `whole` is the memory that must stay as it was, `bytes` what is sent of it, `size` of them.
struct Source {
  std::string make;
  std::string size;
};

const Source kSources[] = {
    // By reference, and as a copy.
    {"const bytes = new Uint8Array(65536).fill(1); const whole = bytes;", "65536"},
    {"const bytes = new Uint8Array(512).fill(1); const whole = bytes;", "512"},
    // Parts of a larger buffer.
    {"const whole = new Uint8Array(200000).fill(1); const bytes = whole.subarray(1001, 66537);",
     "65536"},
    {"const whole = new Uint8Array(200000).fill(1); const bytes = whole.subarray(7, 107);", "100"},
    {"const whole = new Uint8Array(65536).fill(1); const bytes = whole.buffer;", "65536"},
    {"const whole = new Uint8Array(65536).fill(1); "
     "const bytes = new DataView(whole.buffer, 16, 4096);",
     "4096"},
    // A resizable buffer.
    {"const whole = new Uint8Array(new ArrayBuffer(4096, { maxByteLength: 65536 })).fill(1); "
     "const bytes = whole;",
     "4096"},
};

TEST_SUITE("runtime/worker/bytes") {
  TEST_CASE("bytes of a request are not changed by their reader") {
    for (const Source& source : kSources) {
      CAPTURE(source.make);
      TestRuntime runtime({Sender(source.make + R"js(
                             const read = await post(bytes, 'spoil');
                             return new Response(read + ', left ' + valuesOf(whole));
                           )js"),
                           Target()});
      CHECK(runtime.Text() == source.size + " of 1, left 1");
      CHECK(runtime.Text() == source.size + " of 1, left 1");
    }
  }

  TEST_CASE("bytes of a request are not changed by their sender after they were read") {
    for (const Source& source : kSources) {
      CAPTURE(source.make);
      TestRuntime runtime({Sender(source.make + R"js(
                             await post(bytes);
                             whole.fill(2);
                             return new Response(await kept());
                           )js"),
                           Target()});
      CHECK(runtime.Text() == source.size + " of 1");
    }
  }

  TEST_CASE("bytes of a request stay with their reader when their sender has forgotten them") {
    for (const Source& source : kSources) {
      CAPTURE(source.make);
      TestRuntime runtime({Sender(R"js(
                             if (new URL(request.url).pathname === '/kept') return new Response(await kept());
                           )js" + source.make +
                                  "return new Response(await post(bytes));"),
                           Target()});
      CHECK(runtime.Text() == source.size + " of 1");
      runtime.HeapOf(0);
      runtime.HeapOf(1);
      CHECK(runtime.Text("/kept") == source.size + " of 1");
    }
  }

  TEST_CASE("bytes of a response that its Worker sends again and again") {
    std::string size;
    SUBCASE("large") { size = "65536"; }
    SUBCASE("small") { size = "512"; }
    TestRuntime runtime({Sender(R"js(
                           let text = '';
                           for (let i = 0; i < 3; i++) {
                             const bytes = await (await env.TARGET.fetch('http://t/')).bytes();
                             text += bytes.length + ' of ' + valuesOf(bytes) + ', ';
                             bytes.fill(9);
                           }
                           return new Response(text);
                         )js"),
                         TestWorker("target", "const bytes = new Uint8Array(" + size +
                                                  ").fill(1); export default { fetch() "
                                                  "{ return new Response(bytes); } };")});
    const std::string once = size + " of 1, ";
    CHECK(runtime.Text() == once + once + once);
  }

  TEST_CASE("chunks of a stream are not changed by their reader") {
    TestRuntime runtime({Sender(R"js(
                           const { body } = await env.TARGET.fetch('http://t/');
                           let size = 0, values = new Set();
                           for await (const chunk of body) {
                             size += chunk.length;
                             for (const value of chunk) values.add(value);
                             chunk.fill(9);
                           }
                           const left = await (await env.TARGET.fetch('http://t/left')).text();
                           return new Response(size + ' of ' + [...values].join('+') + ', left ' + left);
                         )js"),
                         TestWorker("target", R"js(
                           const bytes = new Uint8Array(65536).fill(1);
                           export default { fetch(request) {
                             if (new URL(request.url).pathname === '/left') {
                               return new Response([...new Set(bytes)].join('+'));
                             }
                             // The same memory three times, in pieces.
                             return new Response(new ReadableStream({ start(controller) {
                               controller.enqueue(bytes);
                               controller.enqueue(bytes.subarray(0, 2000));
                               controller.enqueue(bytes.subarray(1000, 1100));
                               controller.close();
                             } }));
                           } };
                         )js")});
    CHECK(runtime.Text() == "67636 of 1, left 1");
  }

  TEST_CASE("the two branches of a clone are not each other's memory") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
      const copy = request.clone();
      const first = await request.bytes();
      const size = first.length;
      first.fill(9);
      const second = await copy.bytes();
      const values = [...new Set(second)].join('+');
      second.fill(8);
      return new Response(size + ' ' + second.length + ' of ' + values + ', ' + first[0]);
    )js")});
    CHECK(runtime.Post("/", std::string(65536, '\1')).body == "65536 65536 of 1, 9");
    CHECK(runtime.Post("/", std::string(512, '\1')).body == "512 512 of 1, 9");
  }

  TEST_CASE("what an embedder sent is not the Worker's memory") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
      const bytes = await request.bytes();
      bytes.fill(121);
      return new Response(bytes);
    )js")});
    const std::string body(65536, 'x');
    CHECK(runtime.Post("/", body).body == std::string(65536, 'y'));
    CHECK(body == std::string(65536, 'x'));
  }

  TEST_CASE("a buffer that is transferred away after it was sent still arrives") {
    TestRuntime runtime({Sender(R"js(
                           const bytes = new Uint8Array(65536).fill(1);
                           const read = post(bytes);
                           const moved = structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
                           return new Response(await read + ', ' + bytes.length + ', ' + moved.byteLength);
                         )js"),
                         Target()});
    CHECK(runtime.Text() == "65536 of 1, 0, 65536");
  }

  TEST_CASE("a resizable buffer that shrinks after it was sent arrives in full") {
    TestRuntime runtime({Sender(R"js(
                           const buffer = new ArrayBuffer(65536, { maxByteLength: 131072 });
                           const bytes = new Uint8Array(buffer).fill(1);
                           const read = post(bytes);
                           buffer.resize(0);
                           return new Response(await read + ', ' + bytes.length);
                         )js"),
                         Target()});
    CHECK(runtime.Text() == "65536 of 1, 0");
  }

  TEST_CASE("a resizable buffer that shrinks before it is sent") {
    // What is read is what is there then, never memory beyond it.
    TestRuntime runtime({Sender(R"js(
                           const buffer = new ArrayBuffer(65536, { maxByteLength: 131072 });
                           const send = async (make) => {
                             buffer.resize(65536);
                             new Uint8Array(buffer).fill(1);
                             const request = new Request('http://t/', { method: 'POST', body: make() });
                             buffer.resize(2000);
                             return (await env.TARGET.fetch(request)).text();
                           };
                           return new Response([
                             await send(() => new Uint8Array(buffer)),
                             await send(() => new Uint8Array(buffer, 1000, 60000)),
                             await send(() => new DataView(buffer, 1500)),
                             await send(() => buffer),
                           ].join());
                         )js"),
                         Target()});
    const std::string text = runtime.Text();
    CHECK_MESSAGE(text == "2000 of 1,0 of ,0 of ,2000 of 1", runtime.observer().Text());
  }

  TEST_CASE("a body of no bytes") {
    std::string body;
    SUBCASE("an empty view") { body = "new Uint8Array(0)"; }
    SUBCASE("an empty view into a large buffer") { body = "new Uint8Array(65536).subarray(9, 9)"; }
    SUBCASE("an empty buffer") { body = "new ArrayBuffer(0)"; }
    SUBCASE("an empty string") { body = "''"; }
    SUBCASE("an empty stream") { body = "new ReadableStream({ start(c) { c.close(); } })"; }
    SUBCASE("a stream of an empty chunk") {
      body = "new ReadableStream({ start(c) { c.enqueue(new Uint8Array(0)); c.close(); } })";
    }
    TestRuntime runtime({Sender("return new Response(await post(" + body + "));"), Target()});
    CHECK(runtime.Text() == "0 of ");
  }

  TEST_CASE("large text") {
    TestRuntime runtime({TestWorker::Handler("sender", R"js(
                           const text = 'caf\u00e9 \u{1f680} '.repeat(100000);
                           const send = (path, body) => env.TARGET.fetch('http://t' + path,
                               { method: 'POST', body });
                           if (await (await send('/text', text)).text() !== text) return new Response('text');
                           const bytes = new TextEncoder().encode(text);
                           if (await (await send('/text', bytes)).text() !== text) return new Response('bytes');
                           const value = { text, list: Array.from({ length: 10000 }, (_, i) => i) };
                           const json = JSON.stringify(value);
                           if (JSON.stringify(await (await send('/json', json)).json()) !== json) {
                             return new Response('json');
                           }
                           return new Response('same');
                         )js")
                             .Service("TARGET", "target"),
                         TestWorker::Handler("target", R"js(
                           if (new URL(request.url).pathname === '/json') {
                             return Response.json(await request.json());
                           }
                           return new Response(await request.text());
                         )js")});
    CHECK(runtime.Text() == "same");
  }
}

}  // namespace
}  // namespace isolane::worker
