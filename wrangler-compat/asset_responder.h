// Wrangler's router and asset worker: which requests of a Worker with assets are answered from its
// directory, and how.
//
// spec/wrangler.md section 3.6; https://developers.cloudflare.com/workers/static-assets/routing/
// Loop thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/responder.h"
#include "wrangler-compat/asset_directory.h"
#include "wrangler-compat/asset_intent.h"
#include "wrangler-compat/asset_settings.h"

namespace isolane::wrangler {

class AssetResponder final : public base::Responder {
 public:
  // Reads the rules of the directory; `notes` gets what there is to say of them.
  AssetResponder(AssetSettings settings, std::vector<AssetDirectory::Note>& notes);

  void Start(base::ResponderHost& host) override { host_ = &host; }
  std::optional<base::PlainResponse> Answer(std::string_view packed_head,
                                            base::ResponderUse use) override;

 private:
  // What is known of one request.
  struct Asked;
  enum class Route { kAssets, kWorker, kAssetsIfAny };

  Route RouteOf(std::string_view path) const;
  // Nothing if no asset and no rule has to do with the request.
  std::optional<base::PlainResponse> Find(const Asked& asked, NotFoundHandling not_found);
  // The answer of the file or the redirect that `path` leads to; `written`: as the URL has it.
  std::optional<base::PlainResponse> Resolve(const Asked& asked, const std::string& path,
                                             std::string_view written, NotFoundHandling not_found);
  std::optional<AssetIntent> IntentOf(const std::string& path, bool rewritten,
                                      NotFoundHandling not_found) const;
  std::optional<base::PlainResponse> Send(const Asked& asked, const AssetIntent& intent);
  void Refresh();

  const AssetSettings settings_;
  AssetDirectory directory_{settings_};
  base::ResponderHost* host_ = nullptr;
  std::vector<std::string> large_;  // files that have been warned of
};

}  // namespace isolane::wrangler
