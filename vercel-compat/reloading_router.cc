#include "vercel-compat/reloading_router.h"

#include <sys/stat.h>
#include <time.h>

#include <utility>

#include "vercel-compat/project.h"

namespace isolane::vercel {
namespace {

// A look costs a system call, which is as much as the rest of a request's way through the rules.
constexpr int64_t kLookEveryMs = 20;

int64_t CoarseNowMs() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
}

}  // namespace

FileStamp FileStamp::Of(const std::string& path) {
  FileStamp stamp;
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return stamp;
  stamp.seconds = found.st_mtim.tv_sec;
  stamp.nanoseconds = found.st_mtim.tv_nsec;
  stamp.size = found.st_size;
  stamp.number = found.st_ino;
  return stamp;
}

ReloadingRouter::ReloadingRouter(std::unique_ptr<ProjectRouter> router, std::string config_path,
                                 std::vector<std::string> elsewhere, base::RegexEngine& regexes,
                                 OnError on_error)
    : router_(std::move(router)),
      config_path_(std::move(config_path)),
      elsewhere_(std::move(elsewhere)),
      regexes_(regexes),
      on_error_(std::move(on_error)),
      stamp_(FileStamp::Of(config_path_)),
      looked_ms_(CoarseNowMs()) {}

void ReloadingRouter::Route(std::string_view packed_head, std::string_view client,
                            base::RouteDecision& decision) {
  const int64_t now = CoarseNowMs();
  if (now - looked_ms_ >= kLookEveryMs) [[unlikely]] {
    looked_ms_ = now;
    Look();
  }
  router_->Route(packed_head, client, decision);
}

void ReloadingRouter::Look() {
  const FileStamp stamp = FileStamp::Of(config_path_);
  if (stamp == stamp_) return;
  stamp_ = stamp;
  auto routing = ReloadRouting(config_path_, regexes_, elsewhere_);
  if (!routing.ok()) {
    on_error_(routing.error());
    return;
  }
  const Status replaced = router_->Replace(*routing);
  if (!replaced.ok()) on_error_(replaced.error());
}

}  // namespace isolane::vercel
