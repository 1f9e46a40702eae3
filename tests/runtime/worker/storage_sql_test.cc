// SQL of Durable Objects, as their code sees it.
#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/worker/object_fixture.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::ObjectWorker;
using testing::RunInObject;
using testing::TestRuntime;

TEST_SUITE("runtime/worker/storage_sql") {
  TEST_CASE("SQL: rows, columns, cursors") {
    CHECK(
        RunInObject(R"js(
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
    CHECK(RunInObject(R"js(
      sql.exec('CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX ti ON t(b)');
      const insert = sql.exec("INSERT INTO t(b) VALUES ('x'), ('y'), ('z')");
      const select = sql.exec('SELECT * FROM t');
      select.toArray();
      const one = sql.exec("SELECT 1; UPDATE t SET b = 'w' WHERE a = 1");
      return [insert.rowsRead, insert.rowsWritten, select.rowsRead, select.rowsWritten, one.rowsRead, one.rowsWritten];
    )js") == "[0,6,3,0,1,2]");
  }

  TEST_CASE("SQL: a query of many rows is read as it is used") {
    CHECK(RunInObject(R"js(
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
    CHECK(RunInObject(R"js(
      const rows = [];
      try {
        for (const { x } of sql.exec("SELECT json(value) AS x FROM json_each('[\"1\", \"2\", \"oops\", \"3\"]')")) rows.push(x);
      } catch (error) { rows.push(error.message); }
      return rows;
    )js") == R"(["1","2","malformed JSON: SQLITE_ERROR"])");
  }

  TEST_CASE("SQL: queries that are begun and forgotten end some day") {
    CHECK(RunInObject(R"js(
      sql.exec('CREATE TABLE t(a)');
      sql.exec('WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100) INSERT INTO t SELECT x FROM c');
      const first = sql.exec('SELECT a FROM t');
      for (let i = 0; i < 200; i++) sql.exec('SELECT a FROM t').next();
      let count = 0;
      try { for (const row of first) count++; } catch (error) { return [count, error.message.slice(0, 44)]; }
    )js") == R"([16,"The query was ended because too many are ope"])");
  }

  TEST_CASE("SQL that never ends is ended by the CPU limit") {
    TestRuntime runtime({ObjectWorker(R"js(
      if (path === '/hi') return 'hi';
      return sql.exec('WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c').one();
    )js")
                             .CpuMs(50)});
    CHECK(runtime.Text("/spin") != "hi");
    CHECK(runtime.observer().Find("Worker exceeded CPU time limit.") != nullptr);
    CHECK(runtime.Text("/hi") == "hi");
  }
}

}  // namespace
}  // namespace isolane::worker
