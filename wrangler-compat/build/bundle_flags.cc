#include "wrangler-compat/build/bundle_flags.h"

#include <algorithm>
#include <cstdlib>

#include "wrangler-compat/config_tree.h"
#include "wrangler-compat/files.h"

namespace isolane::wrangler {
namespace {

constexpr char kGlobalNavigatorDefault[] = "2022-03-21";

// An empty value is one too.
std::string Environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

void AddDefines(const BuildPlan& plan, std::vector<std::string>& flags) {
  std::string mode = Environment("NODE_ENV", "");
  if (mode.empty()) mode = plan.target == BuildTarget::kProduction ? "production" : "development";
  std::vector<std::pair<std::string, std::string>> defines;
  const bool navigator =
      plan.compatibility_date >= kGlobalNavigatorDefault && !HasFlag(plan, "no_global_navigator");
  if (navigator || HasFlag(plan, "global_navigator")) {
    defines.emplace_back("navigator.userAgent", "\"Cloudflare-Workers\"");
  }
  for (const char* process : {"process", "global.process", "globalThis.process"}) {
    defines.emplace_back(std::string(process) + ".env.NODE_ENV", JsonQuote(mode));
  }
  for (const auto& [name, value] : plan.define) {
    const auto known = std::find_if(defines.begin(), defines.end(),
                                    [&](const auto& define) { return define.first == name; });
    if (known == defines.end()) {
      defines.emplace_back(name, value);
    } else {
      known->second = value;
    }
  }
  for (const auto& [name, value] : defines) flags.push_back("--define:" + name + "=" + value);
}

}  // namespace

Result<std::vector<std::string>> BundleFlags(const BuildPlan& plan, BundleFormat format,
                                             const NodeNames& node_globals) {
  const std::string platform = Environment("WRANGLER_BUILD_PLATFORM", "browser");
  if (platform != "browser" && platform != "node" && platform != "neutral") {
    return Error{
        "Invalid esbuild platform configuration defined in the WRANGLER_BUILD_PLATFORM environment "
        "variable.\nValid platform values are: 'browser', 'node' and 'neutral'.",
        {},
        {},
        {}};
  }
  const bool module = format == BundleFormat::kModule;
  std::vector<std::string> flags = {
      "--bundle",
      "--color=false",
      "--log-level=silent",
      "--log-limit=0",
      // What V8 runs as it is written, beside all of the target.
      "--target=es2024",
      "--supported:import-source=true",
      "--supported:using=true",
      module ? "--format=esm" : "--format=iife",
      "--platform=" + platform,
      "--conditions=" + Environment("WRANGLER_BUILD_CONDITIONS", "workerd,worker,browser"),
      "--loader:.js=jsx",
      "--loader:.mjs=jsx",
      "--loader:.cjs=jsx",
      "--external:__STATIC_CONTENT_MANIFEST",
      "--external:cloudflare:*",
      "--metafile",
      // The files themselves are at hand when a place in them is shown.
      "--sourcemap=external",
      "--sources-content=false",
      "--outfile=" + AbsolutePath(plan.files.root, BundleName(plan)),
  };
  if (!node_globals.empty()) {
    flags.push_back("--inject:" + std::string(kNodeGlobals));
  }
  if (plan.minify) flags.push_back("--minify");
  if (plan.keep_names) flags.push_back("--keep-names");
  if (!plan.tsconfig.empty()) flags.push_back("--tsconfig=" + plan.tsconfig);
  if (!plan.jsx_factory.empty()) flags.push_back("--jsx-factory=" + plan.jsx_factory);
  if (!plan.jsx_fragment.empty()) flags.push_back("--jsx-fragment=" + plan.jsx_fragment);
  AddDefines(plan, flags);
  return flags;
}

bool IsNodeModule(std::string_view name) {
  static constexpr std::string_view kNames[] = {"assert",
                                                "async_hooks",
                                                "buffer",
                                                "child_process",
                                                "cluster",
                                                "console",
                                                "constants",
                                                "crypto",
                                                "dgram",
                                                "diagnostics_channel",
                                                "dns",
                                                "domain",
                                                "events",
                                                "fs",
                                                "http",
                                                "http2",
                                                "https",
                                                "inspector",
                                                "module",
                                                "net",
                                                "os",
                                                "path",
                                                "perf_hooks",
                                                "process",
                                                "punycode",
                                                "querystring",
                                                "readline",
                                                "repl",
                                                "stream",
                                                "string_decoder",
                                                "sys",
                                                "timers",
                                                "tls",
                                                "trace_events",
                                                "tty",
                                                "url",
                                                "util",
                                                "v8",
                                                "vm",
                                                "wasi",
                                                "worker_threads",
                                                "zlib"};
  if (name.starts_with("node:")) return true;
  // "fs/promises", "path/posix", "stream/web" ...
  const std::string_view first = name.substr(0, name.find('/'));
  if (std::find(std::begin(kNames), std::end(kNames), first) == std::end(kNames)) return false;
  static constexpr std::string_view kBelow[] = {"",       "/promises", "/posix",
                                                "/win32", "/strict",   "/consumers",
                                                "/web",   "/types",    "/callback_trampoline"};
  const std::string_view below = name.substr(first.size());
  return std::find(std::begin(kBelow), std::end(kBelow), below) != std::end(kBelow);
}

NodeCompat NodeCompatOf(const BuildPlan& plan) {
  return NodeCompatOf(plan.compatibility_date, plan.compatibility_flags);
}

std::string BundleName(const BuildPlan& plan) {
  const std::string& main = plan.files.main;
  const size_t slash = main.rfind('/');
  const size_t dot = main.rfind('.');
  const bool extension = dot != std::string::npos && (slash == std::string::npos || dot > slash);
  return main.substr(0, extension ? dot : main.size()) + ".bundle.js";
}

}  // namespace isolane::wrangler
