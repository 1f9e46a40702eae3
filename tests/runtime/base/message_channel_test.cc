#include "runtime/base/message_channel.h"

#include <doctest/doctest.h>

#include <string>

namespace isolane::base {
namespace {

struct Told : MessageListener {
  void OnMessage() override { messages++; }
  void OnDrained() override { drained++; }
  int messages = 0;
  int drained = 0;
};

Message Text(std::string_view text) { return {Message::Kind::kText, 0, Chunk::Copy(text)}; }

TEST_SUITE("runtime/base/message_channel") {
  TEST_CASE("messages arrive in order, and a close after them") {
    auto [first, second] = MessageEnd::Pair();
    Told told;
    second->set_listener(&told);
    first->Send(Text("one"));
    first->Send(Text("two"));
    first->Close(4000, "done");
    first->Send(Text("dropped"));
    CHECK(told.messages == 3);
    Message message;
    REQUIRE(second->Receive(&message));
    CHECK(message.data.view() == "one");
    REQUIRE(second->Receive(&message));
    CHECK(message.data.view() == "two");
    REQUIRE(second->Receive(&message));
    CHECK(message.kind == Message::Kind::kClose);
    CHECK(message.code == 4000);
    CHECK(message.data.view() == "done");
    CHECK_FALSE(second->Receive(&message));
    CHECK_FALSE(second->closed());
    second->set_listener(nullptr);
  }

  TEST_CASE("what the other end has not taken is known, and when it has") {
    auto [first, second] = MessageEnd::Pair();
    Told told;
    first->set_listener(&told);
    first->Send(Text(std::string(1000, 'x')));
    CHECK(first->buffered() == 1000);
    Message message;
    REQUIRE(second->Receive(&message));
    CHECK(first->buffered() == 0);
    CHECK(told.drained == 0);
    second->set_held(700);
    CHECK_MESSAGE(first->buffered() == 700, "taken, and not passed on");
    second->set_held(0);
    first->Send(Text(std::string(MessageEnd::kHighWaterMark, 'x')));
    first->Send(Text("more"));
    REQUIRE(second->Receive(&message));
    CHECK_MESSAGE(told.drained == 1, "a writer that waits may go on");
    first->Close(1000, "a reason is no payload");
    CHECK(first->buffered() == 4);
    first->set_listener(nullptr);
  }

  TEST_CASE("thousands of messages that wait are given in order") {
    auto [first, second] = MessageEnd::Pair();
    Message message;
    int sent = 0;
    int received = 0;
    // Taken while more come, so that the front of the queue is let go of in between.
    for (int round = 0; round < 50; round++) {
      for (int i = 0; i < 100; i++) first->Send(Text(std::to_string(sent++)));
      for (int i = 0; i < 60; i++) {
        REQUIRE(second->Receive(&message));
        REQUIRE(message.data.view() == std::to_string(received++));
      }
    }
    while (second->Receive(&message)) REQUIRE(message.data.view() == std::to_string(received++));
    CHECK(received == sent);
    CHECK(first->buffered() == 0);
  }

  TEST_CASE("a peer that never reads breaks the connection before it fills the memory") {
    auto [first, second] = MessageEnd::Pair();
    Told told;
    first->set_listener(&told);
    // One run of bytes in many messages.
    const Chunk chunk = Chunk::Copy(std::string(size_t{1} << 20, 'x'));
    for (size_t sent = 0; sent < MessageEnd::kMaxBuffered; sent += chunk.size()) {
      first->Send({Message::Kind::kBinary, 0, chunk});
    }
    CHECK(told.messages == 0);
    CHECK(first->buffered() == MessageEnd::kMaxBuffered);
    first->Send(Text("one too many"));
    REQUIRE(told.messages == 1);
    Message message;
    REQUIRE(first->Receive(&message));
    CHECK(message.kind == Message::Kind::kLost);
    CHECK(message.code == Message::kAbnormal);
    CHECK(message.data.view() == "The WebSocket's peer does not read what is sent to it.");
    CHECK(first->closed());
    while (second->Receive(&message)) {
    }
    CHECK(message.kind == Message::Kind::kLost);
    first->set_listener(nullptr);
  }

  TEST_CASE("an end that goes away without a close breaks the connection") {
    auto [first, second] = MessageEnd::Pair();
    first->Send(Text("last words"));
    first.reset();
    Message message;
    REQUIRE(second->Receive(&message));
    CHECK(message.data.view() == "last words");
    REQUIRE(second->Receive(&message));
    CHECK(message.kind == Message::Kind::kLost);
    CHECK(message.data.view() == "Network connection lost.");
    second->Send(Text("to nobody"));
    CHECK(second->buffered() == 0);
  }

  TEST_CASE("one that has closed may go") {
    auto [first, second] = MessageEnd::Pair();
    first->Close(1000, "");
    first.reset();
    Message message;
    REQUIRE(second->Receive(&message));
    CHECK(message.kind == Message::Kind::kClose);
    CHECK_FALSE(second->Receive(&message));
  }
}

}  // namespace
}  // namespace isolane::base
