// Transactions of Durable Objects, as their code sees them.
#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/worker/object_fixture.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::ObjectWorker;
using testing::PollUntil;
using testing::RunInObject;
using testing::TestRuntime;

TEST_SUITE("runtime/worker/storage_transactions") {
  TEST_CASE("transactionSync() keeps all or nothing, and nests") {
    CHECK(RunInObject(R"js(
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
    CHECK(RunInObject(R"js(
      const out = [await storage.transaction(async (txn) => { await txn.put('a', 1); await scheduler.wait(1); return txn.get('a'); })];
      out.push(await tried(() => storage.transaction(async (txn) => { await txn.put('a', 2); await scheduler.wait(1); throw new RangeError('no'); })));
      out.push(await storage.get('a'));
      out.push(await storage.transaction(async (txn) => { await txn.put('a', 3); txn.rollback(); txn.rollback(); return 7; }), await storage.get('a'));
      out.push(await storage.transaction(() => 5));
      return out;
    )js") == R"([1,"RangeError: no",1,7,1,5])");
  }

  TEST_CASE("transactions nest, and those of other code wait") {
    CHECK(RunInObject(R"js(
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
    CHECK(RunInObject(R"js(
      const failed = tried(() => storage.transaction(async () => { await storage.put('a', 1); await scheduler.wait(2); throw new Error('no'); }));
      const put = storage.put('b', 1);
      await Promise.all([failed, put]);
      return [...await storage.list()];
    )js") == R"([["b",1]])");
  }

  TEST_CASE("a transaction that is over refuses everything") {
    CHECK(RunInObject(R"js(
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
    TestRuntime runtime({ObjectWorker(R"js(
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
}

}  // namespace
}  // namespace isolane::worker
