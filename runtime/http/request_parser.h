// Bytes to requests: llhttp in strict mode, the rules it leaves to its user, and the limits.
// Composes the packed head. Knows no socket.
//
// Loop thread. Owned by a connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/http/byte_buffer.h"
#include "runtime/http/refusal.h"
#include "runtime/http/server.h"
#include "third_party/llhttp/llhttp.h"

namespace isolane::http {

// What the server has to know of a head besides its packed form.
struct RequestInfo {
  bool head_request = false;
  bool http10 = false;
  bool keep_alive = false;
  bool expects_continue = false;
  bool has_body = false;  // has a length or is chunked; the length may be 0
  std::optional<uint64_t> content_length;
};

class RequestParser {
 public:
  // All are called from Feed only.
  class Events {
   public:
    // The request that has just ended asks for another protocol. True: what follows it is not HTTP
    // until that is decided, so parsing pauses.
    virtual bool OnUpgradeAsked() = 0;
    // A head is complete: the packed form goes into the (empty) buffer that is returned.
    virtual ByteBuffer& OnHeadStart() = 0;
    virtual void OnHead(const RequestInfo& info) = 0;
    // Borrowed until Feed returns.
    virtual void OnBody(std::string_view bytes) = 0;
    // The request is complete. False: pause before the next one.
    virtual bool OnRequestEnd() = 0;

   protected:
    ~Events() = default;
  };

  enum class Outcome {
    kMore,     // all was used; more is welcome
    kPaused,   // OnRequestEnd said so; feed the rest again later
    kRefused,  // see refusal(); the parser is of no use any more
  };

  // `events` and `limits` outlive the parser. `scheme` is a literal: what URLs begin with.
  RequestParser(Events& events, const ServerLimits& limits, std::string_view scheme = "http://");
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Parses from the front of `bytes` and removes what was used.
  Outcome Feed(std::string_view& bytes);

  const Refusal& refusal() const { return refusal_; }
  // A request has begun and its head is not complete.
  bool in_head() const { return stage_ == Stage::kHead; }

 private:
  enum class Stage : uint8_t { kBetween, kHead, kBody };
  // llhttp's callbacks get the base, and so the whole.
  struct Machine : llhttp_t {
    RequestParser* parser;
  };
  struct Callbacks;

  void BeginRequest();
  bool AddTarget(std::string_view part);
  bool AddName(std::string_view part);
  bool AddValue(std::string_view part);
  bool AddExtension(size_t size);
  bool FinishHeader();
  bool NoteHeader(std::string_view name, std::string_view value);
  bool FinishHead();
  bool AddBody(std::string_view bytes);
  bool Refuse(int status, std::string_view text);
  void RefuseAsParsed(int error);

  Machine machine_;
  Events& events_;
  const ServerLimits& limits_;
  const std::string_view scheme_;
  Refusal refusal_;

  Stage stage_ = Stage::kBetween;
  bool in_name_ = false;
  bool trailers_ = false;
  ByteBuffer target_;
  ByteBuffer headers_;  // "\nname\0value..." of this head
  size_t name_at_ = 0;  // of the header under way
  size_t value_at_ = 0;
  size_t header_count_ = 0;
  size_t raw_head_bytes_ = 0;
  size_t extra_bytes_ = 0;  // trailers and chunk extensions, which are dropped
  uint64_t body_bytes_ = 0;

  struct Seen {
    uint32_t hosts = 0;
    uint32_t transfer_encodings = 0;
    enum class Coding : uint8_t { kNotChunked, kChunked, kMore } coding = Coding::kNotChunked;
    size_t host_at = 0;
    size_t host_size = 0;
  } seen_;
  RequestInfo info_;
};

}  // namespace isolane::http
