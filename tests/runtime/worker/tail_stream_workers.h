// A Worker that is told of and a streaming tail Worker that writes what it is told: what the tests
// of streaming tails have in common.
#pragma once

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker::tails {

using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;
using Texts = std::vector<std::string>;

// Writes a line for each event, which the test reads from the log: what `show`, a function of an
// event as it comes, says; nothing if that is undefined.
inline TestWorker Logger(const std::string& show) {
  return TestWorker("logger", "const show = " + show + R"js(;
    const note = (told) => {
      const shown = show(told, told.event);
      if (shown !== undefined) {
        console.log('TAIL ' + JSON.stringify(shown, (key, value) => typeof value === 'bigint' ? `${value}n` : value));
      }
    };
    export default {
      fetch: () => new Response('logger'),
      tailStream(onset) { note(onset); return note; },
    };)js")
      .Date("2026-11-01");
}

inline constexpr char kFront[] = R"js(
  import { RpcTarget, WorkerEntrypoint, tracing } from 'cloudflare:workers';
  class Made extends RpcTarget { call() { return 'called'; } }
  const later = (ms, action) => scheduler.wait(ms).then(action);
  export default {
    async fetch(request, env, ctx) {
      const { pathname } = new URL(request.url);
      switch (pathname) {
        case '/throw': throw new TypeError('boom');
        case '/open': return env.GATE.fetch(request);
        case '/hang': return new Promise(() => {});
        case '/spin': for (;;);
        case '/log': {
          console.log('one', { two: [2] }, undefined, 3n);
          console.warn(new RangeError('far'));
          console.debug();
          return new Response('logged');
        }
        case '/long': console.log('x'.repeat(300_000)); return new Response();
        case '/much':
          for (let i = 0; i < 40; i++) console.log('x'.repeat(10_000));
          return new Response('much');
        case '/wait': ctx.waitUntil(later(2, () => console.log('later'))); return new Response();
        case '/reject': ctx.waitUntil(later(1, () => { throw new Error('task'); })); return new Response();
        case '/slow': await later(3_600_000); return new Response();
        case '/hold':
          console.log('held');
          while ((await (await env.GATE.fetch('http://gate/')).text()) !== 'open') await later(1);
          console.log('released');
          return new Response('held');
        case '/call': return new Response(await env.CALLEE.add(1, 2));
        case '/fail': await env.CALLEE.fail().catch(() => {}); return new Response('caught');
        case '/fetch': return env.CALLEE.fetch('http://callee/x', { headers: { 'x-b': 'p', 'x-a': 'q' } });
        case '/post': return env.CALLEE.fetch('http://callee/x', { method: 'POST', body: 'hey' });
        case '/read': return new Response(await env.CALLEE.value);
        case '/stub': { using stub = await env.CALLEE.make(); return new Response(await stub.call()); }
        case '/gone': await fetch('http://127.0.0.1:1/').catch(() => {}); return new Response();
        case '/spans': {
          const made = await tracing.enterSpan('outer', async (span) => {
            span.setAttribute('text', 'a').setAttributes({ number: 1.5, truth: true, none: undefined, list: [1, 2], text: 'b', far: -Infinity });
            console.log('in');
            tracing.startActiveSpan('inner', (inner) => { env.CALLEE?.add(1, 2).catch(() => {}); inner.end(); });
            await later(1);
            return span.isTraced;
          });
          try { tracing.enterSpan('fails', () => { throw new Error('inside'); }); } catch {}
          const manual = tracing.startSpan('manual');
          manual.updateName('renamed').setStatus({ code: 'error', message: 'bad' });
          manual.recordException(new RangeError('noted'));
          manual.end();
          manual.setAttribute('late', 1);
          tracing.startSpan('open').setAttribute('is', 'told');
          tracing.getActiveSpan().setAttribute('whole', 1);
          return Response.json([made, tracing.getActiveSpan().isTraced]);
        }
        case '/queue': await env.CALLEE.queue('q', [{ id: 'a', timestamp: 0, attempts: 1, body: 1 }]); return new Response();
        case '/connect': await new Response(env.CALLEE.connect('a:1').readable).text(); return new Response();
      }
      return new Response('hello', { status: 201 });
    },
    scheduled(controller) { if (controller.cron === 'throw') throw new Error('cron'); },
  };
  export class Callee extends WorkerEntrypoint {
    fetch() { return new Response('callee'); }
    add(a, b) { return String(a + b); }
    make() { return new Made(); }
    get value() { return 'read'; }
    fail() { throw new RangeError('callee failed'); }
    queue(batch) { batch.ackAll(); }
    async connect(socket) { await socket.writable.close(); }
  })js";

inline TestWorker Front() {
  return TestWorker("front", kFront)
      .Date("2026-11-01")
      .Flag("service_binding_extra_handlers")
      .CpuMs(100)
      .Service("CALLEE", "front", "Callee")
      .StreamingTail("logger");
}

// /hold lasts until the gate is open, which /open does.
inline TestWorker Held() { return Front().Service("GATE", "gate"); }

inline TestWorker Gate() {
  return TestWorker("gate", R"js(
    let open = false;
    export default { fetch(request) { open ||= request.url.endsWith('/open'); return new Response(open ? 'open' : ''); } };)js");
}

// What the logger has written, without "TAIL ".
inline Texts Told(TestRuntime& runtime) {
  Texts told;
  for (const auto& line : runtime.observer().lines) {
    if (line.worker == "logger" && line.text.starts_with("TAIL "))
      told.push_back(line.text.substr(5));
  }
  return told;
}

inline Texts Wait(TestRuntime& runtime) {
  CHECK_MESSAGE(
      PollUntil(runtime, [&] { return runtime.graph().dispatcher().live_pipelines() == 0; }),
      runtime.observer().Text());
  return Told(runtime);
}

// GET `path`; what `show` then says of the events.
inline Texts Tell(const std::string& path, const std::string& show) {
  TestRuntime runtime({Front(), Logger(show)});
  runtime.Get(path);
  return Wait(runtime);
}

// What of spans: names with what they are part of, attributes, updates.
inline constexpr char kSpans[] = R"js((() => {
  const names = new Map();
  return ({ spanContext, event }) => {
    if (event.type === 'onset') { names.set(event.spanId, event.entrypoint ?? ''); return undefined; }
    const at = names.get(spanContext.spanId);
    switch (event.type) {
      case 'spanOpen': names.set(event.spanId, event.name); return [at, event.name];
      case 'attributes': return [at, ...event.info.map(({ name, value }) => `${name}=${typeof value === 'bigint' ? value + 'n' : name.endsWith('id') || name.endsWith('Id') ? value.length : value}`)];
      case 'spanClose': return [at, 'closed'];
      case 'spanUpdate': return [at, event.info];
      case 'log': return [at, 'log', event.message[0]];
      case 'exception': return [at, 'exception', event.message];
    }
  };
})())js";
// But for those of spans.
inline constexpr char kTypes[] =
    "(told, { type }) => /^span|attributes/.test(type) ? undefined : type";
// Without ids and times.
inline constexpr char kEvents[] =
    "(told, { spanId, cpuTime, wallTime, scriptName, scriptTags, ...event }) => event";
// Of each invocation, how it began.
inline constexpr char kOnsets[] =
    "(told, event) => event.type === 'onset' ? [event.entrypoint ?? null, event.info] : undefined";
inline constexpr char kEnds[] =
    "(told, event) => ['return', 'exception', 'outcome'].includes(event.type) ? "
    "[event.type, event.info?.statusCode ?? event.message ?? event.outcome ?? null] : undefined";

}  // namespace isolane::worker::tails
