#include "wrangler-compat/asset_directory.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <utility>

#include "wrangler-compat/files.h"

namespace isolane::wrangler {
namespace {

constexpr char kHeaders[] = "_headers";
constexpr char kRedirects[] = "_redirects";
constexpr char kIgnore[] = ".assetsignore";

// A path that stays below the directory, whatever a URL has been decoded to.
bool IsSafe(std::string_view path) {
  if (!path.starts_with('/') || path.ends_with('/') || path.find('\0') != std::string_view::npos) {
    return false;
  }
  for (size_t at = 1; at <= path.size();) {
    const size_t slash = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, slash - at);
    if (part.empty() || part == "." || part == "..") return false;
    at = slash + 1;
  }
  return true;
}

// "25.7 MiB": three digits.
std::string SizeText(uint64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double number = static_cast<double>(bytes);
  size_t unit = 0;
  while (number >= 1024 && unit + 1 < std::size(kUnits)) {
    number /= 1024;
    unit++;
  }
  char text[32];
  std::snprintf(text, sizeof text, number < 999.5 ? "%.3g %s" : "%.0f %s", number, kUnits[unit]);
  return text;
}

}  // namespace

std::string DescribeLargeAsset(const std::string& shown, uint64_t size) {
  return "Asset too large.\nCloudflare Workers supports assets with sizes of up to " +
         SizeText(kMaxAsset) + ". We found a file " + shown + " with a size of " + SizeText(size) +
         ".";
}

bool AssetDirectory::Seen::operator==(const Seen& other) const {
  return there == other.there && modified.tv_sec == other.modified.tv_sec &&
         modified.tv_nsec == other.modified.tv_nsec && size == other.size && inode == other.inode;
}

bool AssetDirectory::ReadIfChanged(const std::string& name, Seen& seen, std::string* text,
                                   std::vector<Note>& notes) {
  const std::string path = settings_.directory + "/" + name;
  Seen now;
  struct stat info;
  if (stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode)) {
    now = {true, info.st_mtim, info.st_size, info.st_ino};
  }
  if (now == seen) return false;
  seen = now;
  text->clear();
  if (!now.there) return true;
  auto content = ReadFile(path);
  if (content.ok()) {
    *text = std::move(*content);
  } else {
    notes.push_back({true, content.error().message});
  }
  return true;
}

std::vector<AssetDirectory::Note> AssetDirectory::Refresh() {
  std::vector<Note> notes;
  std::string text;
  if (ReadIfChanged(kRedirects, redirects_seen_, &text, notes)) {
    redirects_ = AssetRedirects();
    if (redirects_seen_.there) ReadRedirects(text, notes);
  }
  if (ReadIfChanged(kHeaders, headers_seen_, &text, notes)) {
    headers_ = AssetHeaders();
    if (headers_seen_.there) ReadHeaders(text, notes);
  }
  if (ReadIfChanged(kIgnore, ignored_seen_, &text, notes)) ignored_ = IgnoreRules(text);
  return notes;
}

void AssetDirectory::ReadHeaders(const std::string& text, std::vector<Note>& notes) {
  headers_ = AssetHeaders(text);
  notes.push_back({false, DescribeValidRules("header", headers_.size())});
  std::string invalid =
      DescribeInvalidRules("header", settings_.display + kHeaders, headers_.invalid());
  if (!invalid.empty()) notes.push_back({true, std::move(invalid)});
}

void AssetDirectory::ReadRedirects(const std::string& text, std::vector<Note>& notes) {
  redirects_ = AssetRedirects(text, settings_.html_handling != HtmlHandling::kNone);
  notes.push_back({false, DescribeValidRules("redirect", redirects_.size())});
  std::string invalid =
      DescribeInvalidRules("redirect", settings_.display + kRedirects, redirects_.invalid());
  if (!invalid.empty()) notes.push_back({true, std::move(invalid)});
  for (const std::string& advice : redirects_.advice()) notes.push_back({false, advice});
}

bool AssetDirectory::Has(const std::string& path) const {
  if (!IsSafe(path)) return false;
  if (path == std::string("/") + kHeaders || path == std::string("/") + kRedirects ||
      path == std::string("/") + kIgnore) {
    return false;
  }
  struct stat info;
  if (stat((settings_.directory + path).c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return false;
  }
  return !ignored_.Ignores(std::string_view(path).substr(1));
}

std::vector<AssetDirectory::LargeFile> AssetDirectory::LargeFiles() const {
  namespace fs = std::filesystem;
  std::vector<LargeFile> large;
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(settings_.directory, options, error), end;
       !error && at != end; at.increment(error)) {
    std::error_code unreadable;
    if (!at->is_regular_file(unreadable)) continue;
    const uint64_t size = at->file_size(unreadable);
    if (unreadable || size <= kMaxAsset) continue;
    std::string path = at->path().lexically_relative(settings_.directory).generic_string();
    if (Has("/" + path)) large.push_back({std::move(path), size});
  }
  std::sort(large.begin(), large.end(),
            [](const LargeFile& one, const LargeFile& other) { return one.path < other.path; });
  return large;
}

std::shared_ptr<files::OpenFile> AssetDirectory::Open(const std::string& path) const {
  return Has(path) ? files::OpenFile::Open(settings_.directory + path) : nullptr;
}

}  // namespace isolane::wrangler
