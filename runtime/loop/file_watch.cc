#include "runtime/loop/file_watch.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>

namespace isolane::loop {

namespace {

namespace fs = std::filesystem;

// Symbolic links that lead to each other end here.
constexpr int kMostLinks = 40;

bool IsDirectory(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// Where a symbolic link leads; nothing if it is none.
std::optional<std::string> TargetOf(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t size = readlink(path.c_str(), target, sizeof target);
  return size < 0 ? std::nullopt : std::optional(std::string(target, static_cast<size_t>(size)));
}

}  // namespace

// What is to be watched: names in directories, and directories of trees.
struct FileWatch::Plan {
  std::map<std::string, std::set<std::string>> names;  // by directory
  std::map<std::string, std::string> trees;            // by directory: the root of the tree

  // Most paths share their directories: each is looked at once.
  std::set<std::string, std::less<>> plain;  // no symbolic links
  std::map<std::string, bool> known;         // whether it is a directory

  bool HasDirectory(const fs::path& path) {
    const auto [entry, is_new] = known.try_emplace(path.native());
    if (is_new) entry->second = IsDirectory(path);
    return entry->second;
  }

  // The entry, and the directory it is in as an entry of the one above: that may be removed.
  void AddEntry(const fs::path& path) {
    fs::path directory = path.parent_path();
    std::string name = path.filename();
    // Of what is not there the nearest thing that is shows that it comes.
    while (!HasDirectory(directory) && directory.has_relative_path()) {
      name = directory.filename();
      directory = directory.parent_path();
    }
    names[directory].insert(name);
    if (directory.has_relative_path()) {
      names[directory.parent_path()].insert(directory.filename());
    }
  }

  // `path` is absolute and normal.
  void AddPath(const std::string& path, int links = 0) {
    AddEntry(path);
    size_t end = 0;
    while (end < path.size()) {
      end = std::min(path.find('/', end + 1), path.size());
      const std::string_view walked = std::string_view(path).substr(0, end);
      if (plain.contains(walked)) continue;
      const auto target = TargetOf(std::string(walked));
      if (!target) {
        plain.emplace(walked);
        continue;
      }
      AddEntry(walked);
      fs::path rest = fs::path(walked).parent_path() / *target;
      if (end < path.size()) rest /= path.substr(end + 1);
      if (links < kMostLinks) AddPath(rest.lexically_normal(), links + 1);
      return;
    }
  }

  void AddTree(const fs::path& root, const fs::path& directory) {
    trees.emplace(directory, root);
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(directory, ignored)) {
      const std::string name = entry.path().filename();
      if (name == "node_modules" || name.starts_with('.')) continue;
      if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) AddTree(root, entry.path());
    }
  }
};

struct FileWatch::Directory {
  FileWatch* owner = nullptr;
  std::string path;
  // Another directory may have come in its place.
  dev_t device = 0;
  ino_t inode = 0;
  std::set<std::string, std::less<>> names;
  std::string tree;  // empty: only the names count
  Handle<DirectoryWatch> watch;
};

FileWatch::FileWatch(uv_loop_t* loop, Callback callback, void* context)
    : loop_(loop), callback_(callback), context_(context) {}

FileWatch::~FileWatch() = default;

void FileWatch::OnChange(void* context, std::string_view name) {
  const auto* directory = static_cast<const Directory*>(context);
  // The callback may replace what is watched.
  FileWatch& owner = *directory->owner;
  const std::string path = directory->path + "/" + std::string(name);
  const bool hidden = name == "node_modules" || name.starts_with('.');
  if (!directory->tree.empty() && !hidden) {
    owner.callback_(owner.context_, std::string(directory->tree), path);
  } else if (name.empty() || directory->names.contains(name)) {
    owner.callback_(owner.context_, {}, {});
  }
}

std::vector<std::string> FileWatch::Watch(const std::set<std::string>& paths,
                                          const std::set<std::string>& trees) {
  Plan plan;
  for (const std::string& path : paths) plan.AddPath(fs::path(path).lexically_normal().native());
  for (const std::string& tree : trees) {
    const fs::path root = fs::path(tree).lexically_normal();
    plan.AddEntry(root);
    if (IsDirectory(root)) plan.AddTree(root, root);
  }
  for (const auto& [directory, root] : plan.trees) plan.names[directory];

  std::vector<std::string> failures;
  std::map<std::string, std::unique_ptr<Directory>> before = std::exchange(directories_, {});
  for (auto& [path, names] : plan.names) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) continue;
    std::unique_ptr<Directory> directory;
    const auto known = before.find(path);
    if (known != before.end() && known->second->inode == status.st_ino &&
        known->second->device == status.st_dev) {
      directory = std::move(known->second);
    } else {
      directory = std::make_unique<Directory>();
      directory->owner = this;
      directory->path = path;
      directory->device = status.st_dev;
      directory->inode = status.st_ino;
      auto watch = DirectoryWatch::Create(loop_, path, &FileWatch::OnChange, directory.get());
      if (!watch.ok()) {
        failures.push_back(watch.error().message);
        continue;
      }
      directory->watch = std::move(*watch);
    }
    directory->names = {names.begin(), names.end()};
    const auto tree = plan.trees.find(path);
    directory->tree = tree == plan.trees.end() ? std::string() : tree->second;
    directories_[path] = std::move(directory);
  }
  return failures;
}

}  // namespace isolane::loop
