#include "vercel-compat/service_modules.h"

#include <algorithm>
#include <string_view>

#include "runtime/config/config_tree.h"

namespace isolane::vercel {
namespace {

using config::JsonQuote;

constexpr char kEnvironment[] = R"js(import { env, waitUntil } from "cloudflare:workers";

const variables = {};
for (const name of Object.keys(env)) variables[name] = env[name];
Object.defineProperty(globalThis, "process", {
  value: { env: Object.freeze(variables) },
  writable: true,
  configurable: true,
  enumerable: false,
});
globalThis[Symbol.for("@vercel/request-context")] = { get: () => ({ waitUntil }) };
)js";

constexpr char kMethods[] = R"js(
const METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"];
const notAllowed = (methods) => new Response(null, { status: 405, headers: { allow: methods.join(", ") } });
)js";

// A function that is called as (request, response) has no name to be known by, so it is told apart
// by having none of the others.
constexpr char kEntry[] = R"js(
function handlerOf(entry) {
  const methods = new Map();
  let app;
  let value = entry;
  for (let depth = 0; depth <= 5; depth++) {
    const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
    if (!isObject) break;
    const owner = value;
    if (app === undefined && typeof owner.fetch === "function") app = owner;
    for (const name of METHODS) {
      if (!methods.has(name) && typeof owner[name] === "function") methods.set(name, owner);
    }
    if (app !== undefined || !("default" in owner)) break;
    value = owner.default;
  }
  if (methods.size === 0) {
    if (app !== undefined) return (request) => app.fetch(request);
    throw new Error(
      `Service "${SERVICE}": ${FILE} exports no handler. ` + (typeof value === "function"
        ? "Its default export is a function, which isolane cannot call: "
        : "") +
      "export default { fetch(request) {} }, or functions GET, POST, ...",
    );
  }
  const allowed = METHODS.filter((name) => methods.has(name));
  return (request) => {
    const owner = methods.get(request.method);
    if (owner !== undefined) return owner[request.method](request);
    return app === undefined ? notAllowed(allowed) : app.fetch(request);
  };
}

export default { fetch: handlerOf(entry) };
)js";

constexpr char kRoutes[] = R"js(
// Next's rules: GET answers HEAD, and OPTIONS says what there is.
function call(route, request, params) {
  const handler = route[request.method];
  const context = { params: Object.assign(Promise.resolve(params), params) };
  if (typeof handler === "function") return handler(request, context);
  if (request.method === "HEAD" && typeof route.GET === "function") return route.GET(request, context);
  const allowed = METHODS.filter((name) => typeof route[name] === "function");
  if (allowed.includes("GET") && !allowed.includes("HEAD")) allowed.push("HEAD");
  if (!allowed.includes("OPTIONS")) allowed.push("OPTIONS");
  allowed.sort();
  if (request.method === "OPTIONS") {
    return new Response(null, { status: 204, headers: { allow: allowed.join(", ") } });
  }
  return notAllowed(allowed);
}

const decode = (part) => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

// The values of a route's parameters if it matches, else undefined.
function match(segments, parts) {
  const params = {};
  for (let i = 0; i < segments.length; i++) {
    const { kind, name } = segments[i];
    if (kind === "rest" || kind === "optionalRest") {
      const rest = parts.slice(i);
      if (rest.length === 0 && kind === "rest") return undefined;
      if (rest.length > 0) params[name] = rest;
      return params;
    }
    if (i >= parts.length) return undefined;
    if (kind === "one") params[name] = parts[i];
    else if (parts[i] !== name) return undefined;
  }
  return segments.length === parts.length ? params : undefined;
}

export default {
  async fetch(request) {
    const parts = new URL(request.url).pathname.split("/").filter((part) => part !== "").map(decode);
    for (const { segments, route } of ROUTES) {
      const params = match(segments, parts);
      if (params !== undefined) return call(route, request, params);
    }
    return new Response("Not Found", { status: 404 });
  },
};
)js";

struct Segment {
  const char* kind = "text";  // or one, rest, optionalRest
  std::string name;
  int rank = 0;  // what is more particular comes first
};

Segment SegmentOf(std::string_view part) {
  if (part.starts_with("[[...") && part.ends_with("]]")) {
    return {"optionalRest", std::string(part.substr(5, part.size() - 7)), 3};
  }
  if (part.starts_with("[...") && part.ends_with("]")) {
    return {"rest", std::string(part.substr(4, part.size() - 5)), 2};
  }
  if (part.starts_with("[") && part.ends_with("]")) {
    return {"one", std::string(part.substr(1, part.size() - 2)), 1};
  }
  return {"text", std::string(part), 0};
}

// The segments of the path that "app/(shop)/items/[id]/route.ts" answers.
std::vector<Segment> SegmentsOf(std::string_view file) {
  std::vector<Segment> segments;
  std::string_view rest = file.substr(0, file.rfind('/'));
  rest.remove_prefix(std::min(std::string_view("app/").size(), rest.size()));
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    // Groups and slots have no part in the path.
    const bool silent = (part.starts_with('(') && part.ends_with(')')) || part.starts_with('@');
    if (!part.empty() && !silent) segments.push_back(SegmentOf(part));
  }
  return segments;
}

}  // namespace

std::string EnvironmentModule() { return kEnvironment; }

std::string EntryModule(const std::string& environment, const std::string& entry,
                        const std::string& service, const std::string& file) {
  return "import " + JsonQuote(environment) + ";\nimport * as entry from " + JsonQuote(entry) +
         ";\n\nconst SERVICE = " + JsonQuote(service) + ";\nconst FILE = " + JsonQuote(file) + ";" +
         kMethods + kEntry;
}

std::string RouteFilesEntry(const std::string& directory, const std::vector<std::string>& files) {
  struct RouteFile {
    size_t number;
    std::vector<Segment> segments;
  };
  std::string text;
  std::vector<RouteFile> routes;
  for (size_t i = 0; i < files.size(); i++) {
    text += "import * as route" + std::to_string(i) + " from " +
            JsonQuote(directory + "/" + files[i]) + ";\n";
    routes.push_back({i, SegmentsOf(files[i])});
  }
  std::stable_sort(routes.begin(), routes.end(), [](const RouteFile& a, const RouteFile& b) {
    return std::lexicographical_compare(
        a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(),
        [](const Segment& one, const Segment& other) { return one.rank < other.rank; });
  });
  text += "export const ROUTES = [\n";
  for (const RouteFile& route : routes) {
    text += "  { route: route" + std::to_string(route.number) + ", segments: [";
    for (const Segment& segment : route.segments) {
      text += "{ kind: \"" + std::string(segment.kind) + "\", name: " + JsonQuote(segment.name) +
              " }, ";
    }
    text += "] },\n";
  }
  return text + "];\n";
}

std::string RouteFilesModule(const std::string& environment, const std::string& entry) {
  return "import " + JsonQuote(environment) + ";\nimport { ROUTES } from " + JsonQuote(entry) +
         ";\n" + kMethods + kRoutes;
}

}  // namespace isolane::vercel
