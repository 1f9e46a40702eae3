#include "runtime/http/web_socket_deflate.h"

#include <zlib.h>

#include <algorithm>
#include <utility>

#include "runtime/base/check.h"
#include "runtime/http/byte_buffer.h"

namespace isolane::http {
namespace {

// The loop waits meanwhile, and higher levels gain little on short messages.
constexpr int kLevel = 1;
constexpr int kMemoryLevel = 8;
// zlib's deflate has no window of 256 bytes; that of 512 never refers further back than 250.
constexpr int kMinDeflateBits = 9;
constexpr size_t kStep = 16 * 1024;
// What ends each flushed message and is not sent (section 7.2.1).
constexpr std::string_view kTail("\0\0\xff\xff", 4);

constexpr uint16_t kProtocolError = 1002;
constexpr uint16_t kTooBig = 1009;

// Small results are copied out of the common buffer, large ones take it with them.
constexpr size_t kCopyBelow = 16 * 1024;

base::Chunk TakeResult(ByteBuffer& buffer) {
  if (buffer.size() < kCopyBelow) return base::Chunk::Copy(buffer.view());
  auto owner = std::make_shared<ByteBuffer>(std::move(buffer));
  const std::string_view bytes = owner->view();
  return base::Chunk(bytes.data(), bytes.size(), std::move(owner));
}

// No message is so long that its length does not fit (base::MessageEnd::kMaxBuffered).
void SetInput(z_stream& stream, std::string_view input) {
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
}

class Deflater {
 public:
  explicit Deflater(int window_bits) {
    ISOLANE_CHECK(deflateInit2(&stream_, kLevel, Z_DEFLATED, -window_bits, kMemoryLevel,
                               Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Appends `message`, compressed on its own. False, at some point: it gets no shorter.
  bool Run(std::string_view message, ByteBuffer& out) {
    deflateReset(&stream_);
    SetInput(stream_, message);
    do {
      char* const to = out.Reserve(kStep);
      stream_.next_out = reinterpret_cast<Bytef*>(to);
      stream_.avail_out = kStep;
      deflate(&stream_, Z_SYNC_FLUSH);
      out.Commit(to + (kStep - stream_.avail_out));
      if (out.size() >= message.size() + kTail.size()) return false;
    } while (stream_.avail_out == 0);
    out.Truncate(out.size() - kTail.size());
    return true;
  }

 private:
  z_stream stream_{};
};

}  // namespace

class WebSocketDeflate::Inflater {
 public:
  explicit Inflater(int window_bits) {
    ISOLANE_CHECK(inflateInit2(&stream_, -window_bits) == Z_OK);
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Forgets the messages before.
  void Reset() { inflateReset(&stream_); }

  // 0, or the code to close with.
  uint16_t Run(std::string_view payload, size_t max_message, ByteBuffer& out, std::string* why) {
    if (const uint16_t code = Feed(payload, max_message, out, why)) return code;
    // The peer has flushed: its last block is empty, of stored bytes, and lacks kTail.
    if (inflateSyncPoint(&stream_) != 1) {
      *why = "Invalid compressed data";
      return kProtocolError;
    }
    return Feed(kTail, max_message, out, why);
  }

 private:
  uint16_t Feed(std::string_view part, size_t max_message, ByteBuffer& out, std::string* why) {
    SetInput(stream_, part);
    for (;;) {
      char* const to = out.Reserve(kStep);
      stream_.next_out = reinterpret_cast<Bytef*>(to);
      stream_.avail_out = kStep;
      const int result = inflate(&stream_, Z_SYNC_FLUSH);
      out.Commit(to + (kStep - stream_.avail_out));
      if (out.size() > max_message) {
        *why = "Message is too large: > " + std::to_string(max_message);
        return kTooBig;
      }
      if (result == Z_STREAM_END) {
        Continue();
      } else if (result == Z_BUF_ERROR || (stream_.avail_in == 0 && stream_.avail_out != 0)) {
        return 0;
      } else if (result != Z_OK) {
        *why = "Invalid compressed data";
        return kProtocolError;
      }
    }
  }

  // A block that said it was the last one is not the end of the connection (section 7.2.3.4): what
  // follows may refer to what came before.
  void Continue() {
    Bytef window[size_t{1} << DeflateParameters::kMaxBits];
    uInt size = 0;
    const uInt left = stream_.avail_in;
    inflateGetDictionary(&stream_, window, &size);
    inflateReset(&stream_);
    inflateSetDictionary(&stream_, window, size);
    stream_.avail_in = left;
  }

  z_stream stream_{};
};

// zlib's memory, and buffers for results.
class WebSocketDeflate::Shared {
 public:
  static std::shared_ptr<Shared> Get() {
    thread_local std::weak_ptr<Shared> current;
    std::shared_ptr<Shared> shared = current.lock();
    if (shared == nullptr) current = shared = std::make_shared<Shared>();
    return shared;
  }

  Deflater& DeflaterFor(int window_bits) {
    std::unique_ptr<Deflater>& deflater = deflaters_[window_bits - kMinDeflateBits];
    if (deflater == nullptr) deflater = std::make_unique<Deflater>(window_bits);
    return *deflater;
  }
  // One that knows of no message.
  Inflater& FreshInflater() {
    if (inflater_ == nullptr) inflater_ = std::make_unique<Inflater>(DeflateParameters::kMaxBits);
    inflater_->Reset();
    return *inflater_;
  }

  // Empty between calls.
  ByteBuffer buffer;

 private:
  std::unique_ptr<Deflater> deflaters_[DeflateParameters::kMaxBits - kMinDeflateBits + 1];
  std::unique_ptr<Inflater> inflater_;
};

namespace {

int BitsOr15(int bits) { return bits > 0 ? bits : DeflateParameters::kMaxBits; }

}  // namespace

WebSocketDeflate::WebSocketDeflate(WebSocketRole own_role, const DeflateParameters& agreed)
    : send_bits_(std::max(kMinDeflateBits, BitsOr15(own_role == WebSocketRole::kServer
                                                        ? agreed.server_max_window_bits
                                                        : agreed.client_max_window_bits))),
      receive_bits_(BitsOr15(own_role == WebSocketRole::kServer ? agreed.client_max_window_bits
                                                                : agreed.server_max_window_bits)),
      peer_refers_back_(own_role == WebSocketRole::kServer ? !agreed.client_no_context_takeover
                                                           : !agreed.server_no_context_takeover),
      shared_(Shared::Get()) {}

WebSocketDeflate::~WebSocketDeflate() = default;

base::Chunk WebSocketDeflate::Compress(std::string_view message) {
  if (message.size() < kMinSize) return {};
  const bool smaller = shared_->DeflaterFor(send_bits_).Run(message, shared_->buffer);
  base::Chunk result;
  if (smaller) result = TakeResult(shared_->buffer);
  shared_->buffer.Clear();
  return result;
}

uint16_t WebSocketDeflate::Inflate(std::string_view payload, size_t max_message,
                                   base::Chunk* message, std::string* why) {
  if (peer_refers_back_ && own_inflater_ == nullptr) {
    own_inflater_ = std::make_unique<Inflater>(receive_bits_);
  }
  Inflater& inflater = peer_refers_back_ ? *own_inflater_ : shared_->FreshInflater();
  const uint16_t code = inflater.Run(payload, max_message, shared_->buffer, why);
  if (code == 0) *message = TakeResult(shared_->buffer);
  shared_->buffer.Clear();
  return code;
}

}  // namespace isolane::http
