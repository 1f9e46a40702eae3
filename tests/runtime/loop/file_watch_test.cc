#include "runtime/loop/file_watch.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/loop/loop.h"
#include "tests/support/temporary_directory.h"

namespace isolane::loop {
namespace {

namespace fs = std::filesystem;

// A directory with files, and a watch that counts what it is told.
class Watched {
 public:
  ~Watched() {
    watch_.reset();
    loop_.RunClosing();
    CHECK(loop_.IsEmpty());
  }

  std::string Path(const std::string& name) const { return root_ / name; }
  void Write(const std::string& name, const std::string& text) const { root_.Write(name, text); }
  void Watch(const std::vector<std::string>& names, const std::set<std::string>& trees = {}) {
    std::set<std::string> paths;
    for (const std::string& name : names) paths.insert(Path(name));
    std::set<std::string> roots;
    for (const std::string& name : trees) roots.insert(Path(name));
    if (watch_ == nullptr) {
      watch_ = std::make_unique<FileWatch>(loop_.uv(), &Watched::OnChange, this);
    }
    failures = watch_->Watch(paths, roots);
  }

  // True if something was told. The kernel has queued all that happened before this is called, so
  // one round of the loop shows it.
  bool Told() {
    told_ = 0;
    loop_.RunOnce();
    return told_ > 0;
  }

  FileWatch& watch() { return *watch_; }
  std::vector<std::string> failures;
  std::string tree;
  std::string path;

 private:
  static void OnChange(void* context, const std::string& tree, const std::string& path) {
    auto* self = static_cast<Watched*>(context);
    self->told_++;
    self->tree = tree;
    self->path = path;
  }

  testing::TemporaryDirectory root_;
  Loop loop_;
  std::unique_ptr<FileWatch> watch_;
  int told_ = 0;
};

TEST_SUITE("runtime/loop/file_watch") {
  TEST_CASE("a watched file") {
    Watched files;
    files.Write("src/a.js", "one");
    files.Watch({"src/a.js"});
    CHECK(files.failures.empty());
    CHECK(!files.Told());

    SUBCASE("is written") {
      files.Write("src/a.js", "two");
      CHECK(files.Told());
      CHECK(!files.Told());
    }
    SUBCASE("is replaced by a rename, again and again") {
      for (int i = 0; i < 3; i++) {
        files.Write("src/.a.js.tmp", "new");
        files.Told();
        fs::rename(files.Path("src/.a.js.tmp"), files.Path("src/a.js"));
        CHECK(files.Told());
      }
    }
    SUBCASE("is removed, and comes back") {
      fs::remove(files.Path("src/a.js"));
      CHECK(files.Told());
      files.Write("src/a.js", "two");
      CHECK(files.Told());
    }
    SUBCASE("has a neighbour that is nobody's business") {
      files.Write("src/b.js", "b");
      CHECK(!files.Told());
      files.Write("README.md", "b");
      CHECK(!files.Told());
    }
    SUBCASE("goes with its directory, and comes back with it") {
      fs::remove_all(files.Path("src"));
      CHECK(files.Told());
      files.Watch({"src/a.js"});
      fs::create_directory(files.Path("src"));
      CHECK(files.Told());
      files.Watch({"src/a.js"});
      files.Write("src/a.js", "again");
      CHECK(files.Told());
    }
    SUBCASE("is in a directory that is replaced by another one") {
      files.Write("other/a.js", "other");
      fs::rename(files.Path("src"), files.Path("old"));
      fs::rename(files.Path("other"), files.Path("src"));
      CHECK(files.Told());
      files.Watch({"src/a.js"});
      files.Write("old/a.js", "nobody's");
      CHECK(!files.Told());
      files.Write("src/a.js", "two");
      CHECK(files.Told());
    }
    SUBCASE("is watched no more") {
      files.Watch({});
      files.Write("src/a.js", "two");
      CHECK(!files.Told());
      CHECK(files.watch().watched_directories() == 0);
    }
  }

  TEST_CASE("a file that does not exist yet") {
    Watched files;
    files.Write("here", "");
    files.Watch({"a/b/c.js", "d.js"});
    SUBCASE("comes") {
      files.Write("d.js", "");
      CHECK(files.Told());
    }
    SUBCASE("comes with its directories") {
      fs::create_directory(files.Path("a"));
      CHECK(files.Told());
    }
  }

  TEST_CASE("a symbolic link") {
    Watched files;
    files.Write("real/a.js", "one");
    files.Write("other/a.js", "other");
    SUBCASE("to a file shows what happens to that") {
      fs::create_symlink("real/a.js", files.Path("a.js"));
      files.Watch({"a.js"});
      files.Write("real/a.js", "two");
      CHECK(files.Told());
    }
    SUBCASE("to a directory, as packages of a workspace are, too") {
      fs::create_directory_symlink(files.Path("real"), files.Path("link"));
      files.Watch({"link/a.js"});
      files.Write("real/a.js", "two");
      CHECK(files.Told());
    }
    SUBCASE("is changed") {
      fs::create_directory_symlink("real", files.Path("link"));
      files.Watch({"link/a.js"});
      fs::remove(files.Path("link"));
      fs::create_directory_symlink("other", files.Path("link"));
      CHECK(files.Told());
      files.Watch({"link/a.js"});
      files.Write("other/a.js", "two");
      CHECK(files.Told());
    }
    SUBCASE("to itself ends") {
      fs::create_symlink("self", files.Path("self"));
      files.Watch({"self"});
      CHECK(!files.Told());
    }
  }

  TEST_CASE("a watched directory") {
    Watched files;
    files.Write("src/deep/down/a.js", "one");
    files.Write("src/node_modules/p/index.js", "");
    files.Write("src/.git/index", "");
    files.Watch({}, {"src"});
    SUBCASE("tells what happens anywhere below, and to what") {
      files.Write("src/deep/down/b.js", "");
      REQUIRE(files.Told());
      CHECK(files.tree == files.Path("src"));
      CHECK(files.path == files.Path("src/deep/down/b.js"));
    }
    SUBCASE("but not in packages and hidden directories") {
      files.Write("src/node_modules/p/index.js", "two");
      files.Write("src/.git/index", "two");
      CHECK(!files.Told());
    }
  }
}

}  // namespace
}  // namespace isolane::loop
