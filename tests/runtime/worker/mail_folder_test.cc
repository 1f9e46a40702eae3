#include "runtime/worker/mail_folder.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include "tests/support/temporary_directory.h"

namespace isolane::worker {
namespace {

std::span<const uint8_t> BytesOf(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string ContentOf(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Sets TMPDIR as long as it exists.
class Tmpdir {
 public:
  explicit Tmpdir(const std::string& value) {
    if (const char* before = std::getenv("TMPDIR")) before_ = before;
    setenv("TMPDIR", value.c_str(), 1);
  }
  ~Tmpdir() {
    if (before_.empty()) {
      unsetenv("TMPDIR");
    } else {
      setenv("TMPDIR", before_.c_str(), 1);
    }
  }

 private:
  std::string before_;
};

TEST_SUITE("runtime/worker/mail_folder") {
  TEST_CASE("files stay as long as the folder exists") {
    testing::TemporaryDirectory directory;
    const Tmpdir tmpdir(directory.path());
    std::string path;
    {
      MailFolder folder;
      auto written = folder.Write("a.eml", BytesOf("hello"));
      REQUIRE(written.ok());
      path = *written;
      CHECK(path.starts_with(directory.path() + "/isolane-email-"));
      CHECK(ContentOf(path) == "hello");
    }
    CHECK_FALSE(std::filesystem::exists(path));
  }

  TEST_CASE("a folder that somebody has removed is made again") {
    testing::TemporaryDirectory directory;
    const Tmpdir tmpdir(directory.path());
    MailFolder folder;
    auto first = folder.Write("a.eml", BytesOf("1"));
    REQUIRE(first.ok());
    std::filesystem::remove_all(std::filesystem::path(*first).parent_path());
    auto second = folder.Write("b.eml", BytesOf("2"));
    REQUIRE(second.ok());
    CHECK(ContentOf(*second) == "2");
  }

  TEST_CASE("what cannot be written says where and why") {
    testing::TemporaryDirectory directory;
    const Tmpdir tmpdir(directory.path());
    MailFolder folder;
    REQUIRE(folder.Write("a.eml", BytesOf("1")).ok());
    const auto failed = folder.Write("none/b.eml", BytesOf("2"));
    REQUIRE_FALSE(failed.ok());
    CHECK(failed.error().message.starts_with("The message could not be kept in " +
                                             directory.path() + "/isolane-email-"));
    CHECK(failed.error().message.ends_with("/none/b.eml: No such file or directory"));
    CHECK(failed.error().hint.find("TMPDIR") != std::string::npos);
  }
}

}  // namespace
}  // namespace isolane::worker
