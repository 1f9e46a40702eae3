// The router of a project whose public rules follow vercel.json while it serves: they are read
// again when the file has changed. A file that is broken, or rules that are wrong, change nothing.
//
// spec/vercel-services.md section 4 and check 45. Loop thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/regex.h"
#include "vercel-compat/project_router.h"

namespace isolane::vercel {

// What tells two states of a file apart.
struct FileStamp {
  int64_t seconds = 0;
  int64_t nanoseconds = 0;
  int64_t size = -1;  // -1: there is no such file
  uint64_t number = 0;

  static FileStamp Of(const std::string& path);
  bool operator==(const FileStamp& other) const = default;
};

class ReloadingRouter final : public base::RequestRouter {
 public:
  // Told once for each broken state of the file.
  using OnError = std::function<void(const Error& error)>;

  // `elsewhere` as in Project; `regexes` outlives it.
  ReloadingRouter(std::unique_ptr<ProjectRouter> router, std::string config_path,
                  std::vector<std::string> elsewhere, base::RegexEngine& regexes, OnError on_error);

  void Start(base::ResponderHost& host) override { router_->Start(host); }
  int service_count() const override { return router_->service_count(); }
  std::string_view service_name(int service) const override {
    return router_->service_name(service);
  }
  bool has_rules(int service) const override { return router_->has_rules(service); }
  void Route(std::string_view packed_head, std::string_view client,
             base::RouteDecision& decision) override;
  void RouteInside(int service, std::string_view packed_head,
                   base::RouteDecision& decision) override {
    router_->RouteInside(service, packed_head, decision);
  }
  void Fail(std::string_view packed_head, int status, base::RouteDecision& decision) override {
    router_->Fail(packed_head, status, decision);
  }

  // Reads the rules again if the file has changed since they were read.
  void Look();
  // Something says that it has: the next request finds the rules of now, at once. Without that it
  // may take 20 ms until one does.
  void NoteChange() { looked_ms_ = 0; }

 private:
  std::unique_ptr<ProjectRouter> router_;
  const std::string config_path_;
  const std::vector<std::string> elsewhere_;
  base::RegexEngine& regexes_;
  OnError on_error_;
  FileStamp stamp_;
  int64_t looked_ms_ = 0;
};

}  // namespace isolane::vercel
