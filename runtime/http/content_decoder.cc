#include "runtime/http/content_decoder.h"

#include <zlib.h>

#include <algorithm>

#include "third_party/brotli/decode.h"

namespace isolane::http {
namespace {

constexpr int kWindowBits = 15;
constexpr int kGzipWrapper = 16;
constexpr size_t kMaxInput = size_t{1} << 30;  // zlib counts in 32 bits

class InflateDecoder : public ContentDecoder {
 public:
  explicit InflateDecoder(int window_bits) {
    ISOLANE_CHECK(inflateInit2(&stream_, window_bits) == Z_OK);
  }
  ~InflateDecoder() override { inflateEnd(&stream_); }

  Status Decode(std::string_view& input, ByteBuffer& out) override {
    if (input.empty()) return Status::kNeedsInput;
    if (ended_ && !Restart()) return Status::kCorrupt;
    const size_t offered = std::min(input.size(), kMaxInput);
    char* const to = out.Reserve(kMaxOutput);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(offered);
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = kMaxOutput;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    input.remove_prefix(offered - stream_.avail_in);
    out.Commit(to + (kMaxOutput - stream_.avail_out));
    begun_ = true;
    ended_ = result == Z_STREAM_END;
    // Z_BUF_ERROR only says that nothing could be done.
    if (!ended_ && result != Z_OK && result != Z_BUF_ERROR) return Status::kCorrupt;
    // With the output full, zlib may hold more that needs no input.
    const bool more = !input.empty() || (!ended_ && stream_.avail_out == 0);
    return more ? Status::kHasMore : Status::kNeedsInput;
  }
  bool complete() const override { return ended_ || !begun_; }

 protected:
  // Something follows the end. False: it must not.
  virtual bool Restart() { return false; }

  z_stream stream_{};
  bool begun_ = false;
  bool ended_ = false;
};

class GzipDecoder final : public InflateDecoder {
 public:
  GzipDecoder() : InflateDecoder(kWindowBits + kGzipWrapper) {}

 private:
  // A gzip file may have several members (RFC 1952 2.2).
  bool Restart() override { return inflateReset(&stream_) == Z_OK; }
};

// "deflate" is zlib's format (RFC 9110 8.4.1.2), but some servers send it bare. The first two bytes
// tell.
class DeflateDecoder final : public ContentDecoder {
 public:
  Status Decode(std::string_view& input, ByteBuffer& out) override {
    if (decoder_ != nullptr) return decoder_->Decode(input, out);
    while (head_size_ < sizeof head_ && !input.empty()) {
      head_[head_size_++] = input.front();
      input.remove_prefix(1);
    }
    if (head_size_ < sizeof head_) return Status::kNeedsInput;
    const unsigned first = static_cast<uint8_t>(head_[0]);
    const unsigned second = static_cast<uint8_t>(head_[1]);
    const bool wrapped = (first & 15) == Z_DEFLATED && (first << 8 | second) % 31 == 0;
    decoder_ = std::make_unique<InflateDecoder>(wrapped ? kWindowBits : -kWindowBits);
    std::string_view head(head_, sizeof head_);
    const Status status = decoder_->Decode(head, out);
    return status == Status::kNeedsInput && !input.empty() ? Status::kHasMore : status;
  }
  bool complete() const override {
    return decoder_ == nullptr ? head_size_ == 0 : decoder_->complete();
  }

 private:
  char head_[2];
  size_t head_size_ = 0;
  std::unique_ptr<InflateDecoder> decoder_;
};

class BrotliDecoder final : public ContentDecoder {
 public:
  BrotliDecoder() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
    ISOLANE_CHECK(state_ != nullptr);
  }
  ~BrotliDecoder() override { BrotliDecoderDestroyInstance(state_); }

  Status Decode(std::string_view& input, ByteBuffer& out) override {
    if (ended_) return input.empty() ? Status::kNeedsInput : Status::kCorrupt;
    begun_ = begun_ || !input.empty();
    const auto* next_in = reinterpret_cast<const uint8_t*>(input.data());
    size_t available_in = input.size();
    char* const to = out.Reserve(kMaxOutput);
    auto* next_out = reinterpret_cast<uint8_t*>(to);
    size_t available_out = kMaxOutput;
    const int result = BrotliDecoderDecompressStream(state_, &available_in, &next_in,
                                                     &available_out, &next_out, nullptr);
    input.remove_prefix(input.size() - available_in);
    out.Commit(to + (kMaxOutput - available_out));
    ended_ = result == kBrotliDone;
    if (result == kBrotliError) return Status::kCorrupt;
    return result == kBrotliNeedsOutput || !input.empty() ? Status::kHasMore : Status::kNeedsInput;
  }
  bool complete() const override { return ended_ || !begun_; }

 private:
  BrotliDecoderStateStruct* state_;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ContentDecoder> ContentDecoder::Create(Encoding encoding) {
  switch (encoding) {
    case Encoding::kBrotli:
      return std::make_unique<BrotliDecoder>();
    case Encoding::kDeflate:
      return std::make_unique<DeflateDecoder>();
    case Encoding::kGzip:
    case Encoding::kNone:
      break;
  }
  return std::make_unique<GzipDecoder>();
}

}  // namespace isolane::http
