#include "runtime/worker/peers/wire.h"

#include <string>

#include <doctest/doctest.h>

namespace isolane::worker::wire {
namespace {

using namespace std::string_literals;

Call FullCall() {
  Call call;
  call.number = 7;
  call.method = true;
  call.service = {"auth", "Admin", "{\"a\":1}"};
  call.depth = 3;
  call.operation = 2;
  call.budget = {10, 20, 30, 4, 32, 100, 128, 16};
  call.head = "greet";
  call.props = "bytes";
  call.message.cloned = true;
  call.message.clone = "clone";
  call.message.with_disposer = true;
  Attachment body;
  body.body = {Body::Kind::kStream, {}, 9, 1000};
  Attachment object;
  object.kind = Attachment::Kind::kMine;
  object.number = 4;
  Attachment service;
  service.kind = Attachment::Kind::kNamedService;
  service.service = {"users", "", ""};
  call.message.attachments = {body, object, service};
  return call;
}

std::string Fields(const std::string& frame) { return std::string(NextFrame(frame).fields); }

TEST_SUITE("runtime/worker/peers/wire") {
  TEST_CASE("a frame") {
    std::string bytes;
    Append(Kind::kEnd, {77}, bytes);
    SUBCASE("has a kind, fields and a size") {
      const std::string more = bytes + "next";
      const Frame frame = NextFrame(more);
      REQUIRE(frame.state == Frame::State::kComplete);
      CHECK(frame.kind == Kind::kEnd);
      CHECK(frame.size == bytes.size());
      Number number;
      REQUIRE(Read(frame.fields, number));
      CHECK(number.number == 77);
    }
    SUBCASE("is incomplete until its last byte") {
      for (size_t size = 0; size < bytes.size(); size++) {
        CHECK(NextFrame(std::string_view(bytes).substr(0, size)).state ==
              Frame::State::kIncomplete);
      }
    }
    SUBCASE("is wrong when it is empty, too long or of no kind") {
      CHECK(NextFrame("\0\0\0\0"s).state == Frame::State::kWrong);
      CHECK(NextFrame("\xff\xff\xff\xff"s).state == Frame::State::kWrong);
      CHECK(NextFrame("\1\0\0\0\x50"s).state == Frame::State::kWrong);
      CHECK(NextFrame("\1\0\0\0\0"s).state == Frame::State::kWrong);
    }
  }

  TEST_CASE("a Worker that is gone arrives by its name, and nothing else does") {
    std::string bytes;
    Append(Gone{"auth"}, bytes);
    const Frame frame = NextFrame(bytes);
    REQUIRE(frame.state == Frame::State::kComplete);
    CHECK(frame.kind == Kind::kGone);
    Gone gone;
    REQUIRE(Read(frame.fields, gone));
    CHECK(gone.worker == "auth");
    CHECK_FALSE(Read(frame.fields.substr(1), gone));
    const std::string longer = Fields(bytes) + "x";
    CHECK_FALSE(Read(longer, gone));
  }

  TEST_CASE("a call arrives as it was written") {
    std::string bytes;
    Append(FullCall(), bytes);
    const std::string fields = Fields(bytes);
    Call call;
    REQUIRE(Read(fields, call));
    CHECK(call.number == 7);
    CHECK(call.method);
    CHECK(call.service.entrypoint == "Admin");
    CHECK(call.service.props == "{\"a\":1}");
    CHECK(call.depth == 3);
    CHECK(call.budget.url_kb == 16);
    CHECK(call.head == "greet");
    CHECK(call.message.clone == "clone");
    REQUIRE(call.message.attachments.size() == 3);
    CHECK(call.message.attachments[0].body.stream == 9);
    CHECK(call.message.attachments[0].body.length == 1000);
    CHECK(call.message.attachments[1].number == 4);
    CHECK(call.message.attachments[2].service.worker == "users");
    SUBCASE("and is refused with a byte less or more") {
      for (size_t size = 0; size < fields.size(); size++) {
        Call part;
        CHECK_FALSE(Read(std::string_view(fields).substr(0, size), part));
      }
      Call more;
      CHECK_FALSE(Read(fields + "x", more));
    }
  }

  TEST_CASE("an answer is a response or an error") {
    std::string bytes;
    Answer answer;
    answer.number = 1;
    SUBCASE("with head and body") {
      answer.status = 201;
      answer.head = "Created\nx\0y"s;
      const std::string head = "Created\nx\0y"s;
      answer.head = head;
      answer.body = {Body::Kind::kBytes, "text", 0, -1};
      answer.cpu_us = 5;
      Append(answer, bytes);
      const std::string fields = Fields(bytes);
      Answer read;
      REQUIRE(Read(fields, read));
      CHECK(read.status == 201);
      CHECK(read.head == head);
      CHECK(read.body.bytes == "text");
      CHECK(read.cpu_us == 5);
    }
    SUBCASE("with type and message") {
      answer.error_type = "RangeError";
      answer.error_message = "no";
      answer.error_remote = true;
      Append(answer, bytes);
      const std::string fields = Fields(bytes);
      Answer read;
      REQUIRE(Read(fields, read));
      CHECK(read.status == 0);
      CHECK(read.error_type == "RangeError");
      CHECK(read.error_remote);
    }
  }

  TEST_CASE("fields out of their range are refused") {
    const auto refused = [](auto change) {
      Call call = FullCall();
      change(call);
      std::string bytes;
      Append(call, bytes);
      const std::string fields = Fields(bytes);
      Call read;
      return !Read(fields, read);
    };
    CHECK_FALSE(refused([](Call&) {}));
    CHECK(refused([](Call& call) { call.depth = 0; }));
    CHECK(refused([](Call& call) { call.depth = -1; }));
    CHECK(refused([](Call& call) { call.budget.subrequests = -1; }));
    CHECK(refused([](Call& call) { call.budget.rpc_mb = 0; }));
    CHECK(refused([](Call& call) { call.target = static_cast<Call::Target>(9); }));
    CHECK(refused(
        [](Call& call) { call.message.attachments[0].kind = static_cast<Attachment::Kind>(99); }));
    CHECK(refused([](Call& call) { call.message.attachments[0].body.length = -2; }));
    std::string bytes;
    Append(Credit{1, 0}, bytes);
    Credit credit;
    CHECK_FALSE(Read(Fields(bytes), credit));
  }

  TEST_CASE("a count of attachments is believed only as far as there are bytes") {
    // values "", not cloned, no disposer, 2^32 - 1 attachments
    std::string fields(4, '\0');
    fields += '\0';
    fields += '\0';
    fields += "\xff\xff\xff\xff";
    std::string bytes;
    Answer answer;
    answer.status = 200;
    Append(answer, bytes);
    std::string whole = Fields(bytes);
    // Where the message begins: number, status, two usages, empty head, kind of body.
    const size_t message = 4 + 2 + 8 + 8 + 4 + 1;
    whole.replace(message, std::string::npos, fields);
    Answer read;
    CHECK_FALSE(Read(whole, read));
  }

  TEST_CASE("heads that could not have come by HTTP are known") {
    CHECK(IsRequestHead("GET\0http://a/\nhost\0a"s));
    CHECK(IsRequestHead("GET\0http://a/"s));
    CHECK_FALSE(IsRequestHead("GET"s));
    CHECK_FALSE(IsRequestHead("G T\0http://a/"s));
    CHECK_FALSE(IsRequestHead("GET\0http://a/\nHost\0a"s));
    CHECK_FALSE(IsRequestHead("GET\0http://a/\nhost"s));
    CHECK_FALSE(IsRequestHead("GET\0http://a/\nhost\0a\r\nx: y"s));
    CHECK_FALSE(IsRequestHead("GET\0http://a/\nx\0a\0b"s));
    CHECK(IsResponseHead(""));
    CHECK(IsResponseHead("OK\nx\0y\nx\0z"s));
    CHECK_FALSE(IsResponseHead("O\0K"s));
    CHECK_FALSE(IsResponseHead("OK\n\0y"s));
  }
}

}  // namespace
}  // namespace isolane::worker::wire
