// An assets directory as it is now: which files are served, and the rules in `_headers`,
// `_redirects` and `.assetsignore`, read again when one of these has changed.
//
// Loop thread once it serves. Looks at the file system for every question: a change counts at once.
#pragma once

#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "runtime/files/open_file.h"
#include "wrangler-compat/asset_headers.h"
#include "wrangler-compat/asset_redirects.h"
#include "wrangler-compat/asset_settings.h"
#include "wrangler-compat/ignore_rules.h"

namespace isolane::wrangler {

// What Cloudflare takes at most, in bytes.
inline constexpr uint64_t kMaxAsset = uint64_t{25} << 20;
// What there is to say of a larger file.
std::string DescribeLargeAsset(const std::string& shown, uint64_t size);

class AssetDirectory {
 public:
  struct LargeFile {
    std::string path;  // "a/b.bin"
    uint64_t size;
  };
  // Something to tell the developer.
  struct Note {
    bool warning = false;
    std::string text;
  };

  // `settings` outlives it.
  explicit AssetDirectory(const AssetSettings& settings) : settings_(settings) {}

  // Reads the rules whose files have changed since the last time. Gives what there is to say of
  // them.
  std::vector<Note> Refresh();

  // Whether a file with this decoded path ("/a/b.html") is served.
  bool Has(const std::string& path) const;
  // Those larger than kMaxAsset, by their paths. Looks at every file there is.
  std::vector<LargeFile> LargeFiles() const;
  // Opened; null if it is not served, or cannot be read.
  std::shared_ptr<files::OpenFile> Open(const std::string& path) const;

  const AssetHeaders& headers() const { return headers_; }
  const AssetRedirects& redirects() const { return redirects_; }

 private:
  // A file of rules: what it looked like when it was read.
  struct Seen {
    bool there = false;
    timespec modified{};
    int64_t size = 0;
    uint64_t inode = 0;
    bool operator==(const Seen& other) const;
  };
  // Whether the file called `name` has changed since `seen`, and its text, empty if it is gone.
  bool ReadIfChanged(const std::string& name, Seen& seen, std::string* text,
                     std::vector<Note>& notes);
  void ReadHeaders(const std::string& text, std::vector<Note>& notes);
  void ReadRedirects(const std::string& text, std::vector<Note>& notes);

  const AssetSettings& settings_;
  Seen headers_seen_;
  Seen redirects_seen_;
  Seen ignored_seen_;
  AssetHeaders headers_;
  AssetRedirects redirects_;
  IgnoreRules ignored_;
};

}  // namespace isolane::wrangler
