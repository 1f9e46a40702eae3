// A directory for one test, filled with files and removed at its end.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

namespace isolane::wrangler {

class TempProject {
 public:
  TempProject() {
    char path[] = "/tmp/isolane-test-XXXXXX";
    REQUIRE(mkdtemp(path) != nullptr);
    root_ = path;
  }
  ~TempProject() { std::filesystem::remove_all(root_); }
  TempProject(const TempProject&) = delete;
  TempProject& operator=(const TempProject&) = delete;

  void Write(const std::string& path, const std::string& content) const {
    const std::filesystem::path file = root_ + "/" + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
  }
  const std::string& root() const { return root_; }

 private:
  std::string root_;
};

}  // namespace isolane::wrangler
