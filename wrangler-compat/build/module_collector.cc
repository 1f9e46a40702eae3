#include "wrangler-compat/build/module_collector.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "runtime/base/base64.h"
#include "wrangler-compat/build/node_modules.h"
#include "wrangler-compat/config_tree.h"
#include "wrangler-compat/files.h"

namespace isolane::wrangler {
namespace {

// Numbers of the callbacks that are no rules; a rule's is kFirstRule and its index in patterns_.
constexpr uint32_t kAlias = 0;
constexpr uint32_t kNode = 1;
constexpr uint32_t kAttached = 2;
constexpr uint32_t kGlobals = 3;
constexpr uint32_t kPackage = 4;
constexpr uint32_t kFirstRule = 5;

// What marks an import that is being resolved for us: rules do not look at it again.
constexpr uint32_t kOurs = 1;

// Files that a Service Worker cannot import and that become code instead.
constexpr char kInlined[] = "isolane-module";
// A module of Node.js where CommonJS asks for it.
constexpr char kRequired[] = "isolane-require";
// Text of ours: node_modules.h.
constexpr char kNodeText[] = "isolane-node";
constexpr char kPluginName[] = "isolane";

std::string EscapeRegex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}/-").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// Here a star takes slashes too: imports begin with "./" or "../", which globs do not mention.
std::string FilterOf(std::string_view glob) {
  std::string filter = "^";
  for (size_t i = 0; i < glob.size(); i++) {
    if (glob[i] != '*') {
      filter += EscapeRegex(glob.substr(i, 1));
      continue;
    }
    while (i + 1 < glob.size() && glob[i + 1] == '*') i++;
    filter += ".*";
  }
  return filter + "$";
}

// Tells files of one name apart. FNV-1a: nobody gains anything by making two of them meet.
std::string HashOf(std::string_view content) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : content) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[hash >> shift & 15];
  return text;
}

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// As wrangler has it: the name of the file, with what no identifier has replaced.
std::string GlobalNameOf(const std::string& path, const std::string& hash) {
  std::string name = "__" + hash + "_" + BaseName(path);
  for (char& c : name) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '$';
    if (!fits) c = '_';
  }
  return name;
}

std::string WithoutQuery(std::string_view path) {
  return std::string(path.substr(0, path.find('?')));
}

bool IsScriptRule(const ModuleRule& rule) {
  return rule.type == "ESModule" || rule.type == "CommonJS";
}

ModuleType TypeOf(const ModuleRule& rule) {
  if (rule.type == "Text") return ModuleType::kText;
  if (rule.type == "CompiledWasm") return ModuleType::kWasm;
  return rule.type == "ESModule" ? ModuleType::kEsModule : ModuleType::kData;
}

EsbuildValue Found(uint32_t id, std::string path) {
  return EsbuildValue::Object({{"id", id}, {"path", std::move(path)}});
}

EsbuildValue Refused(uint32_t id, const std::string& text) {
  EsbuildValue message = EsbuildValue::Object({{"id", ""},
                                               {"pluginName", ""},
                                               {"text", text},
                                               {"location", {}},
                                               {"notes", EsbuildValue::Array()},
                                               {"detail", uint32_t{0}}});
  return EsbuildValue::Object({{"id", id}, {"errors", EsbuildValue::Array({std::move(message)})}});
}

// A module that is left out if nothing of it is used.
EsbuildValue FoundNode(uint32_t id, std::string path, const char* name_space) {
  EsbuildValue answer = Found(id, std::move(path));
  answer.Set("namespace", name_space);
  answer.Set("sideEffects", false);
  return answer;
}

// Where a resolution led; empty when it did not.
std::string PathOf(const Result<EsbuildValue>& resolved) {
  if (!resolved.ok() || !resolved.value().Items("errors").empty()) return {};
  return std::string(resolved.value().Text("path"));
}

}  // namespace

ModuleCollector::ModuleCollector(const BuildPlan& plan, BundleFormat format,
                                 const NodeNames& node_globals, EsbuildService& service)
    : plan_(plan), format_(format), node_globals_(node_globals), service_(service) {
  for (const bool shadowed : {false, true}) {
    for (const ModuleRule& rule : plan_.files.rules) {
      if (rule.shadowed != shadowed || rule.type.starts_with("Python")) continue;
      if (IsScriptRule(rule) && !plan_.find_additional_modules && !shadowed) continue;
      for (const std::string& glob : rule.globs) patterns_.push_back({FilterOf(glob), &rule});
    }
  }
}

EsbuildValue ModuleCollector::Plugin() const {
  EsbuildValue resolvers = EsbuildValue::Array();
  const auto add = [](EsbuildValue& list, uint32_t id, const std::string& filter,
                      const char* name_space) {
    list.items.push_back(
        EsbuildValue::Object({{"id", id}, {"filter", filter}, {"namespace", name_space}}));
  };
  if (!plan_.alias.empty()) {
    std::string names;
    for (const auto& [from, to] : plan_.alias)
      names += (names.empty() ? "" : "|") + EscapeRegex(from);
    add(resolvers, kAlias, "^(" + names + ")$", "");
  }
  add(resolvers, kNode,
      NodeCompatOf(plan_) == NodeCompat::kNone ? "^node:" : "^(node:|[a-z0-9_]+(/[a-z_]+)?$)", "");
  if (HasNodeModules(NodeCompatOf(plan_))) {
    add(resolvers, kGlobals, "^" + EscapeRegex(kNodeGlobals) + "$", "");
    add(resolvers, kPackage, kNodePackageFilter, "");
  }
  // A rule's glob may name the file as it is seen from the root, not as the import does.
  if (plan_.find_additional_modules) add(resolvers, kAttached, "^\\.\\.?/", "");
  for (size_t i = 0; i < patterns_.size(); i++) {
    add(resolvers, kFirstRule + static_cast<uint32_t>(i), patterns_[i].filter, "");
  }
  EsbuildValue loaders = EsbuildValue::Array();
  add(loaders, 0, ".*", kInlined);
  add(loaders, 1, ".*", kRequired);
  add(loaders, 2, ".*", kNodeText);
  return EsbuildValue::Object({{"name", kPluginName},
                               {"onStart", false},
                               {"onEnd", false},
                               {"onResolve", std::move(resolvers)},
                               {"onLoad", std::move(loaders)}});
}

void ModuleCollector::Begin(std::map<std::string, ModuleSource> attached,
                            std::vector<std::string> attached_paths) {
  const std::lock_guard lock(mutex_);
  modules_ = std::move(attached);
  attached_paths_ = std::move(attached_paths);
  files_.clear();
  node_imports_.clear();
  globals_.clear();
}

std::map<std::string, ModuleSource> ModuleCollector::modules() {
  const std::lock_guard lock(mutex_);
  return modules_;
}

std::vector<std::string> ModuleCollector::files() {
  const std::lock_guard lock(mutex_);
  return files_;
}

std::vector<BindingSpec> ModuleCollector::globals() {
  const std::lock_guard lock(mutex_);
  std::vector<BindingSpec> all;
  for (const auto& [name, binding] : globals_) all.push_back(binding);
  return all;
}

std::map<std::string, std::vector<std::string>> ModuleCollector::node_imports() {
  const std::lock_guard lock(mutex_);
  return node_imports_;
}

void ModuleCollector::OnResolve(uint32_t key, const EsbuildValue& question,
                                EsbuildService::Reply reply) {
  const EsbuildValue* data = question.Find("pluginData");
  const bool ours =
      data != nullptr && data->kind == EsbuildValue::Kind::kInteger && data->integer == kOurs;
  if (!ours && question.Text("path") == kNodeGlobals) {
    return reply(FoundNode(kGlobals, kNodeGlobals, kNodeText));
  }
  if (ours || question.Text("kind") == "entry-point") return reply(NothingToSay());
  const std::vector<EsbuildValue>& ids = question.Items("ids");
  for (size_t i = 0; i < ids.size(); i++) {
    const uint32_t id = ids[i].integer;
    // Whoever looks for a rule looks there too.
    if (id == kAttached && i + 1 < ids.size()) continue;
    if (id == kAlias) return ResolveAlias(key, id, question, std::move(reply));
    if (id == kPackage) {
      if (!IsNodeModuleFile(std::string(question.Text("importer")))) continue;
      return ResolvePackage(key, id, question, std::move(reply));
    }
    if (id != kNode) return ResolveByRule(key, id, question, std::move(reply));
    if (IsNodeModule(question.Text("path"))) {
      return ResolveNode(std::string(question.Text("path")), id, question, std::move(reply));
    }
  }
  reply(NothingToSay());
}

void ModuleCollector::Resolve(uint32_t key, const EsbuildValue& question, const std::string& path,
                              const std::string& directory, EsbuildService::Answer answer) {
  service_.Send(EsbuildValue::Object({{"command", "resolve"},
                                      {"path", path},
                                      {"key", key},
                                      {"pluginName", kPluginName},
                                      {"importer", question.Text("importer")},
                                      {"resolveDir", directory},
                                      {"kind", question.Text("kind")},
                                      {"pluginData", kOurs}}),
                std::move(answer));
}

void ModuleCollector::ResolveAlias(uint32_t key, uint32_t id, const EsbuildValue& question,
                                   EsbuildService::Reply reply) {
  const std::string from(question.Text("path"));
  const auto found = std::find_if(plan_.alias.begin(), plan_.alias.end(),
                                  [&](const auto& alias) { return alias.first == from; });
  if (found == plan_.alias.end()) return reply(NothingToSay());
  const std::string to = found->second;
  if (to.starts_with("node:")) return ResolveNode(to, id, question, std::move(reply));
  if (to.starts_with("cloudflare:")) {
    EsbuildValue answer = Found(id, to);
    answer.Set("external", true);
    return reply(std::move(answer));
  }
  Resolve(key, question, to, plan_.project_root,
          [this, id, from, to, reply](Result<EsbuildValue> resolved) {
            const std::string path = PathOf(resolved);
            if (!path.empty()) {
              EsbuildValue answer = Found(id, path);
              for (const char* member : {"external", "namespace"}) {
                if (const EsbuildValue* value = resolved->Find(member)) answer.Set(member, *value);
              }
              return reply(std::move(answer));
            }
            reply(Refused(id, "Could not resolve \"" + to + "\", which \"alias\" gives for \"" +
                                  from + "\", from " + plan_.project_root));
          });
}

void ModuleCollector::ResolveNode(std::string name, uint32_t id, const EsbuildValue& question,
                                  EsbuildService::Reply reply) {
  const std::string importer(question.Text("importer"));
  const bool prefixed = name.starts_with("node:");
  const NodeCompat compat = NodeCompatOf(plan_);
  const bool hooks = compat == NodeCompat::kAsyncLocalStorage && name == "node:async_hooks";
  // The modules themselves name each other as they like.
  const bool may_name = prefixed || compat == NodeCompat::kFull || IsNodeModuleFile(importer);
  const bool known = hooks || (HasNodeModules(compat) && may_name);
  if (!prefixed && !known) return reply(NothingToSay());
  if (!prefixed) name = "node:" + name;
  if (!known) {
    const std::lock_guard lock(mutex_);
    node_imports_[name].push_back(importer);
  }
  EsbuildValue answer = Found(id, name);
  const std::string file = HasNodeModules(compat) ? NodeModuleFile(name, format_) : std::string();
  if (question.Text("kind") == "require-call") {
    answer.Set("namespace", kRequired);
  } else if (file.empty()) {
    answer.Set("external", true);
  } else if (name == "node:process") {
    answer = FoundNode(id, name, kNodeText);
  } else {
    answer = FoundNode(id, file, "file");
  }
  reply(std::move(answer));
}

void ModuleCollector::ResolvePackage(uint32_t key, uint32_t id, const EsbuildValue& question,
                                     EsbuildService::Reply reply) {
  const NodePackage package = NodePackageOf(question.Text("path"));
  if (!package.file.empty()) {
    EsbuildValue answer = Found(id, package.file);
    answer.Set("namespace", "file");
    answer.Set("sideEffects", false);
    return reply(std::move(answer));
  }
  Resolve(key, question, package.name, package.directory,
          [id, package, reply](Result<EsbuildValue> resolved) {
            const std::string path = PathOf(resolved);
            if (path.empty()) {
              return reply(Refused(
                  id, "isolane's package \"" + package.name + "\" is not in " + package.directory));
            }
            EsbuildValue answer = Found(id, path);
            for (const char* member : {"namespace", "sideEffects"}) {
              if (const EsbuildValue* value = resolved->Find(member)) answer.Set(member, *value);
            }
            reply(std::move(answer));
          });
}

void ModuleCollector::ResolveByRule(uint32_t key, uint32_t id, const EsbuildValue& question,
                                    EsbuildService::Reply reply) {
  const ModuleRule* rule = id == kAttached ? nullptr : patterns_[id - kFirstRule].rule;
  const std::string written(question.Text("path"));
  const std::string clean = WithoutQuery(written);
  if (rule != nullptr && rule->shadowed) {
    return reply(Refused(
        id, "The file " + written + " matched a module rule in your configuration (" + rule->json +
                "), but was ignored because a previous rule with the same type was not marked as "
                "`fallthrough = true`."));
  }
  const std::string directory(question.Text("resolveDir"));
  Resolve(key, question, clean, directory,
          [this, id, rule, clean, directory, reply](Result<EsbuildValue> resolved) {
            std::string path = PathOf(resolved);
            if (path.empty()) path = AbsolutePath(directory, clean);
            bool attached = false;
            {
              const std::lock_guard lock(mutex_);
              attached = std::find(attached_paths_.begin(), attached_paths_.end(), path) !=
                         attached_paths_.end();
            }
            if (attached) {
              const std::string from =
                  DirectoryOf(AbsolutePath(plan_.files.root, plan_.files.main));
              std::string name = RelativePath(from, path);
              if (!name.starts_with("../")) name = "./" + name;
              EsbuildValue answer = Found(id, name);
              answer.Set("external", true);
              return reply(std::move(answer));
            }
            // esbuild says better that there is no such file, and bundles scripts.
            if (rule == nullptr || IsScriptRule(*rule) || KindOf(path) != PathKind::kFile) {
              return reply(NothingToSay());
            }
            EsbuildValue answer = Collect(*rule, clean, path);
            answer.Set("id", id);
            reply(std::move(answer));
          });
}

EsbuildValue ModuleCollector::Collect(const ModuleRule& rule, const std::string& written,
                                      const std::string& path) {
  const std::lock_guard lock(mutex_);
  files_.push_back(path);
  if (format_ == BundleFormat::kServiceWorker) {
    inlined_[path] = &rule;
    return EsbuildValue::Object(
        {{"path", path}, {"namespace", kInlined}, {"pluginName", kPluginName}});
  }
  auto content = ReadFile(path);
  if (!content.ok()) return Refused(0, content.error().message);
  std::string import = "./" + HashOf(*content) + "-" + BaseName(written);
  if (plan_.preserve_file_names) {
    import = written.starts_with('/') ? "./" + HashOf(*content) + "/" + BaseName(written) : written;
  }
  // Beside the bundle, which is where main is.
  std::string name = import;
  if (import.starts_with('.')) {
    const std::string& main = plan_.files.main;
    const size_t slash = main.rfind('/');
    const std::string directory = slash == std::string::npos ? "" : main.substr(0, slash + 1);
    name = RelativePath("/", AbsolutePath("/", directory + import));
  }
  if (rule.type == "Text" && content->starts_with("\xEF\xBB\xBF")) content->erase(0, 3);
  modules_[name] = ModuleSource{TypeOf(rule), std::move(*content), name};
  return EsbuildValue::Object(
      {{"path", import}, {"external", true}, {"namespace", "isolane-" + rule.type}});
}

void ModuleCollector::OnLoad(const EsbuildValue& question, EsbuildService::Reply reply) {
  const std::string path(question.Text("path"));
  const auto code = [this](uint32_t id, const std::string& text, const char* loader) {
    return EsbuildValue::Object({{"id", id},
                                 {"contents", EsbuildValue::Bytes(text)},
                                 {"loader", loader},
                                 {"resolveDir", plan_.project_root}});
  };
  if (question.Text("namespace") == kRequired) {
    return reply(code(1, "import all from " + JsonQuote(path) + "; module.exports = all;", "js"));
  }
  if (question.Text("namespace") == kNodeText) {
    const bool globals = path == kNodeGlobals;
    return reply(code(
        2, globals ? NodeGlobalsSource(node_globals_) : NodeProcessSource(plan_, format_), "js"));
  }
  const ModuleRule* rule = nullptr;
  {
    const std::lock_guard lock(mutex_);
    const auto found = inlined_.find(path);
    if (found != inlined_.end()) rule = found->second;
  }
  auto content = ReadFile(path);
  if (!content.ok() || rule == nullptr) {
    return reply(Refused(0, content.ok() ? "No module rule for " + path : content.error().message));
  }
  if (rule->type == "Text") return reply(code(0, *content, "text"));
  if (rule->type == "Data") {
    return reply(code(0,
                      "export default Uint8Array.from(atob(\"" + base::Base64Encoded(*content) +
                          "\"), (c) => c.charCodeAt(0)).buffer;",
                      "js"));
  }
  // Code may not compile WebAssembly; the runtime does, and the module is a global.
  const std::string name = GlobalNameOf(path, HashOf(*content));
  FileBinding wasm{ModuleType::kWasm, RelativePath(plan_.files.root, path),
                   std::make_shared<const std::string>(std::move(*content))};
  {
    const std::lock_guard lock(mutex_);
    globals_[name] = BindingSpec{name, std::move(wasm), {}};
  }
  reply(code(0, "export default " + name + ";", "js"));
}

}  // namespace isolane::wrangler
