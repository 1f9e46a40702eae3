#include <memory>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "runtime/worker/bodies.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using base::Chunk;
using base::Pipe;

struct Writer final : base::PipeWriter {
  void OnWritable() override { writable++; }
  void OnCancel() override { cancelled++; }
  int writable = 0;
  int cancelled = 0;
};

struct Split {
  Split() {
    source->set_writer(&writer);
    std::tie(one, two) = TeePipe(source);
  }
  // As bodies do when they are freed; what stands between the pipes goes with the last one.
  ~Split() {
    source->set_writer(nullptr);
    for (const auto& branch : {one, two}) {
      if (branch != nullptr) branch->Cancel();
    }
  }
  Writer writer;
  std::shared_ptr<Pipe> source = std::make_shared<Pipe>();
  std::shared_ptr<Pipe> one;
  std::shared_ptr<Pipe> two;
};

std::string ReadAll(Pipe& pipe) {
  std::string text;
  while (auto chunk = pipe.Read()) text += chunk->view();
  return text;
}

TEST_SUITE("runtime/worker/tee") {
  TEST_CASE("each branch gets every byte, without a copy") {
    Split split;
    split.source->Write(Chunk::Copy("one "));
    split.source->Write(Chunk::Copy("two"));
    split.source->Close();
    auto first = split.one->Read();
    auto second = split.two->Read();
    REQUIRE(first.has_value());
    REQUIRE(second.has_value());
    CHECK(first->view() == "one ");
    CHECK(first->data() == second->data());
    CHECK(ReadAll(*split.one) == "two");
    CHECK(ReadAll(*split.two) == "two");
    CHECK(split.one->at_end());
    CHECK(split.two->at_end());
  }

  TEST_CASE("a reader that makes room by reading gets the bytes in their order") {
    // It reads all there is whenever it is told, which it must not be from within Read.
    struct Reader final : base::PipeReader {
      explicit Reader(Pipe& from) : pipe(from) { pipe.set_reader(this); }
      ~Reader() override { pipe.set_reader(nullptr); }
      void OnReadable() override { text += ReadAll(pipe); }
      Pipe& pipe;
      std::string text;
    };
    Split split;
    std::string sent;
    for (const char letter : {'a', 'b', 'c', 'd', 'e'}) {
      sent.append(Pipe::kHighWaterMark / 2 + 1, letter);
      split.source->Write(Chunk::Copy(std::string(Pipe::kHighWaterMark / 2 + 1, letter)));
    }
    split.source->Close();
    Reader reader(*split.one);
    reader.OnReadable();
    CHECK((reader.text == sent));
    CHECK(split.one->at_end());
    CHECK((ReadAll(*split.two) == sent));
  }

  TEST_CASE("bodies that are collected from a stream that was cloned") {
    testing::TestRuntime runtime({testing::TestWorker::Handler("front", R"js(
           let letter = 97;
           const body = new ReadableStream({
             pull(controller) {
               if (letter < 105) controller.enqueue(new Uint8Array(40_000).fill(letter++));
               else controller.close();
             },
           });
           return env.BACK.fetch('http://back/', { method: 'POST', body });
         )js")
                                      .Service("BACK", "back"),
                                  testing::TestWorker::Handler("back", R"js(
           const copy = request.clone();
           // Until the branches and the stream behind them are full.
           await new Promise((resolve) => setTimeout(resolve, 5));
           const texts = [await copy.text(), await request.text()];
           const squeezed = texts.map((text) => text.length + text.replace(/(.)\1*/g, '$1'));
           return new Response(squeezed.join());
         )js")});
    CHECK(runtime.Text() == "320000abcdefgh,320000abcdefgh");
  }

  TEST_CASE("a source that is complete already is split at once") {
    auto source = std::make_shared<Pipe>();
    source->Write(Chunk::Copy("all"));
    source->Close();
    auto [one, two] = TeePipe(source);
    CHECK(ReadAll(*one) == "all");
    CHECK(one->at_end());
    CHECK(ReadAll(*two) == "all");
    CHECK(two->at_end());
  }

  TEST_CASE("a branch that nobody reads does not hold up the other") {
    Split split;
    const Chunk chunk = Chunk::Copy(std::string(10000, 'x'));
    size_t read = 0;
    for (int i = 0; i < 100; i++) {
      split.source->Write(chunk);
      read += ReadAll(*split.one).size();
    }
    split.source->Close();
    CHECK(read == 1000000);
    CHECK(split.one->at_end());
    CHECK(ReadAll(*split.two).size() == 1000000);
  }

  TEST_CASE("the writer pauses while neither branch is read") {
    Split split;
    const Chunk chunk = Chunk::Copy(std::string(10000, 'x'));
    int taken = 0;
    while (split.source->Write(chunk) && taken < 1000) taken++;
    CHECK(taken < 50);
    CHECK(split.one->queued() <= Pipe::kHighWaterMark + chunk.size());
    split.writer.writable = 0;
    ReadAll(*split.one);
    CHECK(split.writer.writable > 0);
  }

  TEST_CASE("cancelling") {
    Split split;
    SUBCASE("one branch lets the other go on") {
      split.one->Cancel();
      CHECK(split.writer.cancelled == 0);
      split.source->Write(Chunk::Copy("rest"));
      split.source->Close();
      CHECK(ReadAll(*split.two) == "rest");
      CHECK(split.two->at_end());
    }
    SUBCASE("both cancels the source") {
      split.one->Cancel();
      split.two->Cancel();
      CHECK(split.writer.cancelled == 1);
    }
  }

  TEST_CASE("an error reaches both branches, after what came before it") {
    Split split;
    split.source->Write(Chunk::Copy("part"));
    split.source->Fail({"RangeError", "broke off"});
    for (const auto& branch : {split.one, split.two}) {
      CHECK(ReadAll(*branch) == "part");
      CHECK(branch->state() == Pipe::State::kErrored);
      CHECK(branch->error().type == "RangeError");
      CHECK(branch->error().message == "broke off");
    }
  }

  TEST_CASE("the promised length and the origin are kept") {
    auto source = std::make_shared<Pipe>();
    source->expected_length = 7;
    source->outside = true;
    auto [one, two] = TeePipe(source);
    CHECK(one->expected_length == 7);
    CHECK(two->outside);
    source->Close();
  }

  TEST_CASE("a branch of a branch") {
    Split split;
    auto [three, four] = TeePipe(split.two);
    split.two.reset();
    split.source->Write(Chunk::Copy("text"));
    split.source->Close();
    CHECK(ReadAll(*split.one) == "text");
    CHECK(ReadAll(*three) == "text");
    CHECK(ReadAll(*four) == "text");
    CHECK(four->at_end());
  }
}

}  // namespace
}  // namespace isolane::worker
