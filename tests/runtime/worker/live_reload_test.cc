#include "runtime/worker/live_reload.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "runtime/base/packed_head.h"

namespace isolane::worker {
namespace {

using base::Body;
using base::Chunk;
using base::Pipe;

constexpr char kScript[] = "new WebSocket(origin + \"/cdn-cgi/live-reload\"";

std::string HeadOf(const std::string& type) {
  std::string head = "OK";
  base::AppendPackedHeader(head, "content-type", type);
  base::AppendPackedHeader(head, "content-length", "4");
  base::AppendPackedHeader(head, "x-other", "kept");
  return head;
}

Body Text(const std::string& text) { return Body::Bytes(Chunk::Copy(text)); }

std::string ReadAll(Pipe& pipe) {
  std::string all;
  while (auto chunk = pipe.Read()) all += chunk->view();
  return all;
}

TEST_SUITE("runtime/worker/live_reload") {
  TEST_CASE("an HTML page gets a script") {
    std::string head = HeadOf("text/html; charset=utf-8");
    SUBCASE("at its end, and no length that is wrong") {
      Body body = Text("page");
      LiveReload::AddScript(200, head, body);
      CHECK(body.bytes.view().starts_with("page<script>"));
      CHECK(body.bytes.view().find(kScript) != std::string::npos);
      CHECK(head.find("content-length") == std::string::npos);
      CHECK(head.find("kept") != std::string::npos);
    }
    SUBCASE("at the end of a stream") {
      auto source = std::make_shared<Pipe>();
      source->Write(Chunk::Copy("pa"));
      Body body = Body::Stream(source);
      LiveReload::AddScript(200, head, body);
      REQUIRE(body.kind == Body::Kind::kPipe);
      CHECK(ReadAll(*body.pipe) == "pa");
      source->Write(Chunk::Copy("ge"));
      source->Close();
      CHECK(ReadAll(*body.pipe).starts_with("ge<script>"));
      CHECK(body.pipe->at_end());
    }
    SUBCASE("but not when the stream fails") {
      auto source = std::make_shared<Pipe>();
      Body body = Body::Stream(source);
      LiveReload::AddScript(200, head, body);
      source->Fail({"Error", "no more"});
      CHECK(ReadAll(*body.pipe).empty());
      CHECK(body.pipe->error().message == "no more");
    }
    SUBCASE("whose reader lets go") {
      auto source = std::make_shared<Pipe>();
      Body body = Body::Stream(source);
      LiveReload::AddScript(200, head, body);
      body.pipe->Cancel();
      CHECK(source->state() == Pipe::State::kCancelled);
    }
  }

  TEST_CASE("other responses stay as they are") {
    auto unchanged = [](int status, std::string head, Body body) {
      const std::string before = head;
      const Body::Kind kind = body.kind;
      LiveReload::AddScript(status, head, body);
      return head == before && body.kind == kind &&
             body.bytes.view().find("script") == std::string::npos;
    };
    CHECK(unchanged(200, HeadOf("application/json"), Text("{}  ")));
    CHECK(unchanged(200, "OK", Text("page")));
    CHECK(unchanged(304, HeadOf("text/html"), Text("")));
    CHECK(unchanged(200, HeadOf("text/html"), Body::None()));
    std::string encoded = HeadOf("text/html");
    base::AppendPackedHeader(encoded, "content-encoding", "gzip");
    CHECK(unchanged(200, encoded, Text("\x1f\x8b")));
  }
}

}  // namespace
}  // namespace isolane::worker
