// The body of the message that a connection is receiving: gathered until somebody takes it, then a
// pipe. At most one per connection at a time; it may outlive the exchange it belongs to.
//
// Loop thread. Owned by a connection, of the server or of the client.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/body.h"
#include "runtime/http/byte_buffer.h"

namespace isolane::http {

class IncomingBody final : private base::PipeWriter {
 public:
  class Owner {
   public:
    // Reading may go on, or need not pause any more.
    virtual void OnBodyRoom() = 0;

   protected:
    ~Owner() = default;
  };

  // `max_dropped`: bytes of a body that nobody wants that the connection is kept for.
  IncomingBody(Owner& owner, uint64_t max_dropped) : owner_(owner), max_dropped_(max_dropped) {}
  ~IncomingBody() { Fail("Network connection lost."); }
  IncomingBody(const IncomingBody&) = delete;
  IncomingBody& operator=(const IncomingBody&) = delete;

  void Begin(std::optional<uint64_t> length);
  bool receiving() const { return receiving_; }

  // Borrowed until Settle, which is called before the read buffer is used again.
  void Add(std::string_view bytes);
  void Settle();

  // The body as a pipe, from here on.
  std::shared_ptr<base::Pipe> Stream();
  // All of it has arrived. Its bytes, when nobody has streamed or dropped it.
  base::Body Finish();
  // It will never be complete.
  void Fail(const std::string& message);
  // Nobody wants the rest.
  void Drop();

  // Nothing of it has arrived yet.
  bool untouched() const { return received_ == 0; }
  // Whoever reads it is behind.
  bool full() const;
  bool dropping() const { return dropping_; }
  // More was dropped than is worth to keep the connection for.
  bool dropped_too_much() const { return dropped_ > max_dropped_; }
  // Somebody reads it: neither has the reader let go, nor was there never one.
  bool wanted() const { return pipe_ != nullptr && pipe_.use_count() > 1; }

 private:
  void OnWritable() override { owner_.OnBodyRoom(); }
  void OnCancel() override;

  std::string_view gathered() const { return run_.empty() ? buffer_.view() : run_; }

  Owner& owner_;
  const uint64_t max_dropped_;
  bool receiving_ = false;
  bool dropping_ = false;
  uint64_t received_ = 0;
  uint64_t dropped_ = 0;
  std::optional<uint64_t> length_;
  // OPTIMIZATION: a single run stays in the read buffer until it is copied to where it is needed.
  std::string_view run_;
  ByteBuffer buffer_;
  std::shared_ptr<base::Pipe> pipe_;  // shared with its reader
};

}  // namespace isolane::http
