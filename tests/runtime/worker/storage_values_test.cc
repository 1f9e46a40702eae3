// Keys and values of Durable Objects, as their code sees them.
#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/worker/object_fixture.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::ObjectWorker;
using testing::RunInObject;
using testing::TestRuntime;
using testing::TestWorker;

TEST_SUITE("runtime/worker/storage_values") {
  TEST_CASE("values of every kind come back as they were") {
    CHECK(RunInObject(R"js(
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
        RunInObject(R"js(
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
    CHECK(RunInObject(R"js(
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
        {"storage.setAlarm(1e300)",
         "TypeError: The time of an alarm must be one that a Date can have."},
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
        {ObjectWorker(code + "out.push((await storage.list()).size);\nreturn out.join('\\n');")});
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

  TEST_CASE("the synchronous keys and values") {
    CHECK(RunInObject(R"js(
      for (let i = 0; i < 250; i++) kv.put('k' + String(i).padStart(3, '0'), i);
      const all = [...kv.list()];
      const back = [...kv.list({ reverse: true, limit: 120 })];
      const seen = [];
      for (const [key, value] of kv.list({ prefix: 'k00' })) { seen.push(value); kv.delete('k005'); }
      return [all.length, all[249], back.length, back[0], back[119], seen.length, kv.get('k004'), show(kv.get('k005')),
        kv.delete('k004'), kv.delete('k004'), await storage.get('k003'), [...kv.list({ start: 'k247' })].length];
    )js") == R"([250,["k249",249],120,["k249",249],["k130",130],10,4,"undefined",true,false,3,3])");
  }

  TEST_CASE("alarms are kept") {
    CHECK(RunInObject(R"js(
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
    CHECK(RunInObject(code) ==
          R"(["undefined",0,"Error: no such table: t: SQLITE_ERROR","object"])");
    CHECK(TestRuntime({ObjectWorker(code).Date("2026-02-01")}).Text() ==
          R"(["undefined",0,"Error: no such table: t: SQLITE_ERROR","number"])");
  }

  TEST_CASE("storage is there in the constructor, and what it throws ends the start") {
    CHECK(RunInObject(
              "return this.start",
              "constructor(ctx, env) { super(ctx, env); ctx.storage.sql.exec('CREATE TABLE t(a)'); "
              "this.start = ctx.storage.sql.exec('SELECT count(*) n FROM t').one().n; "
              "ctx.blockConcurrencyWhile(async () => { await ctx.storage.put('a', 1); }); }") ==
          "0");
    CHECK(
        RunInObject("return 1",
                    "constructor(ctx, env) { super(ctx, env); ctx.storage.sql.exec('SELEC'); }") ==
        "Error: near \"SELEC\": syntax error at offset 0: SQLITE_ERROR");
  }

  TEST_CASE("storage of another object cannot be used") {
    CHECK(
        RunInObject(R"js(
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
}

}  // namespace
}  // namespace isolane::worker
