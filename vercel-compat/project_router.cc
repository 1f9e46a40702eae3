#include "vercel-compat/project_router.h"

#include <time.h>

#include <algorithm>
#include <random>
#include <utility>

#include "runtime/base/ascii.h"
#include "runtime/base/packed_head.h"
#include "vercel-compat/config_error.h"
#include "vercel-compat/runtime_pages.h"

namespace isolane::vercel {
namespace {

using To = base::RouteDecision::To;

// What Vercel's edge says on every response, unless a rule or the service says something else.
constexpr std::pair<std::string_view, std::string_view> kEdgeHeaders[] = {
    {"cache-control", "public, max-age=0, must-revalidate"}, {"x-vercel-cache", "MISS"}};

// Adds the headers of a table, the last of each name, as long as `headers` has none of the name.
void AddMissingHeaders(std::string& headers, std::string_view added) {
  base::VisitPackedHeaders(added, [&](std::string_view name, std::string_view) {
    if (HasHeader(headers, name)) return;
    std::string_view last;
    base::VisitPackedHeaders(added, [&](std::string_view other, std::string_view value) {
      if (other == name) last = value;
    });
    base::AppendPackedHeader(headers, name, last);
  });
}

bool WantsUpgrade(const RequestView& request) {
  const auto upgrade = HeaderOf(request.head, "upgrade");
  return upgrade && base::LowerCased(*upgrade) == "websocket";
}

bool IsForwarding(std::string_view name) {
  return name.starts_with("x-forwarded-") || name.starts_with("x-vercel-") || name == "x-real-ip";
}

// What only the runtime may say: a client that says so too is not believed.
void RemoveForwarding(std::string& head) {
  bool any = false;
  for (size_t at = head.find("\nx-"); at != std::string::npos && !any;
       at = head.find("\nx-", at + 1)) {
    const size_t end = head.find(base::kValueMark, at);
    any = IsForwarding(std::string_view(head).substr(at + 1, end - at - 1));
  }
  if (!any) return;
  std::string kept(base::PackedStart(head));
  base::VisitPackedHeaders(head, [&](std::string_view name, std::string_view value) {
    if (!IsForwarding(name)) base::AppendPackedHeader(kept, name, value);
  });
  head = std::move(kept);
}

// "METHOD\0ORIGIN PATH QUERY" and the headers of `request`.
std::string HeadWith(const RequestView& request, std::string_view url) {
  std::string head(request.method);
  head += base::kValueMark;
  head += url;
  head += request.head.substr(base::PackedStart(request.head).size());
  return head;
}

}  // namespace

Result<std::unique_ptr<ProjectRouter>> ProjectRouter::Create(
    const RoutingConfig& routing, const std::vector<Service>& services, base::RegexEngine& regexes,
    std::map<std::string, std::string> variables) {
  std::unique_ptr<ProjectRouter> router(new ProjectRouter(regexes));
  router->variables_ = std::move(variables);
  router->random_ = std::random_device{}() | uint64_t{std::random_device{}()} << 32;
  for (const Service& service : services) {
    Entry& entry = router->services_.emplace_back();
    entry.name = service.config.name;
    entry.clean_urls = service.config.routing.clean_urls.value_or(false);
    if (service.host == ServiceHost::kFiles) {
      const std::string folder = service.config.output_directory.value_or("");
      entry.files.emplace(service.directory + (folder.empty() ? "" : "/" + folder));
    }
  }
  ISOLANE_TRY(router->Replace(routing));
  for (size_t i = 0; i < services.size(); i++) {
    auto table = RouteTable::Compile(services[i].config.routing, RouteTable::Scope::kService,
                                     regexes, router->variables_);
    if (!table.ok()) {
      Error error = table.error();
      const size_t at = error.message.find("] ");
      if (at != std::string::npos) {
        error.message.insert(at + 2,
                             "Invalid routes for service \"" + services[i].config.name + "\": ");
      }
      return error;
    }
    router->services_[i].table = std::move(*table);
  }
  return router;
}

Status ProjectRouter::Replace(const RoutingConfig& routing) {
  ISOLANE_ASSIGN(RouteTable table,
                 RouteTable::Compile(routing, RouteTable::Scope::kProject, regexes_, variables_));
  ISOLANE_TRY(CheckTargets(routing));
  table_ = std::move(table);
  clean_urls_ = routing.clean_urls.value_or(false);
  return Ok{};
}

Status ProjectRouter::CheckTargets(const RoutingConfig& routing) const {
  const auto refused = [](const std::string& code, const std::string& what, size_t index,
                          const std::string& name) {
    return ConfigError(code, what + " at index " + std::to_string(index) +
                                 " routes to unknown service \"" + name + "\". Add \"" + name +
                                 "\" to `services` or fix the destination.");
  };
  for (size_t i = 0; i < routing.routes.size(); i++) {
    const auto& target = routing.routes[i].service;
    if (target && NumberOf(target->service) < 0) {
      return refused("SERVICES_ROUTE_UNKNOWN_SERVICE", "Route", i, target->service);
    }
  }
  for (size_t i = 0; i < routing.rewrites.size(); i++) {
    const auto& target = routing.rewrites[i].service;
    if (target && NumberOf(target->service) < 0) {
      return refused("SERVICES_REWRITE_UNKNOWN_SERVICE", "Rewrite", i, target->service);
    }
  }
  return Ok{};
}

int ProjectRouter::NumberOf(std::string_view service) const {
  const auto found = std::find_if(services_.begin(), services_.end(),
                                  [service](const Entry& one) { return one.name == service; });
  return found == services_.end() ? -1 : static_cast<int>(found - services_.begin());
}

void ProjectRouter::Route(std::string_view packed_head, std::string_view client,
                          base::RouteDecision& decision) {
  inner_.Reset();
  client_ = client;
  RenewRequestId();
  RequestView request = ViewOf(packed_head);
  if (request.path.find("//") != std::string_view::npos) [[unlikely]] {
    if (CollapseSlashes(request, decision)) return;
    request = ViewOf(collapsed_);
  }
  table_.Evaluate(request, request.path, request.query, verdict_);
  switch (verdict_.kind) {
    case TableVerdict::Kind::kService:
      EnterService(NumberOf(verdict_.service), request, Origin::kPublic, decision);
      return;
    case TableVerdict::Kind::kRedirect:
      AnswerWithRedirect(request.head, verdict_.status, verdict_.location, decision);
      break;
    case TableVerdict::Kind::kExternal:
      decision.to = To::kOutside;
      decision.head = HeadWith(request, verdict_.location);
      break;
    case TableVerdict::Kind::kStatus:
      AnswerWithError(request.head, verdict_.status, ErrorSource::kRoutes, decision);
      break;
    case TableVerdict::Kind::kNothing:
    case TableVerdict::Kind::kPass:
      if (WantsUpgrade(request)) {
        decision.to = To::kClose;
        return;
      }
      AnswerWithError(request.head, 404, ErrorSource::kRoutes, decision);
      break;
  }
  SetResponse(Origin::kPublic, decision);
}

void ProjectRouter::RouteInside(int service, std::string_view packed_head,
                                base::RouteDecision& decision) {
  verdict_.Reset();
  EnterService(service, ViewOf(packed_head), Origin::kInside, decision);
}

void ProjectRouter::Fail(std::string_view packed_head, int status, base::RouteDecision& decision) {
  AnswerWithError(packed_head, status, ErrorSource::kService, decision);
}

bool ProjectRouter::CollapseSlashes(const RequestView& request, base::RouteDecision& decision) {
  std::string url = WithoutDoubleSlashes(request.path);
  url += request.query;
  if (request.method == "GET") {
    AnswerWithRedirect(request.head, 301, url, decision);
    verdict_.Reset();
    SetResponse(Origin::kPublic, decision);
    return true;
  }
  collapsed_ = HeadWith(request, std::string(request.origin) + url);
  return false;
}

void ProjectRouter::EnterService(int service, const RequestView& request, Origin origin,
                                 base::RouteDecision& decision) {
  const Entry& entry = services_[static_cast<size_t>(service)];
  decision.service = service;
  std::string_view path = request.path;
  std::string_view query = request.query;
  std::string own_query;
  if (verdict_.lookup) {
    const std::string_view lookup = *verdict_.lookup;
    const size_t question = std::min(lookup.find('?'), lookup.size());
    path = lookup.substr(0, question);
    own_query = MergedQuery(lookup.substr(question), request.query);
    query = own_query;
  }
  // A WebSocket goes to the service that the public table names, and that is all.
  if (entry.table.empty() || WantsUpgrade(request)) {
    inner_.Reset();
  } else {
    entry.table.Evaluate(request, path, query, inner_);
  }
  switch (inner_.kind) {
    case TableVerdict::Kind::kRedirect:
      AnswerWithRedirect(request.head, inner_.status, inner_.location, decision);
      break;
    case TableVerdict::Kind::kExternal:
      decision.to = To::kOutside;
      decision.head = HeadWith(request, inner_.location);
      break;
    default:
      if (entry.files) {
        AnswerFile(entry, request, decision);
      } else {
        decision.to = To::kService;
        MakeHead(request, origin, decision);
      }
  }
  SetResponse(origin, decision);
}

void ProjectRouter::AnswerFile(const Entry& entry, const RequestView& request,
                               base::RouteDecision& decision) {
  // Rules apply where no file is.
  const auto extensions = entry.clean_urls || clean_urls_ ? StaticFiles::Extensions::kMayLack
                                                          : StaticFiles::Extensions::kGiven;
  const auto answers = [&](std::string_view path) {
    return entry.files->Answer(request, path, extensions, *host_, decision);
  };
  if (answers(request.path) || (inner_.rewritten && answers(inner_.path))) return;
  AnswerWithError(request.head, 404, ErrorSource::kRoutes, decision);
}

void ProjectRouter::MakeHead(const RequestView& request, Origin origin,
                             base::RouteDecision& decision) {
  const bool transforms =
      !verdict_.request_transforms.empty() || !inner_.request_transforms.empty();
  // A call from inside arrives as it was sent.
  if (origin == Origin::kInside && !transforms && !inner_.rewritten) return;
  std::string& head = decision.head;
  head = request.method;
  head += base::kValueMark;
  head += request.origin;
  if (!transforms) [[likely]] {
    head += inner_.rewritten ? std::string_view(inner_.path) : request.path;
    head += inner_.rewritten ? std::string_view(inner_.query) : request.query;
    head += request.head.substr(base::PackedStart(request.head).size());
    if (origin == Origin::kPublic) AddForwarding(request, head);
  } else {
    std::vector<AppliedTransform> all = verdict_.request_transforms;
    all.insert(all.end(), inner_.request_transforms.begin(), inner_.request_transforms.end());
    std::string headers(request.head.substr(base::PackedStart(request.head).size()));
    if (origin == Origin::kPublic) AddForwarding(request, headers);
    TransformHeaders(all, Transform::Target::kRequestHeaders, headers);
    std::string query(inner_.rewritten ? std::string_view(inner_.query) : request.query);
    query = TransformQuery(all, std::move(query));
    const auto path = TransformedPath(all);
    if (path) {
      head += *path;
    } else {
      head += inner_.rewritten ? std::string_view(inner_.path) : request.path;
    }
    head += query;
    head += headers;
  }
}

void ProjectRouter::AddForwarding(const RequestView& request, std::string& head) {
  // Nearly all requests name the same host, and come from the same client.
  if (request.origin != forwarded_origin_ || client_ != forwarded_client_ || forwarded_.empty())
      [[unlikely]] {
    forwarded_origin_ = request.origin;
    forwarded_client_ = client_;
    const size_t colon = request.host.rfind(':');
    const bool has_port = colon != std::string_view::npos && !request.host.ends_with(']');
    forwarded_.clear();
    base::AppendPackedHeader(forwarded_, "x-forwarded-host", request.host);
    const bool secure = request.origin.starts_with("https:");
    base::AppendPackedHeader(forwarded_, "x-forwarded-proto", secure ? "https" : "http");
    const std::string_view usual_port = secure ? "443" : "80";
    base::AppendPackedHeader(forwarded_, "x-forwarded-port",
                             has_port ? request.host.substr(colon + 1) : usual_port);
    base::AppendPackedHeader(forwarded_, "x-vercel-deployment-url", request.host);
    if (!client_.empty()) {
      for (const char* name : {"x-forwarded-for", "x-real-ip", "x-vercel-forwarded-for"}) {
        base::AppendPackedHeader(forwarded_, name, client_);
      }
    }
  }
  RemoveForwarding(head);
  head += forwarded_;
  base::AppendPackedHeader(head, "x-vercel-id", id_);
}

void ProjectRouter::SetResponse(Origin origin, base::RouteDecision& decision) {
  // The service's own rules win over those of the project.
  decision.response_headers.clear();
  AddMissingHeaders(decision.response_headers, inner_.headers);
  AddMissingHeaders(decision.response_headers, verdict_.headers);
  // A call from inside does not pass the edge.
  if (origin == Origin::kPublic) AddEdgeHeaders(decision);
  // The rules of the service replace what the project's have to say of the response.
  std::vector<AppliedTransform>& transforms = inner_.response_transforms.empty()
                                                  ? verdict_.response_transforms
                                                  : inner_.response_transforms;
  const bool concerned =
      std::any_of(transforms.begin(), transforms.end(), [](const AppliedTransform& transform) {
        return transform.target == Transform::Target::kResponseHeaders;
      });
  if (!concerned) return;
  decision.edit_response = [transforms = std::move(transforms)](std::string& headers) {
    TransformHeaders(transforms, Transform::Target::kResponseHeaders, headers);
  };
}

void ProjectRouter::AddEdgeHeaders(base::RouteDecision& decision) const {
  std::string& headers = decision.response_headers;
  const bool first = headers.empty();
  for (const auto& [name, value] : kEdgeHeaders) {
    if (first || !HasHeader(headers, name)) base::AppendPackedHeader(headers, name, value);
  }
  base::AppendPackedHeader(headers, "x-vercel-id", id_);
  // As seen with `vercel dev`: who the server is nobody else says.
  base::AppendPackedHeader(decision.forced_headers, "server", "Vercel");
}

void ProjectRouter::RenewRequestId() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME_COARSE, &time);
  const int64_t ms = time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
  // An id to find a request in logs; nothing is protected by it.
  random_ = random_ * 6364136223846793005u + 1442695040888963407u;
  static constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz234567";
  static constexpr char kHex[] = "0123456789abcdef";
  id_ = "dev1::";
  for (int i = 0; i < 5; i++) id_ += kLetters[(random_ >> (39 + 5 * i)) & 31];
  id_ += '-';
  id_ += std::to_string(ms);
  id_ += '-';
  for (int i = 0; i < 12; i++) id_ += kHex[(random_ >> (16 + 4 * i)) & 15];
}

}  // namespace isolane::vercel
