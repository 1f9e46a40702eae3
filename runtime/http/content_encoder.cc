#include "runtime/http/content_encoder.h"

#include <zlib.h>

#include <cstddef>

// Of brotli/encode.h, which the V8 host exports without a header (API stable since brotli 1.0).
extern "C" {
struct BrotliEncoderStateStruct;
BrotliEncoderStateStruct* BrotliEncoderCreateInstance(void* (*allocate)(void*, size_t),
                                                      void (*release)(void*, void*), void* opaque);
void BrotliEncoderDestroyInstance(BrotliEncoderStateStruct*);
int BrotliEncoderSetParameter(BrotliEncoderStateStruct*, int parameter, uint32_t value);
int BrotliEncoderCompressStream(BrotliEncoderStateStruct*, int operation, size_t* available_in,
                                const uint8_t** next_in, size_t* available_out, uint8_t** next_out,
                                size_t* total_out);
int BrotliEncoderHasMoreOutput(BrotliEncoderStateStruct*);
}

namespace isolane::http {
namespace {

constexpr size_t kStep = 16 * 1024;

class ZlibEncoder final : public ContentEncoder {
 public:
  explicit ZlibEncoder(Encoding encoding) {
    constexpr int kWindowBits = 15;
    constexpr int kGzipWrapper = 16;
    constexpr int kMemoryLevel = 8;
    const int bits = kWindowBits + (encoding == Encoding::kGzip ? kGzipWrapper : 0);
    ISOLANE_CHECK(deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, bits, kMemoryLevel,
                               Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~ZlibEncoder() override { deflateEnd(&stream_); }

  void Encode(std::string_view input, Mode mode, ByteBuffer& out) override {
    const int flush = mode == Mode::kFinish  ? Z_FINISH
                      : mode == Mode::kFlush ? Z_SYNC_FLUSH
                                             : Z_NO_FLUSH;
    do {
      const size_t part = input.size() < kMaxInput ? input.size() : kMaxInput;
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
      stream_.avail_in = static_cast<uInt>(part);
      input.remove_prefix(part);
      const int step_flush = input.empty() ? flush : Z_NO_FLUSH;
      do {
        char* to = out.Reserve(kStep);
        stream_.next_out = reinterpret_cast<Bytef*>(to);
        stream_.avail_out = kStep;
        deflate(&stream_, step_flush);
        out.Commit(to + (kStep - stream_.avail_out));
      } while (stream_.avail_out == 0);
    } while (!input.empty());
  }

 private:
  static constexpr size_t kMaxInput = size_t{1} << 30;  // zlib counts in 32 bits

  z_stream stream_{};
};

class BrotliEncoder final : public ContentEncoder {
 public:
  BrotliEncoder() : state_(BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {
    constexpr int kQualityParameter = 1;
    constexpr int kWindowParameter = 2;
    ISOLANE_CHECK(state_ != nullptr);
    // About gzip's speed, and smaller; the default (11) is a hundred times slower.
    BrotliEncoderSetParameter(state_, kQualityParameter, 4);
    BrotliEncoderSetParameter(state_, kWindowParameter, 19);
  }
  ~BrotliEncoder() override { BrotliEncoderDestroyInstance(state_); }

  void Encode(std::string_view input, Mode mode, ByteBuffer& out) override {
    constexpr int kProcess = 0;
    constexpr int kFlush = 1;
    constexpr int kFinish = 2;
    const int operation = mode == Mode::kFinish  ? kFinish
                          : mode == Mode::kFlush ? kFlush
                                                 : kProcess;
    const auto* next_in = reinterpret_cast<const uint8_t*>(input.data());
    size_t available_in = input.size();
    do {
      char* to = out.Reserve(kStep);
      auto* next_out = reinterpret_cast<uint8_t*>(to);
      size_t available_out = kStep;
      ISOLANE_CHECK(BrotliEncoderCompressStream(state_, operation, &available_in, &next_in,
                                                &available_out, &next_out, nullptr) != 0);
      out.Commit(to + (kStep - available_out));
    } while (available_in != 0 || BrotliEncoderHasMoreOutput(state_) != 0);
  }

 private:
  BrotliEncoderStateStruct* state_;
};

}  // namespace

Encoding ParseEncoding(std::string_view content_encoding) {
  if (content_encoding == "gzip") return Encoding::kGzip;
  if (content_encoding == "deflate") return Encoding::kDeflate;
  if (content_encoding == "br") return Encoding::kBrotli;
  return Encoding::kNone;
}

std::unique_ptr<ContentEncoder> ContentEncoder::Create(Encoding encoding) {
  if (encoding == Encoding::kBrotli) return std::make_unique<BrotliEncoder>();
  return std::make_unique<ZlibEncoder>(encoding);
}

}  // namespace isolane::http
