// Storage of Durable Objects as their code sees it, and the gates around it.
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

// A Worker whose requests run `code` in the object "a"; it has `storage`, `sql`, `kv`, `ctx`,
// `path`. The value is given as JSON, an error as text.
TestWorker Object(const std::string& code, const std::string& more = "") {
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

std::string Run(const std::string& code, const std::string& more = "") {
  return TestRuntime({Object(code, more)}).Text();
}

class Directory {
 public:
  Directory() {
    std::string path = (std::filesystem::temp_directory_path() / "isolane-objects-XXXXXX").string();
    REQUIRE(mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  RuntimeOptions Options() const {
    RuntimeOptions options;
    options.persist_to = path_;
    return options;
  }
  // The databases of objects in it.
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      if (entry.path().extension() == ".sqlite") files.push_back(entry.path());
    }
    return files;
  }

 private:
  std::string path_;
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

TEST_SUITE("runtime/worker/storage") {
  TEST_CASE("values of every kind come back as they were") {
    CHECK(Run(R"js(
      await storage.put('value', { date: new Date(5), map: new Map([[1, new Set([2])]]), big: 5n, nothing: undefined,
        error: new RangeError('r'), expression: /x/g, bytes: new Uint8Array([1, 2]), list: [, 1], nan: NaN });
      const v = await storage.get('value');
      await storage.put({ one: 1, text: 'h\u00e9', none: null, left: undefined });
      return [+v.date, [...v.map.get(1)], String(v.big), 'nothing' in v, v.error.name, String(v.expression), [...v.bytes],
        0 in v.list, Number.isNaN(v.nan), await storage.get('text'), await storage.get('none'),
        await storage.get('left') === undefined, await storage.put('a', 1) === undefined];
    )js") == R"([5,[2],"5",true,"RangeError","/x/g",[1,2],false,true,"hé",null,true,true])");
  }

  TEST_CASE("several keys at a time, and lists") {
    CHECK(
        Run(R"js(
      await storage.put({ b: 2, a: 1, x1: 3, x2: 4, x3: 5 });
      const keys = (map) => [...map.keys()].join(' ');
      return [await tried(() => storage.get(['b', 'zz', 'a', 'b'])), await storage.delete('a'), await storage.delete('a'),
        await storage.delete(['b', 'zz']), keys(await storage.list()), keys(await storage.list({ prefix: 'x', limit: 2 })),
        keys(await storage.list({ start: 'x2' })), keys(await storage.list({ startAfter: 'x2', noCache: true })),
        keys(await storage.list({ end: 'x2' })), keys(await storage.list({ prefix: 'x', reverse: true })),
        keys(await storage.list(null))];
    )js") ==
        R"([[["a",1],["b",2]],true,false,1,"x1 x2 x3","x1 x2","x2 x3","x3","x1","x3 x2 x1","x1 x2 x3"])");
  }

  TEST_CASE("keys of get() come in the order of UTF-8, as those of a list") {
    CHECK(Run(R"js(
      const keys = ['\u{1f600}', '\uff5e', '\u00e9', 'z', 'Z'];
      for (const key of keys) await storage.put(key, 1);
      const got = [...(await storage.get(keys)).keys()];
      return got.join() === [...(await storage.list()).keys()].join() ? got.join(' ') : 'different';
    )js") == "Z z \xc3\xa9 \xef\xbd\x9e \xf0\x9f\x98\x80");
  }

  // The words are workerd's.
  TEST_CASE("what storage refuses") {
    struct Refused {
      std::string call;
      std::string error;
    };
    std::string code = "const out = [];\n";
    const Refused all[] = {
        {"storage.get()",
         "TypeError: Failed to execute 'get' on 'DurableObjectStorage': parameter 1 is not of type "
         "'string or Array'."},
        {"storage.put()",
         "TypeError: Failed to execute 'put' on 'DurableObjectStorage': parameter 1 is not of type "
         "'string or object'."},
        {"storage.put('a')", "TypeError: put() called with undefined value."},
        {"storage.put({a: 1}, 5)",
         "TypeError: put() may only be called with a single key-value pair and optional options as "
         "put(key, value, options) or with multiple key-value pairs and optional options as "
         "put(entries, options)"},
        {"storage.put('f', () => 1)", "DataCloneError: () => 1 could not be cloned."},
        {"storage.put('f', new Headers())",
         "DataCloneError: Could not serialize object of type \"Headers\". This type does not "
         "support serialization."},
        {"storage.delete()",
         "TypeError: Failed to execute 'delete' on 'DurableObjectStorage': parameter 1 is not of "
         "type 'string or Array'."},
        {"storage.list({start: 'a', startAfter: 'b'})",
         "TypeError: list() cannot be called with both start and startAfter values."},
        {"storage.list({limit: 0})", "TypeError: List limit must be positive."},
        {"storage.list(5)",
         "TypeError: Failed to execute 'list' on 'DurableObjectStorage': parameter 1 is not of "
         "type "
         "'ListOptions'."},
        {"storage.put('k'.repeat(2049), 1)",
         "RangeError: Keys cannot be larger than 2048 bytes. A key of size 2049 was provided."},
        {"storage.get('\\u00e9'.repeat(1025))",
         "RangeError: Keys cannot be larger than 2048 bytes. A key of size 2050 was provided."},
        {"storage.put('k', 'x'.repeat(3 << 20))",
         "RangeError: Values cannot be larger than 2097152 bytes. A value of size 3145735 was "
         "provided."},
        {"storage.get(Array.from({length: 129}, (_, i) => 'n' + i))",
         "RangeError: Maximum number of keys is 128. 129 keys were provided."},
        {"storage.put(Object.fromEntries(Array.from({length: 129}, (_, i) => ['n' + i, 1])))",
         "RangeError: Maximum number of key value pairs is 128. 129 pairs were provided."},
        {"storage.setAlarm(0)", "TypeError: setAlarm() cannot be called with an alarm time <= 0"},
        {"storage.setAlarm(NaN)",
         "TypeError: The value cannot be converted because it is not a valid Date."},
        {"storage.setAlarm('x')",
         "TypeError: Failed to execute 'setAlarm' on 'DurableObjectStorage': parameter 1 is not of "
         "type 'date'."},
        {"storage.transaction()",
         "TypeError: Failed to execute 'transaction' on 'DurableObjectStorage': parameter 1 is not "
         "of type 'function'."},
        {"storage.getCurrentBookmark()",
         "Error: This Durable Object's storage back-end does not implement point-in-time "
         "recovery."},
        {"sql.exec()",
         "TypeError: Failed to execute 'exec' on 'SqlStorage': parameter 1 is not of type "
         "'String'."},
        {"sql.exec('select ?', 5n)", "TypeError: Cannot convert a BigInt value to a number"},
        {"sql.exec('select ?', Symbol('x'))",
         "TypeError: Cannot convert a Symbol value to a string"},
        {"sql.exec('selec 1')", "Error: near \"selec\": syntax error at offset 0: SQLITE_ERROR"},
        {"sql.exec('select 1 where 0').one()",
         "Error: Expected exactly one result from SQL query, but got no results."},
        {"sql.exec('select 1 union all select 2').one()",
         "Error: Expected exactly one result from SQL query, but got multiple results."},
        {"kv.get()",
         "TypeError: Failed to execute 'get' on 'SyncKvStorage': parameter 1 is not of type "
         "'string'."},
    };
    for (const Refused& one : all) {
      code += "out.push(await tried(() => " + one.call + "));\n";
    }
    TestRuntime runtime(
        {Object(code + "out.push((await storage.list()).size);\nreturn out.join('\\n');")});
    std::string expected;
    for (const Refused& one : all) expected += one.error + "\n";
    CHECK(runtime.Text() == expected + "0");
  }

  TEST_CASE("a class without SQL has keys and values of half the size, and says what it lacks") {
    TestRuntime runtime({TestWorker("app", R"js(
      const tried = async (run) => { try { return await run(); } catch (error) { return error.message.slice(0, 60); } };
      export class Box {
        constructor(state) { this.storage = state.storage; }
        async fetch() {
          const { storage } = this;
          await storage.put('a', 1);
          return Response.json([await storage.get('a'), await tried(() => storage.sql.exec('select 1')),
            await tried(() => storage.kv.get('a')), storage.transactionSync(() => 5),
            await tried(() => storage.put('a', 'x'.repeat(140000))), await tried(() => storage.setAlarm(1e15))]);
        }
      }
      export default { fetch: (request, env) => env.BOX.getByName('a').fetch(request) })js")
                             .ObjectsWithoutSql("BOX", "Box")});
    CHECK(
        runtime.Text() ==
        R"([1,"SQL is not enabled for this Durable Object class. To enable ","The storage.kv (synchronous KV) API is only available for SQ",5,"Values cannot be larger than 131072 bytes. A value of size 1","Your Durable Object class must have an alarm() handler in or"])");
  }

  TEST_CASE("SQL: rows, columns, cursors") {
    CHECK(
        Run(R"js(
      sql.exec('CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX ti ON t(b)');
      sql.exec('INSERT INTO t VALUES (?, ?), (?, ?)', 1, 'x', 2, null);
      const cursor = sql.exec('SELECT * FROM t');
      const first = cursor.next();
      return [cursor.columnNames, first, cursor.toArray(), cursor.next(), [...sql.exec('SELECT a FROM t')],
        [...sql.exec('SELECT a, a FROM t').raw()], sql.exec('SELECT count(*) AS n FROM t').one(),
        sql.exec('SELECT 1').raw().columnNames,
        sql.exec('SELECT typeof(?) a, typeof(?) b, typeof(?) c, typeof(?) d, ? e', 1, 'x', new Uint8Array(2), undefined,
          true).one(),
        [...new Uint8Array(sql.exec("SELECT x'0102' AS b").one().b)], sql.databaseSize > 0];
    )js") ==
        R"([["a","b"],{"done":false,"value":{"a":1,"b":"x"}},[{"a":2,"b":null}],{"done":true},[{"a":1},{"a":2}],[[1,1],[2,2]],{"n":2},["1"],{"a":"real","b":"text","c":"blob","d":"null","e":"true"},[1,2],true])");
  }

  TEST_CASE("SQL: what was read and written") {
    CHECK(Run(R"js(
      sql.exec('CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX ti ON t(b)');
      const insert = sql.exec("INSERT INTO t(b) VALUES ('x'), ('y'), ('z')");
      const select = sql.exec('SELECT * FROM t');
      select.toArray();
      const one = sql.exec("SELECT 1; UPDATE t SET b = 'w' WHERE a = 1");
      return [insert.rowsRead, insert.rowsWritten, select.rowsRead, select.rowsWritten, one.rowsRead, one.rowsWritten];
    )js") == "[0,6,3,0,1,2]");
  }

  TEST_CASE("SQL: a query of many rows is read as it is used") {
    CHECK(Run(R"js(
      sql.exec('CREATE TABLE t(a)');
      sql.exec('WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3000) INSERT INTO t SELECT x FROM c');
      let sum = 0;
      for (const { a } of sql.exec('SELECT a FROM t')) {
        sum += a;
        if (a === 100) await scheduler.wait(1);
      }
      const some = sql.exec('SELECT a FROM t');
      for (const row of some) if (row.a === 5) break;
      return [sum, some.rowsRead < 100, some.next().value.a, sql.exec('SELECT a FROM t').toArray().length];
    )js") == "[4501500,true,6,3000]");
  }

  TEST_CASE("SQL: an error in the middle comes after the rows before it") {
    CHECK(Run(R"js(
      const rows = [];
      try {
        for (const { x } of sql.exec("SELECT json(value) AS x FROM json_each('[\"1\", \"2\", \"oops\", \"3\"]')")) rows.push(x);
      } catch (error) { rows.push(error.message); }
      return rows;
    )js") == R"(["1","2","malformed JSON: SQLITE_ERROR"])");
  }

  TEST_CASE("SQL: queries that are begun and forgotten end some day") {
    CHECK(Run(R"js(
      sql.exec('CREATE TABLE t(a)');
      sql.exec('WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100) INSERT INTO t SELECT x FROM c');
      const first = sql.exec('SELECT a FROM t');
      for (let i = 0; i < 200; i++) sql.exec('SELECT a FROM t').next();
      let count = 0;
      try { for (const row of first) count++; } catch (error) { return [count, error.message.slice(0, 44)]; }
    )js") == R"([16,"The query was ended because too many are ope"])");
  }

  TEST_CASE("SQL that never ends is ended by the CPU limit") {
    TestRuntime runtime({Object(R"js(
      if (path === '/hi') return 'hi';
      return sql.exec('WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c').one();
    )js")
                             .CpuMs(50)});
    CHECK(runtime.Text("/spin") != "hi");
    CHECK(runtime.observer().Find("Worker exceeded CPU time limit.") != nullptr);
    CHECK(runtime.Text("/hi") == "hi");
  }

  TEST_CASE("the synchronous keys and values") {
    CHECK(Run(R"js(
      for (let i = 0; i < 250; i++) kv.put('k' + String(i).padStart(3, '0'), i);
      const all = [...kv.list()];
      const back = [...kv.list({ reverse: true, limit: 120 })];
      const seen = [];
      for (const [key, value] of kv.list({ prefix: 'k00' })) { seen.push(value); kv.delete('k005'); }
      return [all.length, all[249], back.length, back[0], back[119], seen.length, kv.get('k004'), show(kv.get('k005')),
        kv.delete('k004'), kv.delete('k004'), await storage.get('k003'), [...kv.list({ start: 'k247' })].length];
    )js") == R"([250,["k249",249],120,["k249",249],["k130",130],10,4,"undefined",true,false,3,3])");
  }

  TEST_CASE("transactionSync() keeps all or nothing, and nests") {
    CHECK(Run(R"js(
      const out = [storage.transactionSync(() => { kv.put('a', 1); sql.exec('CREATE TABLE t(x)'); return 9; })];
      try { storage.transactionSync(() => { kv.put('a', 2); sql.exec('DROP TABLE t'); throw new Error('back'); }); } catch (error) { out.push(error.message); }
      out.push(kv.get('a'), sql.exec('SELECT count(*) n FROM t').one().n);
      storage.transactionSync(() => {
        kv.put('b', 1);
        try { storage.transactionSync(() => { kv.put('b', 2); throw 1; }); } catch { out.push('inner'); }
        out.push(kv.get('b'));
      });
      return out;
    )js") == R"([9,"back",1,0,"inner",1])");
  }

  TEST_CASE("transaction() keeps all or nothing") {
    CHECK(Run(R"js(
      const out = [await storage.transaction(async (txn) => { await txn.put('a', 1); await scheduler.wait(1); return txn.get('a'); })];
      out.push(await tried(() => storage.transaction(async (txn) => { await txn.put('a', 2); await scheduler.wait(1); throw new RangeError('no'); })));
      out.push(await storage.get('a'));
      out.push(await storage.transaction(async (txn) => { await txn.put('a', 3); txn.rollback(); txn.rollback(); return 7; }), await storage.get('a'));
      out.push(await storage.transaction(() => 5));
      return out;
    )js") == R"([1,"RangeError: no",1,7,1,5])");
  }

  TEST_CASE("transactions nest, and those of other code wait") {
    CHECK(Run(R"js(
      const log = [];
      await Promise.all([
        storage.transaction(async () => { log.push('a'); await scheduler.wait(2); await storage.put('in', 1); log.push('A'); }),
        storage.transaction(async () => { log.push('b'); await scheduler.wait(1); log.push('B'); }),
        storage.put('out', 1).then(() => log.push('put')),
      ]);
      await storage.transaction(async () => {
        await storage.put('n', 1);
        await tried(() => storage.transaction(async () => { await storage.put('n', 2); throw 1; }));
        log.push(await storage.get('n'));
        await storage.transaction(async () => { await storage.put('n', 3); });
      });
      log.push(await storage.get('n'), await storage.get('out'));
      return log.join(' ');
    )js") == "a A b B put 1 3 1");
  }

  TEST_CASE("a put of other code is not undone with a transaction") {
    CHECK(Run(R"js(
      const failed = tried(() => storage.transaction(async () => { await storage.put('a', 1); await scheduler.wait(2); throw new Error('no'); }));
      const put = storage.put('b', 1);
      await Promise.all([failed, put]);
      return [...await storage.list()];
    )js") == R"([["b",1]])");
  }

  TEST_CASE("a transaction that is over refuses everything") {
    CHECK(Run(R"js(
      let kept;
      await storage.transaction(async (txn) => { kept = txn; });
      return [await tried(() => kept.put('a', 1)), await tried(() => kept.rollback()),
        await tried(() => storage.transaction(async (txn) => { txn.rollback(); await txn.get('a'); })),
        await tried(() => storage.transaction((txn) => txn.deleteAll())),
        await tried(() => storage.transaction(() => storage.deleteAll()))].join('\n');
    )js") ==
          "Error: Cannot call put() on transaction that has already committed: did you move `txn` "
          "outside of the closure?\n"
          "Error: Cannot call rollback() on transaction that has already committed: did you move "
          "`txn` outside of the closure?\n"
          "Error: Cannot get() on rolled back transaction\n"
          "Error: Cannot call deleteAll() within a transaction\n"
          "Error: Cannot call deleteAll() within a transaction");
  }

  TEST_CASE("a call waits while the object is in a transaction") {
    TestRuntime runtime({Object(R"js(
      if (path === '/read') return [...await storage.list()].join(' ');
      await storage.transaction(async () => {
        await storage.put('a', 1);
        const { promise, resolve } = Promise.withResolvers();
        this.go = resolve;
        setTimeout(() => resolve(), 3);
        await promise;
        await storage.put('b', 2);
      });
      return 'done';
    )js")});
    const auto writing = runtime.Start("/write");
    runtime.Poll();
    CHECK(runtime.Text("/read") == "a,1 b,2");
    CHECK(PollUntil(runtime, [&] { return writing->done(); }));
  }

  TEST_CASE("alarms are kept") {
    CHECK(Run(R"js(
      const later = Date.now() + 1e6;
      const out = [await storage.getAlarm()];
      await storage.setAlarm(later + 0.7);
      out.push(await storage.getAlarm() === later);
      await storage.setAlarm(new Date(later + 5));
      out.push(await storage.getAlarm() === later + 5);
      await storage.setAlarm(5);
      out.push(await storage.getAlarm() >= Date.now() - 1000);
      await storage.deleteAlarm();
      out.push(await storage.getAlarm());
      return out;
    )js") == "[null,true,true,true,null]");
  }

  TEST_CASE("deleteAll() leaves nothing, and the alarm only before 2026-02-24") {
    const std::string code = R"js(
      sql.exec('CREATE TABLE t(a); INSERT INTO t VALUES (1)');
      await storage.put('a', 1);
      await storage.setAlarm(Date.now() + 1e6);
      const value = await storage.deleteAll();
      return [show(value), (await storage.list()).size, await tried(() => sql.exec('SELECT * FROM t')), typeof await storage.getAlarm()];
    )js";
    CHECK(Run(code) == R"(["undefined",0,"Error: no such table: t: SQLITE_ERROR","object"])");
    CHECK(TestRuntime({Object(code).Date("2026-02-01")}).Text() ==
          R"(["undefined",0,"Error: no such table: t: SQLITE_ERROR","number"])");
  }

  TEST_CASE("storage is there in the constructor, and what it throws ends the start") {
    CHECK(Run("return this.start",
              "constructor(ctx, env) { super(ctx, env); ctx.storage.sql.exec('CREATE TABLE t(a)'); "
              "this.start = ctx.storage.sql.exec('SELECT count(*) n FROM t').one().n; "
              "ctx.blockConcurrencyWhile(async () => { await ctx.storage.put('a', 1); }); }") ==
          "0");
    CHECK(Run("return 1",
              "constructor(ctx, env) { super(ctx, env); ctx.storage.sql.exec('SELEC'); }") ==
          "Error: near \"SELEC\": syntax error at offset 0: SQLITE_ERROR");
  }

  TEST_CASE("storage of another object cannot be used") {
    CHECK(
        Run(R"js(
      if (globalThis.kept === undefined) {
        globalThis.kept = storage;
        globalThis.cursor = sql.exec('VALUES (1), (2)');
        return await this.env.BOX.getByName('b').run('/');
      }
      return [await tried(() => globalThis.kept.get('a')), await tried(() => globalThis.kept.sql.exec('SELECT 1'))]
        .map((text) => text.slice(0, 58));
    )js") ==
        R"(["Error: Cannot perform I/O on behalf of a different request","Error: Cannot perform I/O on behalf of a different request"])");
  }

  TEST_CASE("what is stored is there after a restart") {
    const Directory directory;
    const TestWorker worker = Object(R"js(
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
    const Directory directory;
    for (const RuntimeOptions& options : {directory.Options(), RuntimeOptions()}) {
      TestRuntime runtime(
          {Object("this.n = (this.n ?? 0) + 1; const m = (await storage.get('m') ?? 0) + 1; "
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
    const Directory directory;
    TestRuntime runtime({Object("return [await storage.get('a') === undefined, (await "
                                "storage.list()).size, await storage.getAlarm()]")},
                        directory.Options());
    CHECK(runtime.Text() == "[true,0,null]");
    CHECK(directory.Files().empty());
  }

  TEST_CASE("an answer waits until what was written is on the disk") {
    const Directory directory;
    TestRuntime runtime({Object(R"js(
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
    const Directory directory;
    TestRuntime runtime({Object("return 'x'", R"js(
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
    const Directory directory;
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
    const Directory directory;
    TestRuntime runtime({Object(R"js(
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
    const Directory directory;
    std::atomic<bool> fails = true;
    TestRuntime runtime({Object(R"js(
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
    const Directory directory;
    const TestWorker worker = Object("await storage.put('a', 1); return 'ok'");
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
    const Directory directory;
    for (const RuntimeOptions& options : {directory.Options(), RuntimeOptions()}) {
      TestRuntime runtime({Object(R"js(
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
    const Directory directory;
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
