// One request and its response, in its connection's queue. Pooled: the buffers are used again.
//
// Loop thread. Owned by the pool, lent to one connection at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "runtime/http/outgoing_body.h"
#include "runtime/http/refusal.h"
#include "runtime/http/request_parser.h"
#include "runtime/http/server.h"

namespace isolane::http {

class Connection;

class ExchangeSlot final : public Exchange, private base::PipeReader {
 public:
  ExchangeSlot() = default;
  ExchangeSlot(const ExchangeSlot&) = delete;
  ExchangeSlot& operator=(const ExchangeSlot&) = delete;

  // --- Exchange ---
  std::string_view packed_head() const override { return head_.view(); }
  bool is_head_request() const override { return info_.head_request; }
  std::string_view client_address() const override;
  base::Body TakeBody() override;
  void set_listener(ExchangeListener* listener) override { listener_ = listener; }
  void Respond(int status, std::string_view packed_head, base::Body body,
               bool already_encoded) override;
  bool UpgradeToWebSocket(std::string_view packed_head,
                          std::shared_ptr<base::MessageEnd> end) override;
  void Abort() override;

  // --- for its connection ---
  void Open(Connection* connection) { connection_ = connection; }
  ByteBuffer& head_buffer() { return head_; }
  RequestInfo& info() { return info_; }
  const RequestInfo& info() const { return info_; }

  // The request's body, when it was complete before anybody took it.
  void set_body(base::Body body) { body_ = std::move(body); }
  bool body_taken() const { return body_taken_; }

  bool announced() const { return announced_; }
  void set_announced() { announced_ = true; }
  bool responded() const { return responded_; }
  bool aborted() const { return aborted_; }

  // The server's own answer, instead of the handler's, who is told that the client is gone.
  void RespondRefusal(const Refusal& refusal);
  // Moves what there is of the response. The exchange is the first in the queue that is not
  // complete.
  OutgoingBody::Progress PumpInto(WriteQueue& queue);
  bool TakeWasRead() { return response_body_.TakeWasRead(); }
  bool keep_alive() const { return framing_.keep_alive; }
  bool until_close() const { return responded_ && framing_.framing == Framing::kUntilClose; }

  // "100 Continue" is due as soon as the exchange is the first in the queue.
  bool continue_due = false;
  // The place in the stream of written bytes where the response ends; set when it is complete.
  bool complete = false;
  uint64_t end = 0;

  // Tells the listener, unless it was told before.
  void TellSent();
  void TellGone();
  // Back to the state of a new one. The listener has been told.
  void Close();

  ExchangeSlot* next = nullptr;  // in the connection's queue

 private:
  void OnReadable() override;  // base::PipeReader
  void RefuseUpgrade();

  Connection* connection_ = nullptr;
  ExchangeListener* listener_ = nullptr;
  bool announced_ = false;
  bool body_taken_ = false;
  bool responded_ = false;
  bool aborted_ = false;
  bool upgraded_ = false;  // the rest of the exchange is a WebSocket's
  ByteBuffer head_;
  RequestInfo info_;
  base::Body body_;
  ByteBuffer response_head_;  // while it is not this exchange's turn to write
  BodyFraming framing_;
  OutgoingBody response_body_;
};

class ExchangePool {
 public:
  ExchangeSlot* Take(Connection* connection);
  void GiveBack(ExchangeSlot* slot);

 private:
  std::vector<std::unique_ptr<ExchangeSlot>> all_;
  std::vector<ExchangeSlot*> free_;
};

}  // namespace isolane::http
