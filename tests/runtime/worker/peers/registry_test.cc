#include "runtime/worker/peers/registry.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "tests/support/temporary_directory.h"

namespace isolane::worker {
namespace {

namespace fs = std::filesystem;

// A directory of a registry, which goes with the test; it does not exist yet.
class Directory {
 public:
  std::string path() const { return parent_ / "registry"; }
  size_t files() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(path()), fs::directory_iterator()));
  }
  void Write(const std::string& file, const std::string& text) const {
    std::ofstream(path() + "/" + file) << text;
  }

 private:
  testing::TemporaryDirectory parent_;
};

// A process as the registry sees one: ends with Kill, without a farewell.
class Process {
 public:
  Process(const Directory& directory, const std::string& instance) {
    auto registry = Registry::Open(directory.path(), instance);
    REQUIRE(registry.ok());
    registry_ = std::move(*registry);
    auto descriptor = registry_->Listen();
    REQUIRE(descriptor.ok());
    descriptor_ = *descriptor;
  }
  ~Process() { Kill(); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Its socket is closed, and its files are as they were.
  void Kill() {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = -1;
  }
  Registry* operator->() { return registry_.get(); }

 private:
  std::unique_ptr<Registry> registry_;
  int descriptor_ = -1;
};

TEST_SUITE("runtime/worker/peers/registry") {
  TEST_CASE("a Worker") {
    Directory directory;
    Process one(directory, "1-a");
    Process two(directory, "2-b");
    REQUIRE(one->Register("auth"));
    SUBCASE("is found with the process that has it") {
      const auto entry = two->Find("auth");
      REQUIRE(entry.has_value());
      CHECK(entry->instance == "1-a");
      const int connection = two->Connect(*entry);
      CHECK(connection >= 0);
      close(connection);
      CHECK(two->NamesElsewhere() == std::vector<std::string>{"auth"});
      CHECK(one->NamesElsewhere().empty());
    }
    SUBCASE("is kept by the first process that has its name") {
      CHECK_FALSE(two->Register("auth"));
      CHECK(one->Register("auth"));
      CHECK(two->Find("auth")->instance == "1-a");
    }
    SUBCASE("is another's as soon as that has ended") {
      one.Kill();
      CHECK(two->Register("auth"));
      CHECK(two->Find("auth")->instance == "2-b");
      CHECK_MESSAGE(directory.files() == 2, "the socket of the one that has ended is left");
    }
    SUBCASE("of an ended process is forgotten by whoever asks for it") {
      const auto entry = two->Find("auth");
      one.Kill();
      CHECK(two->Connect(*entry) < 0);
      CHECK_FALSE(two->Find("auth").has_value());
      CHECK(two->NamesElsewhere().empty());
    }
    SUBCASE("may have any name") {
      CHECK(one->Register("../My Worker/%"));
      CHECK(two->Find("../My Worker/%")->worker == "../My Worker/%");
      CHECK_FALSE(one->Register(std::string(300, 'x')));
    }
    SUBCASE("is unknown otherwise") { CHECK_FALSE(two->Find("users").has_value()); }
  }

  TEST_CASE("an orderly end leaves nothing behind") {
    Directory directory;
    {
      Process one(directory, "1-a");
      CHECK(one->Register("auth"));
      CHECK(one->Register("users"));
      CHECK(directory.files() == 3);
    }
    CHECK(directory.files() == 0);
  }

  TEST_CASE("files that say something else are no Workers") {
    Directory directory;
    Process one(directory, "1-a");
    const std::string head = "isolane registry 1\n";
    directory.Write("a.worker", "");
    directory.Write("b.worker", "something else\n");
    directory.Write("c.worker", head + "socket ../x.sock\ninstance 1\n");
    directory.Write("d.worker", head + "socket x.sock\ninstance /\n");
    directory.Write("e.worker", head + "socket x.sock\ninstance 1");
    directory.Write("f.worker", std::string(5000, 'x'));
    directory.Write("g", head + "socket x.sock\ninstance 1\n");
    fs::create_symlink("a.worker", directory.path() + "/h.worker");
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
      CHECK_MESSAGE(!one->Find(name).has_value(), name);
    }
    CHECK(one->NamesElsewhere().empty());
  }

  TEST_CASE("the directory") {
    Directory directory;
    SUBCASE("must be nobody else's to write to") {
      fs::create_directory(directory.path());
      fs::permissions(directory.path(), fs::perms::all);
      const auto registry = Registry::Open(directory.path(), "1");
      REQUIRE_FALSE(registry.ok());
      CHECK(registry.error().message ==
            "the registry of Workers, " + directory.path() + ": others can write to it");
    }
    SUBCASE("may have a path longer than the name of a socket") {
      const std::string deep = directory.path() + "/" + std::string(200, 'd');
      auto registry = Registry::Open(deep, "1-a");
      REQUIRE(registry.ok());
      auto descriptor = (*registry)->Listen();
      REQUIRE(descriptor.ok());
      close(*descriptor);
    }
    SUBCASE("cannot be below a file") {
      std::ofstream(directory.path()) << "file";
      CHECK_FALSE(Registry::Open(directory.path() + "/x", "1").ok());
    }
  }
}

}  // namespace
}  // namespace isolane::worker
