// The rules of a whole project: the public table, the tables of its services, and the answers of
// the runtime itself.
//
// Loop thread. The table of the project may be replaced while it serves.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <isolane/result.h>

#include "runtime/base/regex.h"
#include "runtime/base/request_router.h"
#include "vercel-compat/config.h"
#include "vercel-compat/route_table.h"
#include "vercel-compat/service.h"
#include "vercel-compat/static_files.h"

namespace isolane::vercel {

class ProjectRouter final : public base::RequestRouter {
 public:
  // Compiles all tables. `variables` are those that transforms may name. The Error reads
  // "[CODE] message". `regexes` outlives the router.
  static Result<std::unique_ptr<ProjectRouter>> Create(
      const RoutingConfig& routing, const std::vector<Service>& services,
      base::RegexEngine& regexes, std::map<std::string, std::string> variables);

  // Puts another public table in the place of the present one; with an Error that one stays.
  Status Replace(const RoutingConfig& routing);

  void Start(base::ResponderHost& host) override { host_ = &host; }
  int service_count() const override { return static_cast<int>(services_.size()); }
  std::string_view service_name(int service) const override {
    return services_[static_cast<size_t>(service)].name;
  }
  bool has_rules(int service) const override {
    const Entry& entry = services_[static_cast<size_t>(service)];
    return !entry.table.empty() || entry.files.has_value();
  }
  void Route(std::string_view packed_head, std::string_view client,
             base::RouteDecision& decision) override;
  void RouteInside(int service, std::string_view packed_head,
                   base::RouteDecision& decision) override;
  void Fail(std::string_view packed_head, int status, base::RouteDecision& decision) override;

 private:
  struct Entry {
    std::string name;
    RouteTable table;
    std::optional<StaticFiles> files;  // of a service that is a folder
    bool clean_urls = false;
  };

  explicit ProjectRouter(base::RegexEngine& regexes) : regexes_(regexes) {}

  Status CheckTargets(const RoutingConfig& routing) const;
  int NumberOf(std::string_view service) const;
  // Double slashes in the path. True: the client is sent to another URL; else `head_` has the new
  // head if it is not empty.
  bool CollapseSlashes(const RequestView& request, base::RouteDecision& decision);
  // The service's own table, and what comes of it. `verdict_` is the public table's.
  enum class Origin { kPublic, kInside };
  void EnterService(int service, const RequestView& request, Origin origin,
                    base::RouteDecision& decision);
  void AnswerFile(const Entry& entry, const RequestView& request, base::RouteDecision& decision);
  // The request as the service sees it.
  void MakeHead(const RequestView& request, Origin origin, base::RouteDecision& decision);
  // `head`: packed headers of `request`, perhaps with what stands before them.
  void AddForwarding(const RequestView& request, std::string& head);
  void SetResponse(Origin origin, base::RouteDecision& decision);
  void AddEdgeHeaders(base::RouteDecision& decision) const;
  void RenewRequestId();

  base::RegexEngine& regexes_;
  base::ResponderHost* host_ = nullptr;  // null before Start
  std::map<std::string, std::string> variables_;
  RouteTable table_;
  bool clean_urls_ = false;  // of the project
  std::vector<Entry> services_;
  // Used from request to request.
  TableVerdict verdict_;
  TableVerdict inner_;
  std::string collapsed_;
  std::string client_;  // address of who asks; empty: not known
  std::string forwarded_origin_;
  std::string forwarded_client_;
  std::string forwarded_;  // the headers that tell a service of both
  std::string id_;         // of the request that was routed last
  uint64_t random_ = 0;
};

}  // namespace isolane::vercel
