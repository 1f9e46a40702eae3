#include "runtime/http/decoded_body.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/http/byte_buffer.h"
#include "runtime/http/content_decoder.h"

namespace isolane::http {
namespace {

using base::Body;
using base::Chunk;
using base::Pipe;

std::string_view NameOf(Encoding encoding) {
  switch (encoding) {
    case Encoding::kBrotli:
      return "Brotli";
    case Encoding::kDeflate:
      return "Deflate";
    default:
      return "Gzip";
  }
}

// Stands between the encoded body and the pipe of the decoded one. It owns itself: it lives until
// all is decoded, or the reader lets go.
class Decoding final : public base::PipeReader, public base::PipeWriter {
 public:
  Decoding(Body encoded, Encoding encoding)
      : encoding_(encoding),
        decoder_(ContentDecoder::Create(encoding)),
        source_(std::move(encoded.pipe)),
        chunk_(std::move(encoded.bytes)),
        rest_(chunk_.view()),
        decoded_(std::make_shared<Pipe>()) {
    decoded_->set_writer(this);
    if (source_ == nullptr) return;
    decoded_->outside = source_->outside;
    source_->set_reader(this);
  }

  const std::shared_ptr<Pipe>& decoded() const { return decoded_; }

  // Decodes what there is as long as the reader wants it. May delete this object.
  void Run() {
    // The reader may ask for more, or let go, from within Write.
    if (std::exchange(running_, true)) return;
    while (!over_ && decoded_->writable()) {
      if (rest_.empty() && !has_more_ && !NextChunk()) break;
      const ContentDecoder::Status status = decoder_->Decode(rest_, piece_);
      has_more_ = status == ContentDecoder::Status::kHasMore;
      if (!piece_.empty()) decoded_->Write(Chunk::Copy(piece_.view()));
      piece_.Clear();
      if (status == ContentDecoder::Status::kCorrupt) Fail(" decompression failed.");
    }
    running_ = false;
    if (over_) delete this;
  }

  void OnReadable() override { Run(); }
  void OnWritable() override { Run(); }
  // What waits for the decoded bytes waits for the others.
  void OnEmpty() override {
    if (source_ != nullptr) source_->AskWriter();
  }
  void OnCancel() override {
    LetGo();
    if (!running_) delete this;
  }

 private:
  // False: there is none now, or never again.
  bool NextChunk() {
    std::optional<Chunk> next;
    if (source_ != nullptr) next = source_->Read();
    if (next) {
      chunk_ = *std::move(next);
      rest_ = chunk_.view();
      return true;
    }
    if (source_ != nullptr && source_->state() == Pipe::State::kOpen) return false;
    if (source_ != nullptr && source_->state() == Pipe::State::kErrored) {
      const base::PipeError error = source_->error();
      const std::shared_ptr<Pipe> decoded = LetGo();
      decoded->Fail(error);
    } else if (decoder_->complete()) {
      LetGo()->Close();
    } else {
      Fail(" compressed stream ended prematurely.");
    }
    return false;
  }

  void Fail(std::string_view what) {
    LetGo()->Fail({"TypeError", std::string(NameOf(encoding_)).append(what)});
  }

  // From both ends. Gives the decoded one, to be closed.
  std::shared_ptr<Pipe> LetGo() {
    over_ = true;
    decoded_->set_writer(nullptr);
    if (source_ != nullptr) {
      source_->set_reader(nullptr);
      if (source_->state() == Pipe::State::kOpen) source_->Cancel();
    }
    return decoded_;
  }

  const Encoding encoding_;
  const std::unique_ptr<ContentDecoder> decoder_;
  const std::shared_ptr<Pipe> source_;  // null: all there is is in chunk_
  Chunk chunk_;
  std::string_view rest_;  // of chunk_, not decoded yet
  const std::shared_ptr<Pipe> decoded_;
  ByteBuffer piece_;
  bool has_more_ = false;
  bool running_ = false;
  bool over_ = false;
};

}  // namespace

Body DecodeBody(Body encoded, Encoding encoding) {
  if (encoded.none() || encoding == Encoding::kNone) return encoded;
  auto* const decoding = new Decoding(std::move(encoded), encoding);
  std::shared_ptr<Pipe> decoded = decoding->decoded();
  decoding->Run();
  if (decoded->state() != Pipe::State::kClosed) return Body::Stream(std::move(decoded));
  ByteBuffer whole;
  while (std::optional<Chunk> chunk = decoded->Read()) whole.Append(chunk->view());
  return Body::Bytes(Chunk::Copy(whole.view()));
}

void DecodeResponse(std::string& packed_head, Body& body) {
  const Encoding encoding = body.none() ? Encoding::kNone : ContentEncodingOf(packed_head);
  if (encoding == Encoding::kNone) return;
  std::string head(base::PackedStart(packed_head));
  base::VisitPackedHeaders(packed_head, [&](std::string_view name, std::string_view value) {
    if (name != "content-length") base::AppendPackedHeader(head, name, value);
  });
  packed_head = std::move(head);
  body = DecodeBody(std::move(body), encoding);
}

Encoding ContentEncodingOf(std::string_view packed_head) {
  static constexpr std::string_view kMark("\ncontent-encoding\0", 18);
  const size_t at = packed_head.find(kMark);
  if (at == std::string_view::npos || packed_head.find(kMark, at + 1) != std::string_view::npos) {
    return Encoding::kNone;
  }
  const std::string_view value = packed_head.substr(at + kMark.size());
  return ParseEncoding(value.substr(0, value.find(base::kHeaderMark)));
}

}  // namespace isolane::http
