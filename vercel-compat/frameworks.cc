#include "vercel-compat/frameworks.h"

#include <algorithm>
#include <iterator>

#include "runtime/base/ascii.h"
#include "runtime/config/files.h"
#include "runtime/config/json_reader.h"

namespace isolane::vercel {
namespace {

using config::KindOf;
using config::PathKind;

constexpr std::string_view kSlugs[] = {"container",
                                       "blitzjs",
                                       "nextjs",
                                       "gatsby",
                                       "remix",
                                       "react-router",
                                       "astro",
                                       "hexo",
                                       "eleventy",
                                       "docusaurus-2",
                                       "docusaurus",
                                       "preact",
                                       "solidstart-1",
                                       "solidstart",
                                       "dojo",
                                       "ember",
                                       "vue",
                                       "scully",
                                       "ionic-angular",
                                       "angular",
                                       "polymer",
                                       "svelte",
                                       "sveltekit",
                                       "sveltekit-1",
                                       "ionic-react",
                                       "create-react-app",
                                       "gridsome",
                                       "umijs",
                                       "sapper",
                                       "saber",
                                       "stencil",
                                       "nuxtjs",
                                       "redwoodjs",
                                       "hugo",
                                       "jekyll",
                                       "brunch",
                                       "middleman",
                                       "zola",
                                       "hydrogen",
                                       "vite",
                                       "tanstack-start",
                                       "tanstack-start-lovable",
                                       "vitepress",
                                       "vuepress",
                                       "parcel",
                                       "fastapi",
                                       "flask",
                                       "fasthtml",
                                       "django",
                                       "ash",
                                       "eve",
                                       "sanity",
                                       "sanity-v2",
                                       "storybook",
                                       "nitro",
                                       "hono",
                                       "express",
                                       "h3",
                                       "koa",
                                       "nestjs",
                                       "elysia",
                                       "fastify",
                                       "xmcp",
                                       "python",
                                       "ruby",
                                       "rust",
                                       "axum",
                                       "actix-web",
                                       "bun",
                                       "node",
                                       "go",
                                       "services",
                                       "mastra"};

struct Server {
  std::string_view slug;
  std::string_view runtime;
};
constexpr Server kServers[] = {
    {"hono", "node"},          {"express", "node"},  {"h3", "node"},        {"koa", "node"},
    {"nestjs", "node"},        {"elysia", "node"},   {"fastify", "node"},   {"xmcp", "node"},
    {"mastra", "node"},        {"node", "node"},     {"fastapi", "python"}, {"flask", "python"},
    {"fasthtml", "python"},    {"django", "python"}, {"python", "python"},  {"go", "go"},
    {"ruby", "ruby"},          {"rust", "rust"},     {"axum", "rust"},      {"actix-web", "rust"},
    {"container", "container"}};

// A framework by a dependency of package.json.
struct Package {
  std::string_view slug;
  std::string_view name;
};
constexpr Package kServerPackages[] = {
    {"hono", "hono"},           {"express", "express"}, {"h3", "h3"},          {"koa", "koa"},
    {"nestjs", "@nestjs/core"}, {"elysia", "elysia"},   {"fastify", "fastify"}};
constexpr Package kFrontendPackages[] = {{"nextjs", "next"},
                                         {"nuxtjs", "nuxt"},
                                         {"astro", "astro"},
                                         {"gatsby", "gatsby"},
                                         {"remix", "@remix-run/dev"},
                                         {"react-router", "@react-router/dev"},
                                         {"sveltekit", "@sveltejs/kit"},
                                         {"angular", "@angular/cli"},
                                         {"create-react-app", "react-scripts"},
                                         {"vue", "@vue/cli-service"},
                                         {"docusaurus-2", "@docusaurus/core"},
                                         {"eleventy", "@11ty/eleventy"},
                                         {"vitepress", "vitepress"},
                                         {"parcel", "parcel"}};
constexpr Package kVite{"vite", "vite"};
constexpr std::string_view kPythonFrameworks[] = {"fastapi", "flask", "django"};

std::string Text(const std::string& path) {
  if (KindOf(path) != PathKind::kFile) return {};
  auto text = config::ReadFile(path);
  return text.ok() ? std::move(*text) : std::string();
}

bool IsFile(const std::string& path) { return KindOf(path) == PathKind::kFile; }

// The names of what package.json depends on.
std::vector<std::string> Dependencies(const std::string& directory) {
  std::vector<std::string> names;
  const std::string path = directory + "/package.json";
  const std::string text = Text(path);
  if (text.empty()) return names;
  const auto root = config::ReadJson(text, path);
  if (!root.ok()) return names;
  for (const char* key : {"dependencies", "devDependencies"}) {
    const config::ConfigMember* member = root.value().Find(key);
    if (member == nullptr) continue;
    for (const config::ConfigMember& one : member->value.members) names.push_back(one.key);
  }
  return names;
}

bool Has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view PackageOf(std::string_view slug) {
  const auto found = std::find_if(std::begin(kServerPackages), std::end(kServerPackages),
                                  [slug](const Package& package) { return package.slug == slug; });
  return found == std::end(kServerPackages) ? slug : found->name;
}

// Whether some import or require of `text` names `package`.
bool Imports(const std::string& text, std::string_view package) {
  for (const char quote : {'"', '\''}) {
    for (const char end : {quote, '/'}) {
      if (text.find(quote + std::string(package) + end) != std::string::npos) return true;
    }
  }
  return false;
}

bool NamesPythonPackage(const std::string& text, std::string_view name) {
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const auto is_name = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    const size_t end = at + name.size();
    if ((at == 0 || !is_name(text[at - 1])) && (end == text.size() || !is_name(text[end]))) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool IsFramework(std::string_view slug) {
  return std::find(std::begin(kSlugs), std::end(kSlugs), slug) != std::end(kSlugs);
}

std::string RuntimeOfFramework(std::string_view slug) {
  const auto found = std::find_if(std::begin(kServers), std::end(kServers),
                                  [slug](const Server& server) { return server.slug == slug; });
  return found == std::end(kServers) ? std::string() : std::string(found->runtime);
}

std::string RuntimeOfFile(std::string_view file) {
  struct Extension {
    std::string_view end;
    const char* runtime;
  };
  static constexpr Extension kExtensions[] = {
      {".js", "node"},  {".mjs", "node"}, {".cjs", "node"},  {".ts", "node"},
      {".mts", "node"}, {".cts", "node"}, {".py", "python"}, {".go", "go"},
      {".rs", "rust"},  {".rb", "ruby"},  {".ru", "ruby"},   {"pyproject.toml", "python"}};
  for (const auto& [end, runtime] : kExtensions) {
    if (file.ends_with(end)) return runtime;
  }
  return {};
}

bool IsRuntime(std::string_view name) {
  static constexpr std::string_view kRuntimes[] = {"node", "python", "go",
                                                   "rust", "ruby",   "container"};
  return std::find(std::begin(kRuntimes), std::end(kRuntimes), name) != std::end(kRuntimes);
}

std::vector<std::string> DetectFrameworks(const std::string& directory, std::string_view runtime) {
  std::vector<std::string> found;
  const auto wanted = [runtime](std::string_view of) { return runtime.empty() || runtime == of; };
  const std::vector<std::string> dependencies = Dependencies(directory);
  if (runtime.empty()) {
    for (const Package& package : kFrontendPackages) {
      if (Has(dependencies, package.name)) found.emplace_back(package.slug);
    }
    // The others are built with it.
    if (found.empty() && Has(dependencies, kVite.name)) found.emplace_back(kVite.slug);
  }
  if (wanted("node")) {
    for (const Package& package : kServerPackages) {
      if (Has(dependencies, package.name) && !FindNodeEntry(directory, package.slug).empty()) {
        found.emplace_back(package.slug);
      }
    }
  }
  if (wanted("python")) {
    const std::string text =
        base::LowerCased(Text(directory + "/requirements.txt") + "\n" +
                         Text(directory + "/pyproject.toml") + "\n" + Text(directory + "/Pipfile"));
    for (const std::string_view name : kPythonFrameworks) {
      if (NamesPythonPackage(text, name)) found.emplace_back(name);
    }
  }
  if (wanted("go") && IsFile(directory + "/go.mod") &&
      (IsFile(directory + "/main.go") || IsFile(directory + "/cmd/api/main.go") ||
       IsFile(directory + "/cmd/server/main.go"))) {
    found.emplace_back("go");
  }
  if (wanted("ruby") && IsFile(directory + "/Gemfile") && IsFile(directory + "/config.ru")) {
    found.emplace_back("ruby");
  }
  if (wanted("rust") && IsFile(directory + "/Cargo.toml")) found.emplace_back("rust");
  return found;
}

std::string FindNodeEntry(const std::string& directory, std::string_view slug) {
  const std::string_view package = PackageOf(slug);
  for (const char* folder : {"", "src/"}) {
    for (const char* name : {"app", "index", "server", "main"}) {
      for (const char* extension : {".js", ".cjs", ".mjs", ".ts", ".cts", ".mts"}) {
        const std::string file = std::string(folder) + name + extension;
        if (Imports(Text(directory + "/" + file), package)) return file;
      }
    }
  }
  return {};
}

bool IsInstalled(const std::string& directory, const std::string& project,
                 std::string_view package) {
  std::string at = directory;
  for (;;) {
    if (KindOf(at + "/node_modules/" + std::string(package)) == PathKind::kDirectory) return true;
    if (at.size() <= project.size()) return false;
    at = config::DirectoryOf(at);
  }
}

}  // namespace isolane::vercel
