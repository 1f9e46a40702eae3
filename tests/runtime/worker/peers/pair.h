// Runtimes that find each other in a registry, as processes do: "front" calls "back". A third one
// takes part where a test starts it.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/worker/rpc_workers.h"
#include "tests/support/step_until.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_runtime.h"

namespace isolane::testing {

class Pair {
 public:
  Pair() = default;
  Pair(const TestWorker& front, const TestWorker& back) : Pair() {
    StartBack(back);
    StartFront(front);
  }
  ~Pair() {
    front.reset();
    back.reset();
    third.reset();
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  // While others wait for it.
  static void Stop(std::unique_ptr<TestRuntime>& runtime) {
    runtime->Abandon();
    runtime.reset();
  }
  void StartFront(const TestWorker& worker, RuntimeOptions options = {}) {
    front = Start({worker}, std::move(options));
  }
  void StartBack(const TestWorker& worker) { back = Start({worker}); }
  void StartBack(const std::vector<TestWorker>& workers, RuntimeOptions options = {}) {
    back = Start(workers, std::move(options));
  }
  void StartThird(const TestWorker& worker) { third = Start({worker}); }
  // Calls on Workers of "back" that do not compile wait so long, in ms.
  void StartBackHolding(const std::vector<TestWorker>& workers, int64_t hold_ms = 10'000) {
    RuntimeOptions options;
    options.on_broken = [](const std::string&, const Error&) {};
    options.hold_ms = hold_ms;
    StartBack(workers, std::move(options));
  }
  void ReloadBack(const std::vector<TestWorker>& workers, std::vector<std::string> removed = {}) {
    const Status done =
        back->get().Reload({.workers = Specs(workers), .removed = std::move(removed)});
    CHECK_MESSAGE(done.ok(), (done.ok() ? "" : done.error().ToString()));
    CHECK(Until([&] { return back->graph().retiring() == 0; }));
  }

  void Poll() {
    for (TestRuntime* runtime : {front.get(), back.get(), third.get()}) {
      if (runtime != nullptr) runtime->Poll();
    }
  }
  template <typename Condition>
  bool Until(Condition condition) {
    return testing::StepUntil([&] { Poll(); }, condition);
  }

  // The body; a status other than 200 is put before it.
  std::string Text(const std::string& path = "/") {
    const std::shared_ptr<Pending> pending = front->Start(path);
    REQUIRE(Until([&] { return pending->done(); }));
    REQUIRE(pending->answer->ok());
    const Response& response = pending->response();
    return (response.status == 200 ? "" : std::to_string(response.status) + " ") + response.body;
  }
  // What stops requests here and there is done.
  bool AtRest() {
    return Until([&] {
      for (TestRuntime* runtime : {front.get(), back.get(), third.get()}) {
        if (runtime == nullptr) continue;
        worker::Dispatcher& dispatcher = runtime->graph().dispatcher();
        if (dispatcher.live_pipelines() + dispatcher.live_stubs() + dispatcher.live_calls() > 0) {
          return false;
        }
      }
      return true;
    });
  }

  // To the socket of the only process that there is.
  int ConnectRaw() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    for (const auto& file : std::filesystem::directory_iterator(directory_.path())) {
      if (file.path().extension() == ".sock") file.path().string().copy(address.sun_path, 107);
    }
    const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return connection;
  }

  std::unique_ptr<TestRuntime> front;
  std::unique_ptr<TestRuntime> back;
  std::unique_ptr<TestRuntime> third;

 private:
  std::unique_ptr<TestRuntime> Start(const std::vector<TestWorker>& workers,
                                     RuntimeOptions options = {}) {
    options.unknown_services = UnknownService::kFailOnUse;
    options.registry = directory_.path();
    return std::make_unique<TestRuntime>(workers, options);
  }

  TemporaryDirectory directory_;
};

}  // namespace isolane::testing

// What the tests of this folder call by its own name.
namespace isolane::worker {

using testing::Back;
using testing::Front;
using testing::Pair;
using testing::RpcPrelude;
using testing::TestWorker;

}  // namespace isolane::worker
