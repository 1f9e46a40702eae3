// A service that is a program of its own, as the rest of the runtime sees it: requests go in, and
// wait while it starts.
//
// Loop thread. Owned by Services.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <isolane/process_spec.h>

#include "runtime/base/body.h"
#include "runtime/http/client.h"
#include "runtime/loop/timer.h"
#include "runtime/process/service_process.h"

namespace isolane::worker {

class ChildService final : private process::ServiceProcess::Listener {
 public:
  class Owner {
   public:
    // It is called before it was started.
    virtual void OnCalledIdle() = 0;
    virtual void OnStateChange(ChildService& service) = 0;
    virtual void OnLine(ChildService& service, loop::ChildProcess::Output output,
                        std::string_view line) = 0;
    virtual void OnWarning(ChildService& service, const std::string& text) = 0;
    // Listeners were called: a turn is due.
    virtual void OnEvent() = 0;

   protected:
    ~Owner() = default;
  };

  // All outlive it.
  ChildService(uv_loop_t* loop, ProcessSpec spec, http::Client& client, Owner& owner);
  ~ChildService();

  const std::string& name() const { return spec_.name; }
  const ProcessSpec& spec() const { return spec_; }

  // Where it is to listen, and the rest of what its process needs. Once, then Start.
  void Prepare(process::ServiceProcess::Options options);
  void Start() { process_->Start(); }
  void Stop();
  // It will never be started: whoever waits for it, and comes later, is told `why`.
  void GiveUp(const std::string& why);
  // Null before Prepare.
  const process::ServiceProcess* process() const { return process_.get(); }
  process::ServiceProcess::State state() const {
    return process_ == nullptr ? process::ServiceProcess::State::kIdle : process_->state();
  }

  // As http::Client::Start: the service gets the request, with path and query of its URL as they
  // are. It waits while the service starts for the first time, and fails while it is down.
  uint64_t Send(std::string_view packed_head, base::Body body, http::ClientListener* listener);
  void Cancel(uint64_t id, const std::string& reason);
  // The head of a response in which a Location at the service's own address leads to `origin`.
  std::string Outward(std::string_view packed_head, std::string_view origin) const;

 private:
  struct Waiting {
    uint64_t id = 0;
    std::string head;
    base::Body body;
    http::ClientListener* listener = nullptr;
  };
  // A request that had to wait, from when it is sent until the client is done with it.
  class Late;

  void OnStateChange() override;
  void OnLine(loop::ChildProcess::Output output, std::string_view line) override {
    owner_.OnLine(*this, output, line);
  }
  void OnWarning(const std::string& text) override { owner_.OnWarning(*this, text); }

  uint64_t SendNow(std::string_view packed_head, base::Body body, http::ClientListener* listener);
  void Settle();

  const ProcessSpec spec_;
  http::Client& client_;
  Owner& owner_;
  std::unique_ptr<process::ServiceProcess> process_;
  std::string given_up_;  // not empty: why
  std::string origin_;    // "http://127.0.0.1:10301", once it is up
  // Numbers of requests that are the client's are even, those of requests that had to wait are odd.
  uint64_t last_id_ = 1;
  std::vector<Waiting> waiting_;
  std::unordered_map<uint64_t, std::unique_ptr<Late>> late_;  // by number
  loop::Handle<loop::Timer> deferred_;  // Settle, in the loop's next iteration
};

}  // namespace isolane::worker
