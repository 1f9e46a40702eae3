// Routers of projects whose services exist on no disk, and requests to them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/base/packed_head.h"
#include "tests/vercel-compat/regexes.h"
#include "vercel-compat/config_reader.h"
#include "vercel-compat/project_router.h"
#include "vercel-compat/request_view.h"

namespace isolane::vercel {

struct Asked {
  std::string method = "GET";
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string host = "shop.test:3000";
  std::string scheme = "http";
};

inline std::string HeadOf(const Asked& asked) {
  std::string head = asked.method;
  head += base::kValueMark;
  head += asked.scheme + "://" + asked.host + asked.path;
  base::AppendPackedHeader(head, "host", asked.host);
  for (const auto& [name, value] : asked.headers) base::AppendPackedHeader(head, name, value);
  return head;
}

// All of a body that is complete.
inline std::string TextOf(const base::Body& body) {
  CHECK(body.kind != base::Body::Kind::kPipe);
  return std::string(body.bytes.view());
}

class TestProject {
 public:
  // `rules`: members of vercel.json beside `services`; `service`: those of the service "api". There
  // is another one, "web".
  explicit TestProject(const std::string& rules, const std::string& service = "") {
    const std::string text =
        "{ \"services\": { \"api\": { \"root\": \"api\"" + (service.empty() ? "" : ", " + service) +
        " }, \"web\": { \"root\": \"web\" } }" + (rules.empty() ? "" : ", " + rules) + " }";
    const auto config = ReadVercelConfig(text, "vercel.json", Regexes());
    if (!config.ok()) FAIL(config.error().message);
    std::vector<Service> services;
    for (const ServiceConfig& one : config.value().services) {
      Service& added = services.emplace_back();
      added.config = one;
      added.host = ServiceHost::kIsolate;
    }
    auto router = ProjectRouter::Create(config.value().routing, services, Regexes(),
                                        {{"STAGE", "blue"}, {"SECRET", "hidden"}});
    if (router.ok()) {
      router_ = std::move(*router);
    } else {
      mistake_ = router.error().message;
    }
  }

  const std::string& mistake() const { return mistake_; }
  base::RouteDecision& decision() { return decision_; }

  base::RouteDecision& Route(const Asked& asked) {
    REQUIRE(router_ != nullptr);
    head_ = HeadOf(asked);
    decision_.Reset();
    router_->Route(head_, "192.0.2.7", decision_);
    return decision_;
  }
  base::RouteDecision& RouteInside(int service, const Asked& asked) {
    head_ = HeadOf(asked);
    decision_.Reset();
    router_->RouteInside(service, head_, decision_);
    return decision_;
  }

  // The page for a service that has failed with that status.
  std::string Fail(int status) {
    router_->Fail(head_, status, decision_);
    return TextOf(decision_.body);
  }

  // "api /path?query" for what a service sees; "404", "308 /location", "out URL", "close".
  std::string Go(const Asked& asked) { return Describe(Route(asked)); }
  std::string Go(const std::string& path) { return Go(Asked{.path = path}); }

  std::string Describe(const base::RouteDecision& decision) const {
    using To = base::RouteDecision::To;
    const std::string& head = decision.head.empty() ? head_ : decision.head;
    switch (decision.to) {
      case To::kService: {
        const RequestView view = ViewOf(head);
        return std::string(router_->service_name(decision.service)) + " " + std::string(view.path) +
               std::string(view.query);
      }
      case To::kAnswer: {
        const auto location = HeaderOf(decision.head, "location");
        return std::to_string(decision.status) + (location ? " " + *location : "");
      }
      case To::kOutside:
        return "out " + std::string(base::PackedUrl(decision.head));
      case To::kClose:
        return "close";
    }
    return {};
  }

  // What the service is sent under that name; "none" if nothing.
  std::string Sent(const std::string& name) const {
    return HeaderOf(decision_.head, name).value_or("none");
  }
  // What a response without headers gets.
  std::string Added(const std::string& name) const {
    return HeaderOf(decision_.response_headers, name).value_or("none");
  }

 private:
  std::unique_ptr<ProjectRouter> router_;
  std::string mistake_;
  std::string head_;
  base::RouteDecision decision_;
};

}  // namespace isolane::vercel
