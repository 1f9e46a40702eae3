#include "runtime/http/decoded_body.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

#include "runtime/http/content_decoder.h"
#include "runtime/http/outgoing_body.h"

namespace isolane::http {
namespace {

using base::Body;
using base::Chunk;
using base::Pipe;

constexpr Encoding kAll[] = {Encoding::kGzip, Encoding::kDeflate, Encoding::kBrotli};

std::string Encoded(std::string_view text, Encoding encoding) {
  return std::string(OutgoingBody::EncodeAll(Chunk::Copy(text), encoding).view());
}

std::string Text() {
  std::string text;
  for (int i = 0; i < 5000; i++) text += "line " + std::to_string(i * 7919 % 1000) + "\n";
  return text;
}

// The state of the pipe is "open", "closed" or the error's text.
struct Outcome {
  std::string text;
  std::string end;
};

void Read(Pipe& pipe, Outcome& outcome) {
  while (auto chunk = pipe.Read()) outcome.text += chunk->view();
  outcome.end = pipe.state() == Pipe::State::kErrored
                    ? pipe.error().type + ": " + pipe.error().message
                : pipe.state() == Pipe::State::kClosed ? "closed"
                                                       : "open";
}

Outcome Decode(std::string_view encoded, Encoding encoding, size_t step) {
  auto source = std::make_shared<Pipe>();
  const Body body = DecodeBody(Body::Stream(source), encoding);
  REQUIRE(body.kind == Body::Kind::kPipe);
  Outcome outcome;
  for (size_t at = 0; at < encoded.size(); at += step) {
    source->Write(Chunk::Copy(encoded.substr(at, step)));
    Read(*body.pipe, outcome);
  }
  source->Close();
  Read(*body.pipe, outcome);
  return outcome;
}

}  // namespace

TEST_SUITE_BEGIN("runtime/http/decoded_body");

TEST_CASE("a body is decoded") {
  const std::string text = Text();
  SUBCASE("in whatever pieces it comes") {
    for (const Encoding encoding : kAll) {
      const std::string encoded = Encoded(text, encoding);
      for (const size_t step : {size_t{1}, size_t{2}, size_t{1000}, encoded.size()}) {
        const Outcome outcome = Decode(encoded, encoding, step);
        CHECK(outcome.text == text);
        CHECK(outcome.end == "closed");
      }
    }
  }
  SUBCASE("at once when it is complete and small") {
    const Body body =
        DecodeBody(Body::Bytes(Chunk::Copy(Encoded("small", Encoding::kGzip))), Encoding::kGzip);
    CHECK(body.kind == Body::Kind::kBytes);
    CHECK(body.bytes.view() == "small");
  }
  SUBCASE("with deflate's wrapper or without") {
    const std::string wrapped = Encoded(text, Encoding::kDeflate);
    const std::string bare = wrapped.substr(2, wrapped.size() - 6);
    CHECK(Decode(bare, Encoding::kDeflate, 1).text == text);
    CHECK(Decode(bare, Encoding::kDeflate, 1).end == "closed");
  }
  SUBCASE("with several members of gzip") {
    const std::string twice = Encoded("one", Encoding::kGzip) + Encoded("two", Encoding::kGzip);
    CHECK(Decode(twice, Encoding::kGzip, 1).text == "onetwo");
    CHECK(Decode(twice, Encoding::kGzip, 1000).text == "onetwo");
  }
  SUBCASE("to nothing when there is nothing") {
    for (const Encoding encoding : kAll) {
      CHECK(Decode("", encoding, 1).end == "closed");
      CHECK(DecodeBody(Body::Bytes({}), encoding).kind == Body::Kind::kBytes);
      CHECK(DecodeBody(Body::None(), encoding).none());
    }
  }
}

TEST_CASE("a body that is not what it says fails") {
  const std::string text = Text();
  for (const Encoding encoding : kAll) {
    const std::string name = encoding == Encoding::kGzip      ? "Gzip"
                             : encoding == Encoding::kDeflate ? "Deflate"
                                                              : "Brotli";
    CAPTURE(name);
    const std::string encoded = Encoded(text, encoding);
    for (const size_t step : {size_t{1}, encoded.size() + 10}) {
      CHECK(Decode("\xff\xff\xff\xff\xff\xff\xff\xff", encoding, step).end ==
            "TypeError: " + name + " decompression failed.");
      const Outcome cut = Decode(encoded.substr(0, encoded.size() / 2), encoding, step);
      CHECK(cut.end == "TypeError: " + name + " compressed stream ended prematurely.");
      CHECK(text.starts_with(cut.text));
      CHECK(Decode(encoded + "junk", encoding, step).end ==
            "TypeError: " + name + " decompression failed.");
    }
  }
  // The checksum at the end.
  std::string bad = Encoded(text, Encoding::kGzip);
  bad[bad.size() - 6] ^= 1;
  CHECK(Decode(bad, Encoding::kGzip, 1).end == "TypeError: Gzip decompression failed.");
}

TEST_CASE("a small body that decodes to a large one costs little memory") {
  const std::string large(20'000'000, 'x');
  for (const Encoding encoding : kAll) {
    SUBCASE("when it is complete") {
      const Body body = DecodeBody(Body::Bytes(Chunk::Copy(Encoded(large, encoding))), encoding);
      REQUIRE(body.kind == Body::Kind::kPipe);
      CHECK(body.pipe->queued() <= Pipe::kHighWaterMark + ContentDecoder::kMaxOutput);
      Outcome outcome;
      Read(*body.pipe, outcome);
      CHECK(outcome.text.size() == large.size());
      CHECK(outcome.end == "closed");
    }
    SUBCASE("when it comes by a pipe, which is not read meanwhile") {
      auto source = std::make_shared<Pipe>();
      const Body body = DecodeBody(Body::Stream(source), encoding);
      const std::string encoded = Encoded(large, encoding);
      source->Write(Chunk::Copy(std::string_view(encoded).substr(0, encoded.size() - 1)));
      source->Write(Chunk::Copy(std::string_view(encoded).substr(encoded.size() - 1)));
      CHECK(source->queued() == 1);
      CHECK(body.pipe->queued() <= Pipe::kHighWaterMark + ContentDecoder::kMaxOutput);
      body.pipe->Cancel();
      CHECK(source->state() == Pipe::State::kCancelled);
    }
  }
}

TEST_CASE("both ends learn of each other's end") {
  auto source = std::make_shared<Pipe>();
  const Body body = DecodeBody(Body::Stream(source), Encoding::kGzip);
  SUBCASE("the reader lets go") {
    body.pipe->Cancel();
    CHECK(source->state() == Pipe::State::kCancelled);
  }
  SUBCASE("the source breaks off") {
    source->Fail({"Error", "Network connection lost."});
    Outcome outcome;
    Read(*body.pipe, outcome);
    CHECK(outcome.end == "Error: Network connection lost.");
  }
  SUBCASE("the source turns out to be corrupt") {
    source->Write(Chunk::Copy("corrupt, and there would be more"));
    CHECK(body.pipe->state() == Pipe::State::kErrored);
    CHECK(source->state() == Pipe::State::kCancelled);
  }
}

TEST_CASE("which encoding a head asks for") {
  const auto of = [](std::string head) {
    for (char& c : head) {
      if (c == '|') c = '\0';
    }
    return ContentEncodingOf(head);
  };
  CHECK(of("OK\ncontent-encoding|gzip") == Encoding::kGzip);
  CHECK(of("OK\na|b\ncontent-encoding|br\nc|d") == Encoding::kBrotli);
  CHECK(of("OK\ncontent-encoding|deflate") == Encoding::kDeflate);
  CHECK(of("OK") == Encoding::kNone);
  CHECK(of("OK\ncontent-encoding|identity") == Encoding::kNone);
  CHECK(of("OK\ncontent-encoding|gzip, br") == Encoding::kNone);
  CHECK(of("OK\ncontent-encoding|gzip\ncontent-encoding|gzip") == Encoding::kNone);
  CHECK(of("OK\nx-content-encoding|gzip") == Encoding::kNone);
}

TEST_SUITE_END();

}  // namespace isolane::http
