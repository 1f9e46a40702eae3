// Durable Objects: namespaces and ids, calls on objects, their lives, the input gate. Storage has
// tests of its own.
#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

#include "runtime/worker/graph.h"

namespace isolane::worker {
namespace {

using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

constexpr char kRoom[] = R"js(
  import { DurableObject } from 'cloudflare:workers';
  let instances = 0;
  export class Room extends DurableObject {
    constructor(ctx, env) { super(ctx, env); this.count = 0; this.number = ++instances; }
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === '/count') return new Response(String(++this.count));
      if (pathname === '/echo') return new Response(request.body);
      if (pathname === '/throw') throw new RangeError('no room');
      if (pathname === '/later') { await scheduler.wait(5); return new Response('later'); }
      if (pathname === '/no-response') return 3;
      return new Response(`${request.method} ${pathname} of ${this.ctx.id.name}`);
    }
    add(n) { this.count += n; return this.count; }
    get size() { return this.count; }
    instance() { return this.number; }
    fail() { throw new TypeError('not today'); }
    greet(callback) { return callback('room'); }
    open() { const room = this; return { close() { return 'closed ' + room.count; } }; }
    reset() { this.ctx.abort('asked to'); }
    wait() { return new Promise((resolve) => { this.resolve = resolve; }); }
    wake(value) { this.resolve(value); }
    sibling(name) { return this.env.ROOM.getByName(name); }
    async loop(depth) { return this.env.ROOM.getByName('d' + depth).loop(depth + 1); }
    whoami() { return [String(this.ctx.id), this.ctx.id.name]; }
  })js";

// Runs `code` in a Worker with env.ROOM; the value is given as text or JSON.
TestWorker Caller(const std::string& code, const std::string& classes = kRoom) {
  return TestWorker::Evaluating("caller", classes,
                                R"js(
      const { ROOM } = env;
)js" + code)
      .Date("2026-11-01")
      .Objects("ROOM", "Room");
}

std::string Run(const std::string& code) { return TestRuntime({Caller(code)}).Text(); }

TEST_SUITE("runtime/worker/durable_objects") {
  TEST_CASE("an id is derived from a name as workerd derives it") {
    CHECK(Run("return String(ROOM.idFromName('a'))") ==
          "99f695af46922e0cd1126a75f3896b97b6c3a32eda8abd27847aafd5a48b5dc0");
  }

  TEST_CASE("ids are equal by value, and have the name they come from") {
    CHECK(Run(R"js(
      const id = ROOM.idFromName('a');
      const same = ROOM.idFromString(id.toString().toUpperCase());
      return [id.equals(ROOM.idFromName('a')), id.equals(ROOM.idFromName('b')), id.equals(same), id.name,
        same.name === undefined, ROOM.get(id).name, ROOM.get(id).id.equals(id)];
    )js") == R"([true,false,true,"a",true,"a",true])");
  }

  TEST_CASE("a new id is unlike any other and belongs to its namespace") {
    CHECK(Run(R"js(
      const [a, b] = [ROOM.newUniqueId(), ROOM.newUniqueId()];
      return [a.equals(b), ROOM.idFromString(`${a}`).equals(a), `${a}`.length];
    )js") == "[false,true,64]");
  }

  TEST_CASE("text that is no id is refused") {
    CHECK(Run("return ROOM.idFromString('abc')") ==
          "TypeError: Invalid Durable Object ID: must be 64 hex digits");
    CHECK(Run("return ROOM.idFromString('0'.repeat(64))") ==
          "TypeError: Durable Object ID is not valid for this namespace.");
    CHECK(Run("return ROOM.get('a')") ==
          "TypeError: Failed to execute 'get' on 'DurableObjectNamespace': parameter 1 is not of "
          "type 'DurableObjectId'.");
  }

  TEST_CASE("an object keeps its state between requests, and each name is an object of its own") {
    TestRuntime runtime(
        {Caller("return (await ROOM.getByName(new "
                "URL(request.url).pathname).fetch('http://x/count')).text()")});
    CHECK(runtime.Text("/a") == "1");
    CHECK(runtime.Text("/a") == "2");
    CHECK(runtime.Text("/b") == "1");
    CHECK(runtime.graph().dispatcher().live_actors() == 2);
  }

  TEST_CASE("a request reaches the object as it was sent, and its body streams through") {
    CHECK(Run("return (await ROOM.getByName('a').fetch('http://x/y', {method: 'PUT'})).text()") ==
          "PUT /y of a");
    CHECK(Run("return (await ROOM.getByName('a').fetch('http://x/echo', {method: 'POST', body: "
              "new Blob(['a'.repeat(300000)]).stream()})).text().then((text) => text.length)") ==
          "300000");
  }

  TEST_CASE("methods, getters, callbacks and returned objects work as on any binding") {
    CHECK(Run(R"js(
      const room = ROOM.getByName('a');
      using opened = await room.open();
      return [await room.add(2), await room.add(3), await room.size,
        await room.greet((name) => 'hello ' + name), await opened.close()];
    )js") == R"([2,5,5,"hello room","closed 5"])");
  }

  TEST_CASE("errors keep their type, and the log has them") {
    TestRuntime runtime({Caller(R"js(
      const room = ROOM.getByName('a');
      const said = [];
      for (const call of [() => room.fail(), () => room.fetch('http://x/throw'), () => room.none(),
          () => room.fetch('http://x/no-response')]) {
        try { await call(); } catch (error) { said.push(`${error.name}: ${error.message}`); }
      }
      return said.join('\n');
    )js")});
    CHECK(runtime.Text() ==
          "TypeError: not today\nRangeError: no room\n"
          "TypeError: The RPC receiver does not implement the method \"none\".\n"
          "TypeError: Incorrect type for Promise: the Promise did not resolve to 'Response'.");
    CHECK(runtime.observer().Find("Uncaught TypeError: not today") != nullptr);
    CHECK(runtime.observer().Find("Uncaught RangeError: no room") != nullptr);
  }

  TEST_CASE("a class that does not extend DurableObject has fetch() and no methods") {
    TestRuntime runtime(
        {Caller(R"js(
      const room = ROOM.getByName('a');
      const said = [await (await room.fetch('http://x/')).text()];
      try { await room.add(1); } catch (error) { said.push(error.message); }
      return said;
    )js",
                "export class Room { fetch() { return new Response('plain'); } add() {} }")});
    CHECK(
        runtime.Text() ==
        "[\"plain\",\"The receiving Durable Object does not support RPC, because its class was not "
        "declared with `extends DurableObject`. In order to enable RPC, make sure your class "
        "extends the special class `DurableObject`, which can be imported from the module "
        "\\\"cloudflare:workers\\\".\"]");
  }

  TEST_CASE("calls are delivered in the order in which they were made") {
    CHECK(Run(R"js(
      const room = ROOM.getByName('a');
      return Promise.all([1, 2, 3, 4].map((n) => room.add(n)));
    )js") == "[1,3,6,10]");
  }

  TEST_CASE("one request's call may be answered by another request") {
    TestRuntime runtime({Caller(R"js(
      const room = ROOM.getByName('a');
      if (request.url.endsWith('/wait')) return room.wait();
      await room.wake('woken');
      return 'done';
    )js")});
    const auto waiting = runtime.Start("/wait");
    runtime.Poll();
    CHECK(!waiting->done());
    CHECK(runtime.Text("/wake") == "done");
    CHECK(PollUntil(runtime, [&] { return waiting->done(); }));
    CHECK(waiting->response().body == "woken");
  }

  TEST_CASE("a constructor that throws fails the call, and the next call tries again") {
    TestRuntime runtime({Caller("return ROOM.getByName('a').hi()", R"js(
      import { DurableObject } from 'cloudflare:workers';
      let tries = 0;
      export class Room extends DurableObject {
        constructor(ctx, env) { super(ctx, env); if (++tries === 1) throw new RangeError('not yet'); }
        hi() { return 'hi ' + tries; }
      })js")});
    CHECK(runtime.Text() == "RangeError: not yet");
    CHECK(runtime.Text() == "hi 2");
  }

  TEST_CASE("calls wait while blockConcurrencyWhile() runs, and stay in order") {
    TestRuntime runtime(
        {Caller("const room = ROOM.getByName('a'); return Promise.all([room.add('b'), "
                "room.add('c'), room.add('d')])",
                R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject {
        constructor(ctx, env) {
          super(ctx, env);
          this.text = '';
          ctx.blockConcurrencyWhile(async () => { await scheduler.wait(1); this.text = 'a'; });
        }
        add(text) { return this.text += text; }
      })js")});
    CHECK(runtime.Text() == R"(["ab","abc","abcd"])");
  }

  TEST_CASE("what the object awaits goes on only after blockConcurrencyWhile()") {
    TestRuntime runtime({Caller(R"js(
      const room = ROOM.getByName('a');
      const first = Promise.all([room.fetches(), room.calls(), room.reads(), room.sleeps()]);
      await Promise.all([room.block(), first]);
      return room.order();
    )js",
                                R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject {
        log = [];
        async fetches() { await this.env.ECHO.fetch('http://x/'); this.log.push('fetched'); }
        async calls() { try { await this.env.ECHO.none(); } catch { this.log.push('called'); } }
        async reads() { const { a } = await this.env.ECHO.get(1); this.log.push('read ' + a); }
        async sleeps() { await scheduler.wait(1); this.log.push('slept'); }
        async block() {
          await this.ctx.blockConcurrencyWhile(async () => {
            this.log.push('begin');
            await this.env.ECHO.fetch('http://x/');
            await this.env.ECHO.get(1);
            await scheduler.wait(5);
            this.log.push('end');
          });
        }
        order() { return this.log; }
      })js")
                             .Service("ECHO", "echo"),
                         TestWorker("echo", R"js(
      export default { fetch: () => new Response('x'), get: (n) => ({ a: n, f() {} }) })js")
                             .Date("2026-11-01")});
    const std::string order = runtime.Text();
    CHECK(order.starts_with(R"(["begin","end",)"));
    for (const char* what : {"fetched", "called", "read 1", "slept"}) {
      CHECK(order.find(what) != std::string::npos);
    }
  }

  TEST_CASE("answers that wait for blockConcurrencyWhile() are not lost to the calls made in it") {
    TestRuntime runtime({Caller(R"js(
      const room = ROOM.getByName('a');
      const said = Promise.all([room.fetches(), room.fails(), room.number(), room.follows()]);
      await room.block();
      return said;
    )js",
                                R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject {
        async fetches() { return (await this.env.ECHO.fetch('http://x/')).text(); }
        async fails() { try { await this.env.ECHO.none(); } catch (error) { return error.name; } }
        async number() { return await this.env.ECHO.get(1); }
        async follows() { return (await this.env.ECHO.fetch('http://x/from')).text(); }
        block() {
          return this.ctx.blockConcurrencyWhile(async () => {
            await scheduler.wait(5);
            const calls = [];
            for (let i = 0; i < 8; i++) calls.push(this.env.ECHO.get(i), this.env.ECHO.fetch('http://x/'));
            await Promise.all(calls);
          });
        }
      })js")
                             .Service("ECHO", "echo"),
                         TestWorker("echo", R"js(
      export default {
        fetch: ({ url }) => (url.endsWith('/from') ? Response.redirect('http://x/to') : new Response(new URL(url).pathname)),
        get: (n) => n,
      })js")
                             .Date("2026-11-01")});
    CHECK(runtime.Text() == R"(["/","TypeError",1,"/to"])");
  }

  TEST_CASE("a call can be aborted while its answer waits for blockConcurrencyWhile()") {
    TestRuntime runtime({Caller("return ROOM.getByName('a').run()", R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject {
        async run() {
          const controller = new AbortController();
          const { signal } = controller;
          const answer = this.env.ECHO.fetch('http://x/', { signal }).catch((error) => error.message);
          const said = [];
          await this.ctx.blockConcurrencyWhile(async () => {
            await this.env.ECHO.fetch('http://x/');
            controller.abort(new Error('enough'));
            said.push(await answer);
          });
          said.push(await (await this.env.ECHO.fetch('http://x/')).text());
          return said;
        }
      })js")
                             .Service("ECHO", "echo"),
                         TestWorker("echo", R"js(
      export default { fetch: () => new Response(new Blob(['x']).stream()) })js")
                             .Date("2026-11-01")});
    CHECK(runtime.Text() == R"(["enough","x"])");
  }

  TEST_CASE("a WebSocket that comes for an aborted call after blockConcurrencyWhile() is closed") {
    TestRuntime runtime({Caller("return ROOM.getByName('a').run()", R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject {
        async run() {
          const controller = new AbortController();
          const init = { signal: controller.signal, headers: { upgrade: 'websocket' } };
          const answer = this.env.ECHO.fetch('http://x/', init).catch((error) => error.message);
          await this.ctx.blockConcurrencyWhile(async () => {
            await this.env.ECHO.fetch('http://x/', { headers: { upgrade: 'websocket' } });
            controller.abort(new Error('enough'));
          });
          return [await answer, await this.env.ECHO.closed(0)];
        }
      })js")
                             .Service("ECHO", "echo"),
                         TestWorker("echo", R"js(
      const { promise, resolve } = Promise.withResolvers();
      export default {
        fetch() {
          const [webSocket, server] = Object.values(new WebSocketPair());
          server.accept();
          server.addEventListener('close', ({ code }) => resolve(code));
          return new Response(null, { status: 101, webSocket });
        },
        closed: () => promise,
      })js")
                             .Date("2026-11-01")});
    CHECK(runtime.Text() == R"(["enough",1005])");
  }

  TEST_CASE("blockConcurrencyWhile() may be called twice, and the first may end first") {
    TestRuntime runtime({Caller("return ROOM.getByName('a').both()", R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject {
        async both() {
          const { promise, resolve } = Promise.withResolvers();
          const first = this.ctx.blockConcurrencyWhile(() => promise);
          const second = this.ctx.blockConcurrencyWhile(async () => { resolve(); await scheduler.wait(1); });
          await Promise.all([first, second]);
          await scheduler.wait(1);
          return 'both';
        }
      })js")});
    CHECK(runtime.Text() == "both");
  }

  TEST_CASE(
      "blockConcurrencyWhile() gives the value of its callback; if that fails, the object is "
      "reset") {
    TestRuntime runtime({Caller(R"js(
      const room = ROOM.getByName('a');
      const said = [await room.block('x')];
      try { await room.block(); } catch (error) { said.push(`${error.name}: ${error.message}`); }
      said.push(await room.count());
      return said;
    )js",
                                R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject {
        calls = 0;
        async block(value) {
          this.calls++;
          return this.ctx.blockConcurrencyWhile(async () => {
            if (value === undefined) throw new RangeError('blocked');
            return 'got ' + value;
          });
        }
        count() { return this.calls; }
      })js")});
    CHECK(runtime.Text() == R"(["got x","RangeError: blocked",0])");
  }

  TEST_CASE("abort() fails what the object was doing, and the next call finds a new instance") {
    TestRuntime runtime({Caller(R"js(
      const room = ROOM.getByName('a');
      const waiting = room.wait().catch((error) => error.message);
      const said = [await room.instance()];
      try { await room.reset(); } catch (error) { said.push(error.message); }
      said.push(await waiting, await room.instance());
      return said;
    )js")});
    CHECK(runtime.Text() == R"([1,"asked to","asked to",2])");
  }

  TEST_CASE("an idle object is evicted, one that is busy is not") {
    TestRuntime runtime({Caller(R"js(
      const room = ROOM.getByName('a');
      if (request.url.endsWith('/wait')) return room.wait();
      if (request.url.endsWith('/wake')) return room.wake('x').then(() => 'ok');
      return room.instance();
    )js")});
    Dispatcher& dispatcher = runtime.graph().dispatcher();
    dispatcher.set_actor_idle_ms(0);
    CHECK(runtime.Text() == "1");
    CHECK(PollUntil(runtime, [&] { return dispatcher.live_actors() == 0; }));
    CHECK(runtime.Text() == "2");
    const auto waiting = runtime.Start("/wait");
    for (int i = 0; i < 20; i++) runtime.Poll();
    CHECK(dispatcher.live_actors() == 1);
    CHECK(runtime.Text("/wake") == "ok");
    CHECK(PollUntil(runtime, [&] { return waiting->done() && dispatcher.live_actors() == 0; }));
    CHECK(dispatcher.live_invocations() == 0);
  }

  TEST_CASE("a stub may be passed on, and leads to the same object") {
    CHECK(Run(R"js(
      const room = ROOM.getByName('a');
      const other = await room.sibling('b');
      await other.add(4);
      return [await ROOM.getByName('b').size, other.name, other.id.equals(ROOM.idFromName('b')),
        await other.whoami()].flat().slice(0, 3);
    )js") == R"([4,"b",true])");
  }

  TEST_CASE("another Worker's class is bound by script_name, and uses that Worker's bindings") {
    TestRuntime runtime({TestWorker("front", R"js(
      export default { async fetch(request, env) {
        return (await env.ROOM.getByName('a').fetch(request));
      } })js")
                             .Objects("ROOM", "Room", "rooms"),
                         TestWorker("rooms", R"js(
      export class Room {
        constructor(state, env) { this.env = env; }
        async fetch() { return new Response('of ' + this.env.OWNER); }
      }
      export default {};)js")
                             .Objects("ROOM", "Room")
                             .Var("OWNER", "\"rooms\"")});
    CHECK(runtime.Text() == "of rooms");
  }

  TEST_CASE("another Worker's object has methods, whatever that Worker has used before") {
    TestRuntime runtime({TestWorker("front", R"js(
      export default { async fetch(request, env) {
        return new Response(await env.ROOM.getByName('a').add(1, 2));
      } })js")
                             .Date("2026-11-01")
                             .Objects("ROOM", "Room", "rooms"),
                         TestWorker("rooms", R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject { add(a, b) { return a + b; } }
      export default {};)js")
                             .Date("2026-11-01")
                             .Objects("ROOM", "Room")});
    CHECK(runtime.Text() == "3");
  }

  TEST_CASE("the Worker's own classes are in ctx.exports") {
    CHECK(Run("return ctx.exports.Room.getByName('a').add(2)") == "2");
  }

  TEST_CASE("ids and namespaces are no values that could be cloned") {
    CHECK(Run("structuredClone(ROOM.idFromName('a'))") ==
          "DataCloneError: Could not serialize object of type \"DurableObjectId\". This type does "
          "not support serialization.");
    CHECK(
        Run("return ROOM.getByName('a').add(ROOM)") ==
        "DataCloneError: Could not serialize object of type \"DurableObjectNamespace\". This type "
        "does not support serialization.");
  }

  TEST_CASE("an error that ended the object says so") {
    CHECK(Run("return ROOM.getByName('a').reset().catch(({message, remote, durableObjectReset}) => "
              "[message, remote, durableObjectReset])") == R"(["asked to",null,true])");
  }

  TEST_CASE("a loop of objects ends at the depth limit") {
    CHECK(Run("return ROOM.getByName('d').loop(0)")
              .starts_with("Error: Subrequest depth limit exceeded."));
  }

  TEST_CASE(
      "an object that uses up its CPU time fails its calls; the next call finds a fresh one") {
    TestRuntime runtime({Caller(R"js(
      const room = ROOM.getByName('a');
      if (request.url.endsWith('/spin')) return room.spin();
      return room.hi();
    )js",
                                R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject {
        spin() { for (;;) {} }
        hi() { return 'hi'; }
      })js")
                             .CpuMs(20)});
    CHECK(runtime.Get("/spin").status >= 200);
    CHECK(runtime.Text() == "hi");
  }

  TEST_CASE("a Worker that an object has called and that hangs is found out") {
    TestRuntime runtime({Caller("return ROOM.getByName('a').ask()", R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject {
        async ask() { return (await this.env.STUCK.fetch('http://x/')).text(); }
      })js")
                             .Service("STUCK", "stuck"),
                         TestWorker::Handler("stuck", "await new Promise(() => {})")});
    CHECK(runtime.Text().starts_with("Error: The Workers runtime canceled this request"));
  }

  TEST_CASE("a task that never ends does not keep an object") {
    TestRuntime runtime({Caller("return ROOM.getByName('a').linger()", R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject {
        linger() { this.ctx.waitUntil(new Promise(() => {})); return 'lingers'; }
      })js")});
    CHECK(runtime.Text() == "lingers");
    runtime.graph().dispatcher().EndIdleActors();
    CHECK(runtime.graph().dispatcher().live_actors() == 0);
  }

  TEST_CASE("timers of an object go on after the response") {
    TestRuntime runtime({Caller(R"js(
      const room = ROOM.getByName('a');
      if (request.url.endsWith('/start')) return room.start();
      return room.ticks();
    )js",
                                R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject {
        count = 0;
        start() { setTimeout(() => { this.count++; }, 1); return 'started'; }
        ticks() { return this.count; }
      })js")});
    CHECK(runtime.Text("/start") == "started");
    CHECK(PollUntil(runtime, [&] { return runtime.Text("/ticks") == "1"; }));
  }

  TEST_CASE("sockets of one request can be used by another one of the same object") {
    TestRuntime runtime({Caller(R"js(
      const room = ROOM.getByName('a');
      const open = async () => {
        const { webSocket } = await room.fetch('http://x/', { headers: { upgrade: 'websocket' } });
        webSocket.accept();
        return webSocket;
      };
      const [a, b] = [await open(), await open()];
      const got = new Promise((resolve) => { b.addEventListener('message', ({ data }) => resolve(data)); });
      a.send('to all');
      const text = await got;
      a.close(); b.close();
      return text;
    )js",
                                R"js(
      export class Room {
        sockets = [];
        fetch() {
          const [client, server] = Object.values(new WebSocketPair());
          server.accept();
          server.addEventListener('message', ({ data }) => { for (const one of this.sockets) one.send(data); });
          this.sockets.push(server);
          return new Response(null, { status: 101, webSocket: client });
        }
      })js")});
    CHECK(runtime.Text() == "to all");
  }

  TEST_CASE("a class that is not exported stops the start") {
    const Error error = testing::LoadError(
        {TestWorker("caller", "export default { fetch() {} }").Objects("ROOM", "Room")});
    CHECK(error.message ==
          "Your Worker depends on the following Durable Objects, which are not exported in your "
          "entrypoint file: Room.");
    CHECK(error.hint.find("Export the class Room from index.js") != std::string::npos);
  }

  TEST_CASE("a script_name that is no Worker stops the start") {
    const Error error = testing::LoadError(
        {TestWorker("caller", "export default { fetch() {} }").Objects("ROOM", "Room", "rooms")});
    CHECK(error.message.find("binding ROOM points to \"rooms\", no such Worker") !=
          std::string::npos);
  }
}

}  // namespace
}  // namespace isolane::worker
