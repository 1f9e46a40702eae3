// Limits of a request, met in the midst of its method calls. runtime/worker/dispatcher_rpc.cc.
#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

TEST_SUITE("runtime/worker/rpc_limits") {
  TEST_CASE("a call on a stub for which no CPU time is left ends with its request") {
    // Entries too short for the watchdog use up the budget, so it is missed where the next begins.
    TestRuntime runtime({TestWorker::Handler("caller", R"js(
                           const counter = await env.BACK.counter();
                           for (;;) await counter.add(1);
                         )js")
                             .Service("BACK", "back")
                             .CpuMs(2),
                         TestWorker("back", R"js(
                           import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers';
                           class Counter extends RpcTarget {
                             #sum = 0;
                             add(n) { return this.#sum += n; }
                           }
                           export default class extends WorkerEntrypoint {
                             counter() { return new Counter(); }
                           }
                         )js")});
    for (int i = 0; i < 20; i++) CHECK(runtime.Get().status == 503);
    // That nothing is left of them is what the end of every TestRuntime checks.
  }
}

}  // namespace
}  // namespace isolane::worker
