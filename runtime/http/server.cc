#include "runtime/http/server.h"

#include "runtime/http/server_core.h"

namespace isolane::http {
namespace {

class ServerHandle final : public Server {
 public:
  explicit ServerHandle(ServerCore* core) : core_(core) {}
  ~ServerHandle() override {
    core_->Abandon();
    loop::DeleteLater(core_->loop(), core_);
  }

  int port() const override { return core_->port(); }
  void Flush() override { core_->Flush(); }
  void Drain(void (*done)(void*), void* context) override { core_->Drain(done, context); }
  void CloseNow() override { core_->CloseNow(); }
  size_t connections() const override { return core_->connections(); }
  void AdvanceForTest(int64_t milliseconds) override { core_->Advance(milliseconds); }

 private:
  ServerCore* core_;  // Owned; its memory goes in the loop's next iteration.
};

}  // namespace

Result<std::unique_ptr<Server>> Server::Listen(uv_loop_t* loop, const ServerAddress& address,
                                               const ServerLimits& limits,
                                               RequestHandler& handler) {
  auto core = std::make_unique<ServerCore>(loop, limits, handler);
  ISOLANE_TRY(core->Listen(address));
  return std::unique_ptr<Server>(std::make_unique<ServerHandle>(core.release()));
}

}  // namespace isolane::http
