// Bytes to one response: llhttp in strict mode, interim responses skipped, the packed head
// composed. Knows no socket.
//
// Loop thread. Owned by a connection of the client.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/http/byte_buffer.h"
#include "third_party/llhttp/llhttp.h"

namespace isolane::http {

class ResponseParser {
 public:
  static constexpr size_t kMaxHeadBytes = 128 * 1024;

  enum class State : uint8_t {
    kHead,      // not complete yet
    kBody,      // head() is complete
    kComplete,  // the body too, if there is one
    kFailed,    // error() says why
  };

  class Events {
   public:
    // After head() is complete. Borrowed until Feed returns.
    virtual void OnBody(std::string_view bytes) = 0;

   protected:
    ~Events() = default;
  };

  explicit ResponseParser(Events& events) : events_(events) { machine_.parser = this; }
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  // What the request was, as far as its response depends on it.
  enum class Asked : uint8_t {
    kBody,
    kHead,       // there is no body whatever is announced
    kWebSocket,  // the response may be a switch to that protocol: status 101
  };

  // Before each response.
  void Begin(Asked asked);
  void Feed(std::string_view bytes);
  // The peer sends nothing more: complete or failed.
  void FeedEnd();

  State state() const { return state_; }
  const std::string& error() const { return error_; }

  int status() const { return status_; }
  std::string_view head() const { return head_.view(); }
  std::optional<uint64_t> content_length() const { return content_length_; }
  bool has_body() const { return has_body_; }
  // After kComplete with status 101: what came behind the head. Borrowed as Feed's argument is.
  std::string_view after_switch() const { return after_switch_; }
  // After kComplete: the connection can be used again.
  bool keep_alive() const { return keep_alive_ && !surplus_; }

 private:
  struct Machine : llhttp_t {
    ResponseParser* parser;
  };
  struct Callbacks;

  void BeginMessage();
  bool AddStatusText(std::string_view part);
  bool AddName(std::string_view part);
  bool AddValue(std::string_view part);
  void FinishHeader();
  int FinishHead();
  bool AddBody(std::string_view bytes);
  bool FinishMessage();
  bool Fail(std::string_view text);

  Machine machine_;
  Events& events_;
  State state_ = State::kHead;
  Asked asked_ = Asked::kBody;
  std::string_view after_switch_;
  bool interim_ = false;
  bool in_name_ = false;
  bool has_body_ = false;
  bool keep_alive_ = false;
  bool surplus_ = false;  // bytes after the response that nobody asked for
  int status_ = 0;
  ByteBuffer head_;
  size_t name_at_ = 0;
  size_t value_at_ = 0;
  size_t trailer_bytes_ = 0;
  std::optional<uint64_t> content_length_;
  std::string error_;
};

}  // namespace isolane::http
