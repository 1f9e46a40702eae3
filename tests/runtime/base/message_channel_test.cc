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

Message Text(const std::string& text) { return {Message::Kind::kText, Chunk::Copy(text), 0, {}}; }

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
    CHECK(message.reason == "done");
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
    CHECK(told.drained == 1);
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
    CHECK(message.reason == "Network connection lost.");
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
