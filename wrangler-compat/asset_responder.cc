#include "wrangler-compat/asset_responder.h"

#include <algorithm>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/base/query.h"
#include "runtime/base/url.h"
#include "runtime/files/content_types.h"
#include "runtime/files/file_response.h"
#include "wrangler-compat/asset_path.h"

namespace isolane::wrangler {
namespace {

using base::PlainResponse;
using files::HeaderOf;

PlainResponse Empty(int status, std::string_view text) {
  PlainResponse response;
  response.status = status;
  response.head = text;
  return response;
}

PlainResponse RedirectTo(int status, const std::string& location) {
  PlainResponse response = Empty(status, {});
  base::AppendPackedHeader(response.head, "location", location);
  return response;
}

PlainResponse NotFound() { return Empty(404, "Not Found"); }

// What follows the path: "?a=b", or nothing.
std::string_view QueryOf(std::string_view url) {
  url = url.substr(0, url.find('#'));
  const size_t mark = url.find('?');
  // A mark with nothing behind it is no query.
  if (mark == std::string_view::npos || mark + 1 == url.size()) return {};
  return url.substr(mark);
}

// Where a rule of `_redirects` leads. The query of the request goes along unless the rule has one.
std::string LocationOf(const std::string& to, std::string_view url) {
  const auto here = base::ResolveUrl(url, url);
  const auto there = base::ResolveUrl(to, url);
  if (!here || !there) return to;
  const std::string& search = there->search.empty() ? here->search : there->search;
  const std::string start =
      there->origin == here->origin
          ? there->pathname
          : there->href.substr(0, there->href.size() - there->search.size() - there->hash.size());
  return start + search + there->hash;
}

bool Matches(const std::vector<PathPattern>& patterns, std::string_view path) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [path](const PathPattern& one) { return one.Match(path).has_value(); });
}

}  // namespace

struct AssetResponder::Asked {
  std::string_view packed_head;
  std::string_view url;
  std::string_view path;  // as it is written
  std::string decoded;    // likewise, with base_path
};

AssetResponder::AssetResponder(AssetSettings settings, std::vector<AssetDirectory::Note>& notes)
    : settings_(std::move(settings)) {
  for (AssetDirectory::Note& note : directory_.Refresh()) notes.push_back(std::move(note));
}

void AssetResponder::Refresh() {
  for (const AssetDirectory::Note& note : directory_.Refresh()) {
    host_->Log(note.warning ? LogLevel::kWarn : LogLevel::kInfo, settings_.worker, note.text);
  }
}

AssetResponder::Route AssetResponder::RouteOf(std::string_view path) const {
  if (!settings_.has_worker || Matches(settings_.asset_patterns, path)) return Route::kAssets;
  if (settings_.worker_first || Matches(settings_.worker_patterns, path)) return Route::kWorker;
  return Route::kAssetsIfAny;
}

std::optional<PlainResponse> AssetResponder::Answer(std::string_view packed_head,
                                                    base::ResponderUse use) {
  Asked asked;
  asked.packed_head = packed_head;
  asked.url = base::PackedUrl(packed_head);
  asked.path = base::PathOfUrl(asked.url);
  if (asked.path.empty()) asked.path = "/";
  const Route route = use == base::ResponderUse::kOnly ? Route::kAssets : RouteOf(asked.path);
  if (route == Route::kWorker) return std::nullopt;

  asked.decoded = DecodeAssetPath(asked.path);
  const std::string_view base = settings_.base_path;
  const bool within =
      asked.decoded.starts_with(base) || asked.decoded == base.substr(0, base.size() - 1);
  if (!within) {
    if (route == Route::kAssets) return NotFound();
    return std::nullopt;
  }
  Refresh();
  // Where there is code for what is missing, a page that says so stands back behind it.
  const bool misses_here = route == Route::kAssets || settings_.has_patterns ||
                           (settings_.navigation_prefers_assets &&
                            HeaderOf(packed_head, "sec-fetch-mode") == "navigate");
  std::optional<PlainResponse> response =
      Find(asked, misses_here ? settings_.not_found_handling : NotFoundHandling::kNone);
  if (!response) {
    if (route == Route::kAssetsIfAny) return std::nullopt;
    response = NotFound();
  }
  if (directory_.headers().size() > 0) {
    const auto url = base::ResolveUrl(asked.url, asked.url);
    directory_.headers().Apply(url ? url->hostname : std::string(), asked.path, response->head);
  }
  return response;
}

std::optional<PlainResponse> AssetResponder::Find(const Asked& asked, NotFoundHandling not_found) {
  const std::optional<RedirectMatch> rule = directory_.redirects().Match(asked.path);
  if (!rule) return Resolve(asked, asked.decoded, asked.path, not_found);
  if (rule->status != 200) return RedirectTo(rule->status, LocationOf(rule->to, asked.url));
  // Another asset instead. The rule has taken the request, so that the Worker is not asked.
  const auto target = base::ResolveUrl(rule->to, asked.url);
  const std::string written = target ? target->pathname : rule->to;
  std::optional<PlainResponse> response =
      Resolve(asked, DecodeAssetPath(written), written, settings_.not_found_handling);
  return response ? std::move(response) : NotFound();
}

std::optional<AssetIntent> AssetResponder::IntentOf(const std::string& path, bool rewritten,
                                                    NotFoundHandling not_found) const {
  const auto exists = [this](const std::string& file) { return directory_.Has(file); };
  const std::string& base = settings_.base_path;
  if (base == "/") return ResolveAsset(path, settings_.html_handling, not_found, exists);
  const std::string bare = base.substr(0, base.size() - 1);
  const bool has_root =
      settings_.html_handling != HtmlHandling::kNone && !rewritten && exists("/index.html");
  const bool drops = settings_.html_handling == HtmlHandling::kDropTrailingSlash;
  // The root's own slash is the one at the end of base_path.
  if (has_root && path == (drops ? base : bare)) return AssetIntent{{}, drops ? bare : base, 200};
  if (path != bare && !path.starts_with(base)) return std::nullopt;
  const std::string inner = path == bare ? "/" : path.substr(bare.size());
  auto intent = ResolveAsset(inner, settings_.html_handling, not_found, exists);
  if (intent && intent->redirect) {
    intent->redirect = *intent->redirect == "/" ? base : bare + *intent->redirect;
  }
  return intent;
}

std::optional<PlainResponse> AssetResponder::Resolve(const Asked& asked, const std::string& path,
                                                     std::string_view written,
                                                     NotFoundHandling not_found) {
  const bool rewritten = written != asked.path;
  const std::optional<AssetIntent> intent = IntentOf(path, rewritten, not_found);
  if (!intent) return std::nullopt;
  const std::string_view method = base::PackedMethod(asked.packed_head);
  if (method != "GET" && method != "HEAD") return Empty(405, "Method Not Allowed");
  // Each asset has one address: the path as encodeURIComponent() would write it.
  const std::string encoded = EncodeAssetPath(intent->redirect.value_or(path));
  if (intent->redirect || encoded != written) {
    return RedirectTo(307, encoded + std::string(QueryOf(asked.url)));
  }
  return Send(asked, *intent);
}

std::optional<PlainResponse> AssetResponder::Send(const Asked& asked, const AssetIntent& intent) {
  std::shared_ptr<files::OpenFile> file = directory_.Open(intent.file);
  // Gone since it was found, or not readable.
  if (file == nullptr) return std::nullopt;
  if (file->size() > kMaxAsset &&
      std::find(large_.begin(), large_.end(), intent.file) == large_.end()) {
    large_.push_back(intent.file);
    host_->Log(LogLevel::kWarn, settings_.worker,
               DescribeLargeAsset(settings_.display + intent.file.substr(1), file->size()) +
                   " It is served here, and cannot be deployed.");
  }
  files::FileResponse given;
  given.status = intent.status;
  if (intent.status == 404) given.status_text = "Not Found";
  given.content_type = files::ContentTypeOf(intent.file);
  const bool cacheable = HeaderOf(asked.packed_head, "authorization").empty() &&
                         HeaderOf(asked.packed_head, "range").empty();
  if (cacheable) {
    base::AppendPackedHeader(given.headers, "cache-control", "public, max-age=0, must-revalidate");
  }
  base::AppendPackedHeader(given.headers, "cf-cache-status", "HIT");
  return RespondWithFile(asked.packed_head, std::move(file), std::move(given), *host_);
}

}  // namespace isolane::wrangler
