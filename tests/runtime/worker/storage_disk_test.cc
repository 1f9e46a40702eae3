// Storage of Durable Objects on the disk, and the gates that wait for it.
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/worker/object_fixture.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::ObjectWorker;
using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

class StateDirectory {
 public:
  RuntimeOptions Options() const {
    RuntimeOptions options;
    options.persist_to = directory_.path();
    return options;
  }
  // The databases of objects in it.
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
      if (entry.path().extension() == ".sqlite") files.push_back(entry.path());
    }
    return files;
  }

 private:
  testing::TemporaryDirectory directory_;
};

// The disk waits until it is let go: nothing becomes durable before.
struct SlowDisk {
  std::promise<void> go;
  explicit SlowDisk(TestRuntime& runtime) {
    runtime.graph().committer().set_disk_for_test([gate = go.get_future().share()] {
      gate.wait();
      return 0;
    });
  }
};

TEST_SUITE("runtime/worker/storage_disk") {
  TEST_CASE("what is stored is there after a restart") {
    const StateDirectory directory;
    const TestWorker worker = ObjectWorker(R"js(
      if (path === '/write') {
        await storage.put('list', [1, 2]);
        sql.exec('CREATE TABLE IF NOT EXISTS t(a)');
        sql.exec('INSERT INTO t VALUES (?)', 'row');
        await storage.setAlarm(4e12);
        return 'written';
      }
      return [await storage.get('list'), sql.exec('SELECT * FROM t').toArray(), await storage.getAlarm()];
    )js");
    CHECK(TestRuntime({worker}, directory.Options()).Text("/write") == "written");
    REQUIRE(directory.Files().size() == 1);
    CHECK(directory.Files()[0].ends_with(
        "/v3/do/app-Box/" +
        std::string(directory.Files()[0].substr(directory.Files()[0].size() - 71))));
    CHECK(TestRuntime({worker}, directory.Options()).Text() ==
          R"([[1,2],[{"a":"row"}],4000000000000])");
  }

  TEST_CASE("an object that is evicted finds what it stored, in a file and in memory") {
    const StateDirectory directory;
    for (const RuntimeOptions& options : {directory.Options(), RuntimeOptions()}) {
      TestRuntime runtime(
          {ObjectWorker("this.n = (this.n ?? 0) + 1; const m = (await storage.get('m') ?? 0) + 1; "
                        "await storage.put('m', m); return [this.n, m];")},
          options);
      Dispatcher& dispatcher = runtime.graph().dispatcher();
      CHECK(runtime.Text() == "[1,1]");
      CHECK(runtime.Text() == "[2,2]");
      dispatcher.EndIdleActors();
      CHECK(dispatcher.live_actors() == 0);
      CHECK(runtime.Text() == "[1,3]");
      CHECK(runtime.Text("/?name=b") == "[1,1]");
    }
  }

  TEST_CASE("an object that only reads has no file") {
    const StateDirectory directory;
    TestRuntime runtime({ObjectWorker("return [await storage.get('a') === undefined, (await "
                                      "storage.list()).size, await storage.getAlarm()]")},
                        directory.Options());
    CHECK(runtime.Text() == "[true,0,null]");
    CHECK(directory.Files().empty());
  }

  TEST_CASE("an answer waits until what was written is on the disk") {
    const StateDirectory directory;
    TestRuntime runtime({ObjectWorker(R"js(
      if (path === '/read') return (await storage.get('a')) ?? 'nothing';
      if (path === '/unconfirmed') { await storage.put('a', 'u', { allowUnconfirmed: true }); return 'answered'; }
      if (path === '/sql') { sql.exec('CREATE TABLE t(a)'); return 'made'; }
      if (path === '/sync') { storage.put('a', 's', { allowUnconfirmed: true }); await storage.sync(); return 'synced'; }
      if (path === '/call') { await storage.put('a', 'c'); return await this.env.BOX.getByName('other').run('/read'); }
      await storage.put('a', 'w');
      return 'written';
    )js")},
                        directory.Options());
    SlowDisk disk(runtime);
    const auto unconfirmed = runtime.Start("/unconfirmed");
    CHECK(PollUntil(runtime, [&] { return unconfirmed->done(); }));
    std::string path;
    SUBCASE("of put()") { path = "/write"; }
    SUBCASE("of SQL") { path = "/sql"; }
    SUBCASE("when it awaited sync()") { path = "/sync"; }
    SUBCASE("of a call to another object, which is not made before") { path = "/call"; }
    const auto waiting = runtime.Start(path);
    for (int i = 0; i < 50; i++) runtime.Poll();
    CHECK_FALSE(waiting->done());
    // What tells of the write waits, too.
    const auto reading = runtime.Start("/read");
    for (int i = 0; i < 50; i++) runtime.Poll();
    if (path != "/sync") CHECK_FALSE(reading->done());
    disk.go.set_value();
    CHECK(PollUntil(runtime, [&] { return waiting->done() && reading->done(); }));
    CHECK(waiting->response().body.size() > 1);
  }

  TEST_CASE("the body of an answer waits for the disk, too") {
    const StateDirectory directory;
    TestRuntime runtime({ObjectWorker("return 'x'", R"js(
      async fetch() {
        const { readable, writable } = new TransformStream();
        const writer = writable.getWriter();
        (async () => {
          await writer.write(new TextEncoder().encode('before '));
          await scheduler.wait(1);
          await this.ctx.storage.put('a', 1);
          await writer.write(new TextEncoder().encode('after'));
          await writer.close();
        })();
        return new Response(readable);
      })js")},
                        directory.Options());
    SlowDisk disk(runtime);
    const auto streaming = runtime.Start("/fetch");
    for (int i = 0; i < 100; i++) runtime.Poll();
    CHECK_FALSE(streaming->done());
    disk.go.set_value();
    CHECK(PollUntil(runtime, [&] { return streaming->done(); }));
    CHECK(streaming->response().body == "before after");
  }

  TEST_CASE("a message on a WebSocket waits for the disk, too") {
    const StateDirectory directory;
    TestRuntime runtime({TestWorker("app", R"js(
      export class Box {
        constructor({ storage }) { this.storage = storage; }
        async fetch() {
          const [client, server] = Object.values(new WebSocketPair());
          server.accept();
          server.addEventListener('message', async () => {
            server.send('got it,');
            await this.storage.put('a', 1);
            server.send('stored it');
            server.close(1000, 'done');
          });
          return new Response(null, { status: 101, webSocket: client });
        }
      }
      export default { async fetch(request, env) {
        const { webSocket } = await env.BOX.getByName('a').fetch('http://x/', { headers: { upgrade: 'websocket' } });
        webSocket.accept();
        const said = [];
        webSocket.addEventListener('message', ({ data }) => { said.push(data); console.log(data); });
        const closed = new Promise((resolve) => { webSocket.addEventListener('close', resolve); });
        webSocket.send('hello');
        await closed;
        webSocket.close();
        return new Response(said.join(' '));
      } })js")
                             .Objects("BOX", "Box")},
                        directory.Options());
    SlowDisk disk(runtime);
    const auto talking = runtime.Start();
    CHECK(PollUntil(runtime, [&] { return runtime.observer().Find("got it,") != nullptr; }));
    for (int i = 0; i < 100; i++) runtime.Poll();
    CHECK(runtime.observer().Find("stored it") == nullptr);
    disk.go.set_value();
    CHECK(PollUntil(runtime, [&] { return talking->done(); }));
    CHECK(talking->response().body == "got it, stored it");
  }

  TEST_CASE("a fetch from within a transaction is not held by what it wrote") {
    const StateDirectory directory;
    TestRuntime runtime({ObjectWorker(R"js(
      if (path === '/other') return 'other';
      return storage.transaction(async () => {
        await storage.put('a', 1);
        const other = await this.env.BOX.getByName('b').run('/other');
        await storage.sync();
        return other;
      });
    )js")},
                        directory.Options());
    CHECK(runtime.Text() == "other");
  }

  TEST_CASE("a disk that fails ends the object; the next call finds what was stored before") {
    const StateDirectory directory;
    std::atomic<bool> fails = true;
    TestRuntime runtime({ObjectWorker(R"js(
      if (path === '/read') return [await storage.get('a'), await storage.get('b') ?? null];
      await storage.put(path.slice(1), 1);
      return 'ok';
    )js")},
                        directory.Options());
    CHECK(runtime.Text("/a") == "ok");
    runtime.graph().committer().set_disk_for_test(
        [&fails] { return fails.exchange(false) ? EIO : 0; });
    const std::string failed = runtime.Text("/b");
    CHECK(failed.starts_with(
        "Error: Durable Object a of class Box of Worker \"app\": cannot sync its "
        "storage: the disk failed: Input/output error (SQLITE_IOERR) ("));
    CHECK(runtime.observer().Find("cannot sync its storage") != nullptr);
    CHECK(runtime.Text("/read").starts_with("[1,"));
    CHECK(runtime.Text("/c?name=other") == "ok");
  }

  TEST_CASE("a damaged file is an error of its object only") {
    const StateDirectory directory;
    const TestWorker worker = ObjectWorker("await storage.put('a', 1); return 'ok'");
    CHECK(TestRuntime({worker}, directory.Options()).Text() == "ok");
    const std::string file = directory.Files().at(0);
    std::ofstream(file) << std::string(5000, 'x');
    TestRuntime runtime({worker}, directory.Options());
    for (int i = 0; i < 2; i++) {
      CHECK(runtime.Text() ==
            "Error: Durable Object a of class Box of Worker \"app\": cannot open its storage: the "
            "file is not a SQLite database (SQLITE_NOTADB) (" +
                file + "). Move it away to let the object start empty.");
    }
    CHECK(runtime.Text("/?name=b") == "ok");
    std::filesystem::remove(file);
    CHECK(runtime.Text() == "ok");
  }

  TEST_CASE("what an object was writing when it was ended is undone, what came before is kept") {
    const StateDirectory directory;
    for (const RuntimeOptions& options : {directory.Options(), RuntimeOptions()}) {
      TestRuntime runtime({ObjectWorker(R"js(
        if (path === '/read') return [...await storage.list()].join(' ');
        await storage.put('a', 1);
        await scheduler.wait(1);
        storage.put('b', 1);
        sql.exec('CREATE TABLE t(a)');
        storage.transactionSync(() => { kv.put('c', 1); for (;;) {} });
      )js")
                               .CpuMs(30)},
                          options);
      CHECK(runtime.Text("/spin") != "a,1");
      CHECK(runtime.Text("/read") == "a,1");
    }
  }

  TEST_CASE("many objects write at once") {
    const StateDirectory directory;
    TestRuntime runtime({TestWorker("app", R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Box extends DurableObject {
        async add() { const n = (await this.ctx.storage.get('n') ?? 0) + 1; await this.ctx.storage.put('n', n); return n; }
      }
      export default { async fetch(request, env) {
        let sum = 0;
        for (let round = 0; round < 5; round++) {
          const added = await Promise.all(Array.from({ length: 50 }, (_, i) => env.BOX.getByName('o' + i).add()));
          for (const n of added) sum += n;
        }
        return new Response(String(sum));
      } })js")
                             .Subrequests(1000)
                             .Objects("BOX", "Box")},
                        directory.Options());
    CHECK(runtime.Text() == "750");
    CHECK(directory.Files().size() == 50);
  }
}

}  // namespace
}  // namespace isolane::worker
