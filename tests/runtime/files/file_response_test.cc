#include "runtime/files/file_response.h"

#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "runtime/base/packed_head.h"
#include "tests/runtime/files/fake_host.h"
#include "tests/support/temporary_directory.h"

namespace isolane::files {
namespace {

class File {
 public:
  explicit File(const std::string& content) { Write(content); }

  void Write(const std::string& content) const { folder_.Write("file.txt", content); }
  std::string path() const { return folder_ / "file.txt"; }
  const std::string& folder() const { return folder_.path(); }

 private:
  testing::TemporaryDirectory folder_;
};

struct Answered {
  int status;
  std::string start;
  base::Body body;
  std::string head;
  std::string Header(std::string_view name) const { return std::string(HeaderOf(head, name)); }
};

// `headers`: pairs of name and value.
Answered Ask(const File& file, FakeHost& host, const std::string& method = "GET",
             const std::vector<std::pair<std::string, std::string>>& headers = {},
             FileResponse given = {}) {
  std::string head = method + base::kValueMark + "http://h/file.txt";
  for (const auto& [name, value] : headers) base::AppendPackedHeader(head, name, value);
  auto opened = OpenFile::Open(file.path());
  REQUIRE(opened != nullptr);
  base::PlainResponse response = RespondWithFile(head, std::move(opened), std::move(given), host);
  return {response.status, std::string(base::PackedStart(response.head)), std::move(response.body),
          response.head};
}

TEST_SUITE("runtime/files/file_response") {
  TEST_CASE("a file as a response") {
    FakeHost host;
    const File file("0123456789");
    SUBCASE("has its bytes, its length and an entity tag") {
      const Answered answer = Ask(file, host, "GET", {}, {.content_type = "text/plain"});
      CHECK(answer.status == 200);
      CHECK(TextOf(answer.body, host) == "0123456789");
      CHECK(answer.Header("content-length") == "10");
      CHECK(answer.Header("content-type") == "text/plain");
      CHECK(answer.Header("etag").size() == 34);
      CHECK(answer.Header("accept-ranges") == "bytes");
    }
    SUBCASE("to HEAD says how long it is, and nothing else") {
      const Answered answer = Ask(file, host, "HEAD");
      CHECK(TextOf(answer.body, host) == "(none)");
      CHECK(answer.Header("content-length") == "10");
    }
    SUBCASE("is 304 for who has it, until it changes") {
      const std::string etag = Ask(file, host).Header("etag");
      const Answered same = Ask(file, host, "GET", {{"if-none-match", "W/" + etag}});
      CHECK(same.status == 304);
      CHECK(TextOf(same.body, host) == "(none)");
      CHECK(same.Header("etag") == etag);
      file.Write("other");
      CHECK(Ask(file, host, "GET", {{"if-none-match", etag}}).status == 200);
    }
    SUBCASE("is a part of it for a range") {
      const Answered answer = Ask(file, host, "GET", {{"range", "bytes=2-4"}});
      CHECK(answer.status == 206);
      CHECK(TextOf(answer.body, host) == "234");
      CHECK(answer.Header("content-range") == "bytes 2-4/10");
      CHECK(answer.Header("content-length") == "3");
    }
    SUBCASE("refuses a range behind its end") {
      const Answered answer = Ask(file, host, "GET", {{"range", "bytes=10-"}});
      CHECK(answer.status == 416);
      CHECK(answer.Header("content-range") == "bytes */10");
    }
    SUBCASE("is whole for a range of another version") {
      const std::string etag = Ask(file, host).Header("etag");
      const std::pair<std::string, std::string> range{"range", "bytes=2-4"};
      CHECK(Ask(file, host, "GET", {range, {"if-range", etag}}).status == 206);
      CHECK(Ask(file, host, "GET", {range, {"if-range", "\"x\""}}).status == 200);
      CHECK(Ask(file, host, "GET", {range, {"if-range", "W/" + etag}}).status == 200);
    }
    SUBCASE("knows no ranges when it is an error page") {
      const Answered answer = Ask(file, host, "GET", {{"range", "bytes=2-4"}},
                                  {.status = 404, .status_text = "Not Found"});
      CHECK(answer.status == 404);
      CHECK(answer.start == "Not Found");
      CHECK(TextOf(answer.body, host) == "0123456789");
    }
  }

  TEST_CASE("an empty file") {
    FakeHost host;
    const File file("");
    CHECK(TextOf(Ask(file, host).body, host) == "");
    CHECK(Ask(file, host).Header("content-length") == "0");
    CHECK(Ask(file, host, "GET", {{"range", "bytes=0-"}}).status == 416);
  }

  TEST_CASE("a large file") {
    FakeHost host;
    std::string content;
    for (int i = 0; content.size() < 1'000'000; i++) content += std::to_string(i) + ",";
    const File file(content);
    SUBCASE("arrives complete") {
      const Answered answer = Ask(file, host);
      REQUIRE(answer.body.kind == base::Body::Kind::kPipe);
      CHECK(answer.body.pipe->outside);
      CHECK(answer.body.length() == content.size());
      CHECK(TextOf(answer.body, host) == content);
    }
    SUBCASE("is read no faster than it is taken") {
      const Answered answer = Ask(file, host);
      host.Finish();
      CHECK(answer.body.pipe->queued() <= base::Pipe::kHighWaterMark);
      CHECK(answer.body.pipe->Read().has_value());
      host.Finish();
      CHECK(answer.body.pipe->queued() <= base::Pipe::kHighWaterMark);
      answer.body.pipe->Cancel();
    }
    SUBCASE("breaks off when it has become shorter") {
      const Answered answer = Ask(file, host);
      REQUIRE(truncate(file.path().c_str(), 500'000) == 0);
      const std::string text = TextOf(answer.body, host);
      CHECK(text.ends_with("..."));
      CHECK(text.size() < content.size());
    }
    SUBCASE("may be given up at any time") {
      const Answered answer = Ask(file, host);
      answer.body.pipe->Cancel();
      CHECK(host.Finish() <= 1);
      const Answered never_read = Ask(file, host, "GET", {{"range", "bytes=5-"}});
      never_read.body.pipe->Cancel();
      host.Finish();
    }
  }

  TEST_CASE("what is no regular file is not opened") {
    const File file("x");
    CHECK(OpenFile::Open(file.folder()) == nullptr);
    CHECK(OpenFile::Open(file.folder() + "/none") == nullptr);
    const std::string pipe = file.folder() + "/pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(OpenFile::Open(pipe) == nullptr);
  }
}

}  // namespace
}  // namespace isolane::files
