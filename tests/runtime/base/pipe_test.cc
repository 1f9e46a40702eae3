#include "runtime/base/pipe.h"

#include <doctest/doctest.h>

#include <string>

namespace isolane::base {
namespace {

struct Reader : PipeReader {
  void OnReadable() override { readable++; }
  int readable = 0;
};

struct Writer : PipeWriter {
  void OnWritable() override { writable++; }
  void OnCancel() override { cancelled++; }
  int writable = 0;
  int cancelled = 0;
};

}  // namespace

TEST_SUITE_BEGIN("runtime/base/pipe");

TEST_CASE("chunks come out in order, then the end") {
  Pipe pipe;
  Reader reader;
  pipe.set_reader(&reader);
  CHECK_FALSE(pipe.readable());
  CHECK(pipe.Write(Chunk::Copy("a")));
  CHECK(pipe.Write(Chunk::Copy("b")));
  CHECK(pipe.Write({}));  // nothing
  CHECK(reader.readable == 2);
  pipe.Close();
  CHECK(reader.readable == 3);
  CHECK_FALSE(pipe.at_end());
  CHECK(pipe.Read()->view() == "a");
  CHECK(pipe.Read()->view() == "b");
  CHECK(pipe.at_end());
  CHECK_FALSE(pipe.Read().has_value());
}

TEST_CASE("back-pressure") {
  Pipe pipe;
  Writer writer;
  pipe.set_writer(&writer);
  const Chunk half = Chunk::Copy(std::string(Pipe::kHighWaterMark / 2, 'x'));
  CHECK(pipe.Write(half));
  CHECK_FALSE(pipe.Write(half));
  CHECK_FALSE(pipe.writable());
  CHECK(pipe.queued() == Pipe::kHighWaterMark);
  pipe.Read();
  CHECK(writer.writable == 1);
  pipe.Read();
  CHECK(writer.writable == 1);
}

TEST_CASE("an error is seen after what was written before it") {
  Pipe pipe;
  pipe.Write(Chunk::Copy("a"));
  pipe.Fail({"TypeError", "broken"});
  pipe.Write(Chunk::Copy("late"));
  CHECK(pipe.Read()->view() == "a");
  CHECK_FALSE(pipe.Read().has_value());
  CHECK(pipe.state() == Pipe::State::kErrored);
  CHECK(pipe.error().message == "broken");
  CHECK_FALSE(pipe.at_end());
}

TEST_CASE("cancelling tells the writer once and drops the rest") {
  Pipe pipe;
  Writer writer;
  pipe.set_writer(&writer);
  pipe.Write(Chunk::Copy("a"));
  pipe.Cancel();
  pipe.Cancel();
  CHECK(writer.cancelled == 1);
  CHECK(pipe.queued() == 0);
  CHECK(pipe.Write(Chunk::Copy("b")));
  CHECK_FALSE(pipe.Read().has_value());
}

TEST_CASE("a writer that has closed is not told of a cancel") {
  Pipe pipe;
  Writer writer;
  pipe.set_writer(&writer);
  pipe.Close();
  pipe.Cancel();
  CHECK(writer.cancelled == 0);
}

TEST_SUITE_END();

}  // namespace isolane::base
