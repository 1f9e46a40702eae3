// A request that an embedder sends without any socket, and its complete response.
//
// Loop thread. Owned by the Graph until over().
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <isolane/http.h>
#include <isolane/result.h>
#include <isolane/runtime.h>

#include "runtime/base/body.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/records.h"

namespace isolane::worker {

class EmbedderCall final : public TopLevel, public base::PipeReader {
 public:
  // Fails when the request cannot be sent: its URL, a header.
  static Result<std::unique_ptr<EmbedderCall>> Create(Request request,
                                                      std::function<void(Result<Response>)> done);

  void Start(Dispatcher& dispatcher, Worker& worker);
  bool over() const { return over_; }

  void OnResponse(int status, std::string_view packed_head, base::Body body,
                  bool already_encoded) override;
  // Request and Response of the embedder know no WebSockets.
  bool OnWebSocket(std::string_view, std::shared_ptr<base::MessageEnd>) override { return false; }
  void OnFailure(int status, const std::string& text) override;
  void OnPipelineEnd() override;
  void OnReadable() override;

 private:
  explicit EmbedderCall(std::function<void(Result<Response>)> done) : done_(std::move(done)) {}
  void Finish();

  std::function<void(Result<Response>)> done_;
  std::string head_;
  base::Body request_body_;
  Dispatcher* dispatcher_ = nullptr;
  uint32_t pipeline_ = 0;
  Response response_;
  std::shared_ptr<base::Pipe> pipe_;
  std::string failure_;
  bool finished_ = false;
  bool over_ = false;
};

// The C++ service behind a stubbed binding, for the dispatcher.
HostService MakeHostService(ServiceFunction service);

}  // namespace isolane::worker
