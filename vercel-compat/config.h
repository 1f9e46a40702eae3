// vercel.json as plain values: what the reader (config_reader.h) makes of a file that the schema
// accepts, and the only form the rest of this folder knows.
//
// spec/vercel-services.md section 1. Thread: any. Plain data; owns everything it holds.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace isolane::vercel {

// What a value must be like: all that is given must hold.
struct ValueTest {
  std::optional<std::string> regex;  // of the whole value
  std::optional<std::string> equal;
  std::optional<std::string> not_equal;
  std::optional<std::string> prefix;
  std::optional<std::string> suffix;
  std::optional<std::vector<std::string>> one_of;
  std::optional<std::vector<std::string>> none_of;
  std::optional<double> greater;
  std::optional<double> at_least;
  std::optional<double> less;
  std::optional<double> at_most;
};

// An item of `has` or `missing`.
struct Condition {
  enum class Kind { kHost, kHeader, kCookie, kQuery };
  Kind kind = Kind::kHost;
  std::string key;  // a header's in lower case; empty for kHost
  std::optional<ValueTest> value;
};

struct Transform {
  enum class Target { kRequestHeaders, kRequestQuery, kResponseHeaders, kRequestPath };
  enum class Operation { kSet, kAppend, kDelete };
  Target target = Target::kRequestPath;
  Operation operation = Operation::kSet;
  // Of headers and query: the name, or a test of names.
  std::string key;
  std::optional<ValueTest> key_test;
  // Absent: none were given, which means everything for kDelete.
  std::optional<std::vector<std::string>> arguments;
  // Environment variables that $NAME and ${NAME} in arguments may name.
  std::vector<std::string> env;
};

// Where a rewrite or route hands the request over for good.
struct ServiceDestination {
  std::string service;
  // Which path of the service's own table is looked up; absent: that of the request.
  std::optional<std::string> path;
};

struct Rewrite {
  std::string source;
  std::string destination;                    // a path or an URL, unless
  std::optional<ServiceDestination> service;  // this is given
  std::vector<Condition> has;
  std::vector<Condition> missing;
  std::vector<Transform> transforms;
  int status = 0;  // 0: not given
};

struct Redirect {
  std::string source;
  std::string destination;
  std::optional<bool> permanent;
  std::optional<int> status;
  std::vector<Condition> has;
  std::vector<Condition> missing;
};

struct HeaderRule {
  std::string source;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<Condition> has;
  std::vector<Condition> missing;
};

// An entry of the low-level `routes`.
struct Route {
  // Names as they were given: `source`, `destination` and `statusCode` are aliases.
  std::optional<std::string> src;
  std::optional<std::string> source;
  std::optional<std::string> dest;
  std::optional<std::string> destination;
  std::optional<ServiceDestination> service;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> methods;  // empty: all
  bool goes_on = false;              // `continue`
  std::optional<int> status;
  std::optional<int> status_code;
  std::vector<Condition> has;
  std::vector<Condition> missing;
  std::vector<Transform> transforms;
  std::optional<std::string> handle;  // then nothing else is given
};

// The rules of the project (public) or of one service.
struct RoutingConfig {
  std::optional<bool> clean_urls;
  std::optional<bool> trailing_slash;
  std::vector<Route> routes;
  std::vector<Redirect> redirects;
  std::vector<HeaderRule> headers;
  std::vector<Rewrite> rewrites;
};

// An item of `bindings`: the caller may call `service`, whose address is in its variable `env`.
struct UrlBinding {
  std::string service;
  std::string env;
};

struct ServiceConfig {
  std::string name;
  std::string root;  // as it was written
  std::optional<std::string> framework;
  std::optional<std::string> runtime;
  std::optional<std::string> entrypoint;  // as it was written
  std::vector<std::string> command;       // of a container
  std::optional<std::string> install_command;
  std::optional<std::string> build_command;
  std::optional<std::string> dev_command;
  std::optional<std::string> output_directory;
  std::vector<UrlBinding> bindings;
  RoutingConfig routing;
};

struct VercelConfig {
  std::vector<ServiceConfig> services;  // in file order
  RoutingConfig routing;                // public
};

}  // namespace isolane::vercel
