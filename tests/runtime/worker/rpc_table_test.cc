#include "runtime/worker/rpc_table.h"

#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace isolane::worker {
namespace {

// Two invocations of one pipeline: the owner of objects and the holder of stubs.
struct Fixture {
  base::SlotPool<Invocation> invocations;
  RunQueue queue;
  RpcTable table{queue, invocations};
  Pipeline pipeline;
  Invocation& owner = *invocations.Take();
  Invocation& holder = *invocations.Take();

  Fixture() { owner.pipeline = holder.pipeline = &pipeline; }

  ImportRecord& Stub(bool has_disposer = false) {
    return *table.FindImport(table.Import(holder, table.Export(owner, has_disposer)));
  }
  // The exports whose owner is to be told, each told.
  std::vector<uint32_t> Told() {
    std::vector<uint32_t> told;
    Event event;
    while (queue.Pop(event)) {
      CHECK(event.kind == EventKind::kDropped);
      CHECK(event.a == owner.id);
      table.Forget(owner, event.b);
      told.push_back(event.b);
    }
    return told;
  }
};

TEST_SUITE("runtime/worker/rpc_table") {
  TEST_CASE_FIXTURE(Fixture, "an export") {
    SUBCASE("holds its owner open until the owner was told that nobody has a stub") {
      ImportRecord& stub = Stub();
      const uint32_t target = stub.target;
      CHECK(owner.exports == 1);
      table.Dispose(stub);
      CHECK(owner.exports == 1);
      CHECK(Told() == std::vector<uint32_t>{target});
      CHECK(owner.exports == 0);
      CHECK(table.FindExport(target) == nullptr);
      CHECK(table.live() == 0);
    }
    SUBCASE("lives while a message holds it") {
      StubReference message = table.Export(owner, false);
      CHECK(message.held());
      CHECK(table.live() == 1);
      message = StubReference();
      CHECK_FALSE(message.held());
      CHECK(Told().size() == 1);
      CHECK(table.live() == 0);
    }
    SUBCASE("lives while one of several stubs does") {
      ImportRecord& first = Stub();
      ImportRecord& second = *table.FindImport(table.Import(holder, table.Duplicate(first)));
      CHECK(second.target == first.target);
      table.Dispose(first);
      CHECK(Told().empty());
      table.Dispose(second);
      CHECK(Told().size() == 1);
    }
    SUBCASE("counts as a disposer of its pipeline until its owner was told") {
      ImportRecord& with = Stub(true);
      ImportRecord& without = Stub(false);
      CHECK(pipeline.disposers == 1);
      table.Dispose(without);
      CHECK(pipeline.dropped == 0);
      table.Dispose(with);
      CHECK(pipeline.disposers == 1);
      CHECK(pipeline.dropped == 1);
      CHECK(Told().size() == 2);
      CHECK(pipeline.disposers == 0);
      CHECK(pipeline.dropped == 0);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "the exports of an owner are linked") {
    std::vector<uint32_t> stubs;
    for (int i = 0; i < 3; i++) stubs.push_back(Stub().id);
    SUBCASE("and can go first to last") {
      for (uint32_t id : stubs) table.Dispose(*table.FindImport(id));
    }
    SUBCASE("and can go last to first") {
      for (size_t i = 3; i-- > 0;) table.Dispose(*table.FindImport(stubs[i]));
    }
    SUBCASE("and can go from the middle") {
      for (size_t i : {1, 0, 2}) table.Dispose(*table.FindImport(stubs[i]));
    }
    CHECK(Told().size() == 3);
    CHECK(owner.first_export == 0);
    CHECK(owner.exports == 0);
    CHECK(holder.first_import == 0);
    CHECK(table.live() == 0);
  }

  TEST_CASE_FIXTURE(Fixture, "the end of a holder lets go of all its stubs") {
    for (int i = 0; i < 5; i++) Stub(i == 0);
    CHECK(table.DisposeAllOf(holder) == 5);
    CHECK(table.DisposeAllOf(holder) == 0);
    CHECK(Told().size() == 5);
    CHECK(table.live() == 0);
  }

  TEST_CASE_FIXTURE(Fixture, "the end of an owner") {
    SUBCASE("leaves stubs that lead nowhere") {
      ImportRecord& stub = Stub(true);
      table.AbandonExportsOf(owner);
      CHECK(owner.exports == 0);
      CHECK(pipeline.disposers == 0);
      CHECK(table.FindExport(stub.target)->owner == 0);
      CHECK(table.Duplicate(stub).held());
      table.Dispose(stub);
      CHECK(Told().empty());
      CHECK(table.live() == 0);
    }
    SUBCASE("takes those that nobody holds with it") {
      table.Dispose(Stub(true));
      CHECK(pipeline.dropped == 1);
      table.AbandonExportsOf(owner);
      CHECK(pipeline.disposers == 0);
      CHECK(pipeline.dropped == 0);
      CHECK(table.live() == 0);
      // The event that is still queued finds nothing.
      CHECK(Told().size() == 1);
    }
    SUBCASE("leaves a message under way that leads nowhere") {
      StubReference message = table.Export(owner, false);
      table.AbandonExportsOf(owner);
      ImportRecord& stub = *table.FindImport(table.Import(holder, std::move(message)));
      CHECK(table.FindExport(stub.target)->owner == 0);
      table.Dispose(stub);
      CHECK(table.live() == 0);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "a reference") {
    SUBCASE("that is moved is held once") {
      StubReference first = table.Export(owner, false);
      StubReference second = std::move(first);
      CHECK_FALSE(first.held());
      CHECK(second.held());
      first = std::move(second);
      CHECK(first.held());
      CHECK(Told().empty());
    }
    SUBCASE("that is released is somebody else's") {
      StubReference reference = table.Export(owner, false);
      const uint32_t target = reference.Release();
      CHECK_FALSE(reference.held());
      reference = StubReference();
      CHECK(Told().empty());
      CHECK(table.FindExport(target) != nullptr);
    }
    SUBCASE("of a stub that was disposed of by its number is not found") {
      const uint32_t id = Stub().id;
      table.Dispose(*table.FindImport(id));
      CHECK(table.FindImport(id) == nullptr);
    }
  }
}

}  // namespace
}  // namespace isolane::worker
