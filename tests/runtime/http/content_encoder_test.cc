#include "runtime/http/content_encoder.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <memory>
#include <string>

#include "runtime/http/outgoing_body.h"

extern "C" int BrotliDecoderDecompress(size_t encoded_size, const uint8_t* encoded,
                                       size_t* decoded_size, uint8_t* decoded);

namespace isolane::http {
namespace {

std::string Inflate(std::string_view data, int window_bits) {
  std::string out(1 << 20, '\0');
  z_stream stream{};
  inflateInit2(&stream, window_bits);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  inflate(&stream, Z_SYNC_FLUSH);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

std::string Decode(Encoding encoding, std::string_view data) {
  if (encoding != Encoding::kBrotli) return Inflate(data, encoding == Encoding::kGzip ? 31 : 15);
  std::string out(1 << 20, '\0');
  size_t size = out.size();
  CHECK(BrotliDecoderDecompress(data.size(), reinterpret_cast<const uint8_t*>(data.data()), &size,
                                reinterpret_cast<uint8_t*>(out.data())) == 1);
  out.resize(size);
  return out;
}

std::string LongText() {
  std::string text;
  for (int i = 0; i < 20'000; i++) text += std::to_string(i * 7919 % 10'007) + " ";
  return text;
}

}  // namespace

TEST_SUITE_BEGIN("runtime/http/content_encoder");

TEST_CASE("what is encoded can be decoded") {
  const std::string text = LongText();
  Encoding encoding = Encoding::kNone;
  SUBCASE("gzip") { encoding = Encoding::kGzip; }
  SUBCASE("deflate") { encoding = Encoding::kDeflate; }
  SUBCASE("br") { encoding = Encoding::kBrotli; }

  const base::Chunk encoded = OutgoingBody::EncodeAll(base::Chunk::Copy(text), encoding);
  CHECK(encoded.size() < text.size());
  CHECK(Decode(encoding, encoded.view()) == text);
  CHECK(Decode(encoding, OutgoingBody::EncodeAll({}, encoding).view()).empty());

  auto in_parts = ContentEncoder::Create(encoding);
  ByteBuffer out;
  for (size_t at = 0; at < text.size(); at += 1000) {
    in_parts->Encode(std::string_view(text).substr(at, 1000), ContentEncoder::Mode::kMore, out);
  }
  in_parts->Encode({}, ContentEncoder::Mode::kFinish, out);
  CHECK(Decode(encoding, out.view()) == text);
}

TEST_CASE("a flush lets the peer decode what there is") {
  auto encoder = ContentEncoder::Create(Encoding::kGzip);
  ByteBuffer out;
  encoder->Encode("event: 1\n", ContentEncoder::Mode::kMore, out);
  encoder->Encode({}, ContentEncoder::Mode::kFlush, out);
  CHECK(Inflate(out.view(), 31) == "event: 1\n");
}

TEST_CASE("a compressed stream shows the peer each part as it comes") {
  auto pipe = std::make_shared<base::Pipe>();
  OutgoingBody body;
  body.Start(base::Body::Stream(pipe), {Framing::kUntilClose, 0, false, Encoding::kGzip}, nullptr);
  WriteQueue queue;
  pipe->Write(base::Chunk::Copy("one "));
  CHECK(body.PumpInto(queue) == OutgoingBody::Progress::kWaiting);
  CHECK(Inflate(queue.tail().view(), 31) == "one ");
  pipe->Write(base::Chunk::Copy("two"));
  pipe->Close();
  CHECK(body.PumpInto(queue) == OutgoingBody::Progress::kComplete);
  CHECK(Inflate(queue.tail().view(), 31) == "one two");
}

TEST_SUITE_END();

}  // namespace isolane::http
