#include "wrangler-compat/build/bundle.h"

#include <algorithm>
#include <future>
#include <utility>

#include <nlohmann/json.hpp>

#include "runtime/base/ascii.h"
#include "wrangler-compat/build/build_failure.h"
#include "wrangler-compat/build/node_modules.h"
#include "wrangler-compat/files.h"
#include "wrangler-compat/source_map_file.h"

namespace isolane::wrangler {
namespace {

constexpr char kNodeModuleMissing[] = "wasn't found on the file system but is built into node.";

Error Said(std::string message) { return Error{std::move(message), {}, {}, {}}; }

void AddOnce(std::string path, std::vector<std::string>& paths) {
  if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(std::move(path));
}

bool IsNamespaced(const std::string& path) {
  const size_t colon = path.find(':');
  return colon != std::string::npos && path.find('/') > colon;
}

std::string ShowFile(const BuildPlan& plan, const std::string& path) {
  return DisplayOf(plan.cwd, DirectoryOf(path)) + path.substr(path.rfind('/') + 1);
}

// esbuild names files relative to the project; people stand somewhere else.
void ShowPlace(const BuildPlan& plan, EsbuildValue& message) {
  EsbuildValue* location = message.Find("location");
  EsbuildValue* file = location == nullptr ? nullptr : location->Find("file");
  if (file == nullptr || file->text.empty() || IsNamespaced(file->text)) return;
  file->text = ShowFile(plan, AbsolutePath(plan.project_root, file->text));
}

std::string UnresolvedName(const EsbuildValue& message) {
  const std::string_view text = message.Text("text");
  constexpr std::string_view kBefore = "Could not resolve \"";
  if (!text.starts_with(kBefore)) return {};
  return std::string(text.substr(kBefore.size(), text.rfind('"') - kBefore.size()));
}

EsbuildValue Note(const std::string& text) {
  return EsbuildValue::Object({{"text", text}, {"location", {}}});
}

// Wrangler's advice in the place of esbuild's, which speaks of esbuild's options.
void Advise(const BuildPlan& plan, EsbuildValue& message) {
  const std::string name = UnresolvedName(message);
  if (name.empty()) return;
  if (IsNodeModule(name)) {
    std::string text = "The package \"" + name + "\" " + kNodeModuleMissing + "\n";
    const NodeCompat compat = NodeCompatOf(plan);
    if (compat == NodeCompat::kNone || compat == NodeCompat::kAsyncLocalStorage) {
      text += "- Add the \"nodejs_compat\" compatibility flag to your project.\n";
    } else if (compat == NodeCompat::kPrefixed && !name.starts_with("node:")) {
      text +=
          "- Make sure to prefix the module name with \"node:\" or update your "
          "compatibility_date to 2024-09-23 or later.\n";
    }
    message.Set("notes", EsbuildValue::Array({Note(text)}));
    return;
  }
  EsbuildValue* notes = message.Find("notes");
  if (notes == nullptr) return;
  const auto is_about_externals = [](const EsbuildValue& note) {
    return note.Text("text").find("as external to exclude it from the bundle") !=
           std::string_view::npos;
  };
  if (std::none_of(notes->items.begin(), notes->items.end(), is_about_externals)) return;
  std::erase_if(notes->items, is_about_externals);
  notes->items.push_back(
      Note("To fix this, you can add an entry to \"alias\" in your Wrangler configuration.\nFor "
           "more guidance see: "
           "https://developers.cloudflare.com/workers/wrangler/configuration/#bundling-issues\n"));
}

// A Service Worker has no classes of Durable Objects; what it can do about that. Empty if it wants
// none.
std::string NoClassesHere(const BuildPlan& plan) {
  const std::string place =
      "https://developers.cloudflare.com/workers/learning/migrating-to-module-workers/\n"
      "The entrypoint of Worker \"" +
      plan.worker + "\" is " + plan.files.display + plan.files.main + ".";
  if (plan.durable_objects.empty() && plan.has_migrations) {
    return "Durable Object migrations require ES Module format Workers, but yours is being built "
           "as "
           "service-worker format. Migrations cannot be applied to service-worker format Workers.\n"
           "To use Durable Object migrations, deploy in ES Module format by adding a default "
           "export "
           "handler (e.g. \"export default { fetch() {} }\"), or remove \"migrations\" from your "
           "config if you don't need them. See:\n" +
           place;
  }
  if (plan.durable_objects.empty()) return {};
  std::string text =
      "You seem to be trying to use Durable Objects in a Worker written as a service-worker.\n"
      "You can use Durable Objects defined in other Workers by specifying a `script_name` in "
      "your " +
      plan.config_path.substr(plan.config_path.rfind('/') + 1) +
      " file, where `script_name` is the name of the Worker that implements that Durable Object. "
      "For "
      "example:\n";
  for (const auto& [name, class_name] : plan.durable_objects) {
    std::string script = name;
    for (char& c : script) c = c == '_' ? '-' : base::LowerCased(c);
    const std::string binding = "{ name = " + name + ", class_name = " + class_name;
    text += binding + " } ==> " + binding + ", script_name = " + script + "-worker }\n";
  }
  return text +
         "Alternatively, migrate your worker to ES Module syntax to implement a Durable Object in "
         "this Worker:\n" +
         place;
}

// What is wrong with these exports of the main module; empty if nothing is.
std::string MissingClasses(const BuildPlan& plan, const std::vector<std::string>& exports) {
  std::string objects;
  std::string workflows;
  const auto note = [&exports](const std::string& name, std::string& missing) {
    if (std::find(exports.begin(), exports.end(), name) != exports.end()) return;
    missing += (missing.empty() ? "" : ", ") + name;
  };
  for (const auto& [binding, name] : plan.durable_objects) note(name, objects);
  for (const std::string& name : plan.workflows) note(name, workflows);
  std::string text;
  for (const auto& [kind, missing] :
       {std::pair("Durable Objects", objects), std::pair("Workflows", workflows)}) {
    if (missing.empty()) continue;
    text += (text.empty() ? "" : "\n") + std::string("Your Worker depends on the following ") +
            kind + ", which are not exported in your entrypoint file: " + missing +
            ".\nYou should export these objects from your entrypoint, " + plan.files.display +
            plan.files.main + ".";
  }
  return text;
}

// What the main module asks for: the bundle may ask for more, or esbuild drop it.
NodeNames GuessNodeGlobals(const BuildPlan& plan) {
  const auto read = ReadFile(AbsolutePath(plan.files.root, plan.files.main));
  return read.ok() ? NodeGlobalsIn(read.value()) : NodeNames();
}

}  // namespace

struct Bundle::Output {
  std::vector<EsbuildValue> errors;
  std::vector<EsbuildValue> warnings;
  std::string code;
  std::string map;
  std::vector<std::string> inputs;
  std::vector<std::string> exports;
};

// A build that esbuild remembers. Ends with it.
struct Bundle::Context {
  Context(const BuildPlan& plan, BundleFormat format, NodeNames globals, EsbuildService& service)
      : node_globals(std::move(globals)),
        service(service),
        collector(plan, format, node_globals, service) {}
  ~Context() {
    if (opened) static_cast<void>(service.Ask(Command("dispose")));
    service.RemoveHandler(key);
  }

  EsbuildValue Command(const char* name) const {
    return EsbuildValue::Object({{"command", name}, {"key", key}});
  }

  const NodeNames node_globals;
  EsbuildService& service;
  ModuleCollector collector;
  uint32_t key = 0;
  bool opened = false;
  // What "on-end" has told of the build under way.
  std::mutex mutex;
  EsbuildValue end;
};

namespace {

EsbuildValue BuildCommand(const BuildPlan& plan, uint32_t key,
                          const std::vector<std::string>& flags, EsbuildValue plugin) {
  const std::string main = AbsolutePath(plan.files.root, plan.files.main);
  return EsbuildValue::Object(
      {{"command", "build"},
       {"key", key},
       {"entries", EsbuildValue::Array({EsbuildValue::Strings({"", main})})},
       {"flags", EsbuildValue::Strings(flags)},
       {"write", false},
       {"stdinContents", {}},
       {"stdinResolveDir", {}},
       {"absWorkingDir", plan.project_root},
       {"nodePaths", EsbuildValue::Array()},
       {"plugins", EsbuildValue::Array({std::move(plugin)})}});
}

void ReadMetafile(const BuildPlan& plan, std::string_view text, std::vector<std::string>& inputs,
                  std::vector<std::string>& exports) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return;
  if (const auto found = json.find("inputs"); found != json.end() && found->is_object()) {
    for (const auto& [path, input] : found->items()) {
      if (IsNamespaced(path)) continue;
      std::string file = AbsolutePath(plan.project_root, path);
      if (!IsNodeModuleFile(file)) inputs.push_back(std::move(file));
    }
  }
  if (const auto found = json.find("outputs"); found != json.end() && found->is_object()) {
    for (const auto& [path, output] : found->items()) {
      const auto entry = output.find("entryPoint");
      const auto names = output.find("exports");
      if (entry == output.end() || names == output.end()) continue;
      for (const auto& name : *names) {
        if (name.is_string()) exports.push_back(name.get<std::string>());
      }
    }
  }
}

}  // namespace

Bundle::Bundle(BuildPlan plan, EsbuildService& service)
    : plan_(std::move(plan)), service_(service) {}

Bundle::~Bundle() = default;

Result<std::unique_ptr<Bundle::Context>> Bundle::Open(BundleFormat format, NodeNames node_globals) {
  ISOLANE_ASSIGN(const std::vector<std::string> flags, BundleFlags(plan_, format, node_globals));
  auto context = std::make_unique<Context>(plan_, format, std::move(node_globals), service_);
  Context* raw = context.get();
  context->key =
      service_.AddHandler([raw](const EsbuildValue& question, EsbuildService::Reply reply) {
        const std::string_view command = question.Text("command");
        if (command == "on-resolve") return raw->collector.OnResolve(raw->key, question, reply);
        if (command == "on-load") return raw->collector.OnLoad(question, reply);
        if (command == "on-end") {
          const std::lock_guard lock(raw->mutex);
          raw->end = question;
        }
        reply(NothingToSay());
      });
  EsbuildValue command = BuildCommand(plan_, context->key, flags, context->collector.Plugin());
  command.Set("context", true);
  ISOLANE_ASSIGN(const EsbuildValue opened, service_.Ask(std::move(command)));
  if (!opened.Items("errors").empty()) {
    const std::vector<EsbuildValue>& errors = opened.Items("errors");
    return Said(BuildFailure(errors.size(), Describe(errors, Severity::kError, Colours::kNever)));
  }
  context->opened = true;
  return context;
}

Result<Bundle::Output> Bundle::Run(std::unique_ptr<Context>& context, BundleFormat format,
                                   const AdditionalModules& attached) {
  const bool may_ask = NodeCompatOf(plan_) == NodeCompat::kFull;
  if (context == nullptr) {
    ISOLANE_ASSIGN(context, Open(format, may_ask ? GuessNodeGlobals(plan_) : NodeNames()));
  }
  while (true) {
    ISOLANE_ASSIGN(Output output, Rebuild(*context, attached));
    if (!may_ask || output.code.empty()) return output;
    NodeNames names = NodeGlobalsInBundle(output.code, [this](const std::string& file) {
      return IsNodeModuleFile(AbsolutePath(plan_.project_root, file));
    });
    if (std::includes(context->node_globals.begin(), context->node_globals.end(), names.begin(),
                      names.end())) {
      return output;
    }
    // Their modules may ask for others in turn.
    names.insert(context->node_globals.begin(), context->node_globals.end());
    context.reset();
    ISOLANE_ASSIGN(context, Open(format, std::move(names)));
  }
}

Result<Bundle::Output> Bundle::Rebuild(Context& context, const AdditionalModules& attached) {
  std::vector<std::string> paths;
  for (const auto& [name, source] : attached.modules) {
    paths.push_back(AbsolutePath(plan_.files.root, name));
  }
  context.collector.Begin(attached.modules, std::move(paths));
  ISOLANE_TRY(service_.Ask(context.Command("rebuild")));
  EsbuildValue end;
  {
    const std::lock_guard lock(context.mutex);
    std::swap(end, context.end);
  }
  Output output;
  output.errors = end.Items("errors");
  output.warnings = end.Items("warnings");
  for (const EsbuildValue& file : end.Items("outputFiles")) {
    const bool map = file.Text("path").ends_with(".map");
    (map ? output.map : output.code) = file.Text("contents");
  }
  ReadMetafile(plan_, end.Text("metafile"), output.inputs, output.exports);
  return output;
}

std::string Bundle::Describe(const std::vector<EsbuildValue>& messages, Severity severity,
                             Colours colours) {
  EsbuildValue shown = EsbuildValue::Array(messages);
  for (EsbuildValue& message : shown.items) {
    Advise(plan_, message);
    ShowPlace(plan_, message);
    if (EsbuildValue* notes = message.Find("notes")) {
      for (EsbuildValue& note : notes->items) ShowPlace(plan_, note);
    }
  }
  std::string text;
  auto formatted = service_.Ask(EsbuildValue::Object({{"command", "format-msgs"},
                                                      {"messages", shown},
                                                      {"isWarning", severity == Severity::kWarning},
                                                      {"color", colours == Colours::kAlways}}));
  if (formatted.ok()) {
    for (const EsbuildValue& one : formatted->Items("messages")) text += one.text;
  } else {
    for (const EsbuildValue& one : messages) text += std::string(one.Text("text")) + "\n";
  }
  return text;
}

BuildResult Bundle::Build(Colours colours) {
  BuildResult result;
  result.bundled = true;
  const std::string main = AbsolutePath(plan_.files.root, plan_.files.main);
  result.files.push_back(main);
  for (const char* name : {"package.json", "tsconfig.json"}) {
    std::string path = FindUpwards(DirectoryOf(main), name);
    if (!path.empty()) AddOnce(std::move(path), result.files);
  }
  if (!plan_.tsconfig.empty()) AddOnce(plan_.tsconfig, result.files);

  AdditionalModules attached;
  if (plan_.find_additional_modules) {
    attached = FindAdditionalModules(plan_);
    std::string table = DescribeModules(attached);
    if (!table.empty()) result.notes.push_back(std::move(table));
    result.directories = attached.directories;
    result.warnings = attached.warnings;
  }

  const auto fail = [&](const Error& error) {
    result.error = error.ToString();
    return std::move(result);
  };
  auto output = Run(module_, BundleFormat::kModule, attached);
  if (!output.ok()) return fail(output.error());
  Context* context = module_.get();
  if (output->errors.empty()) {
    const bool listens = output->code.find("addEventListener") != std::string::npos;
    const auto& exports = output->exports;
    const bool has_default = std::find(exports.begin(), exports.end(), "default") != exports.end();
    if (exports.empty() || (!has_default && listens)) {
      if (!exports.empty()) {
        result.warnings.push_back(
            "The entrypoint " + plan_.files.display + plan_.files.main +
            " has exports like an ES Module, but hasn't defined a default export like a module "
            "worker normally would. Building the worker using \"service-worker\" format...");
      }
      output = Run(service_worker_, BundleFormat::kServiceWorker, attached);
      if (!output.ok()) return fail(output.error());
      context = service_worker_.get();
    } else {
      service_worker_.reset();
    }
  }
  for (std::string& path : output->inputs) AddOnce(std::move(path), result.files);
  for (std::string& path : context->collector.files()) AddOnce(std::move(path), result.files);
  if (!output->errors.empty()) {
    result.error =
        BuildFailure(output->errors.size(), Describe(output->errors, Severity::kError, colours));
    for (std::string& path : Trace(*output)) AddOnce(std::move(path), result.files);
    return result;
  }
  if (!output->warnings.empty()) {
    result.rendered_warnings = Describe(output->warnings, Severity::kWarning, colours);
  }
  if (context != module_.get()) result.error = NoClassesHere(plan_);
  if (result.ok()) result.error = MissingClasses(plan_, output->exports);
  if (!result.ok()) return result;
  WarnOfNodeImports(*context, result);
  TakeOutput(*output, *context, result);
  return result;
}

void Bundle::WarnOfNodeImports(Context& context, BuildResult& result) {
  for (const auto& [name, importers] : context.collector.node_imports()) {
    std::string text =
        "The package \"" + name + "\" " + kNodeModuleMissing +
        "\nYour Worker may throw errors at runtime unless you enable the \"nodejs_compat\" "
        "compatibility flag. Refer to "
        "https://developers.cloudflare.com/workers/runtime-apis/nodejs/ "
        "for more details. Imported from:";
    for (const std::string& importer : importers) text += "\n - " + ShowFile(plan_, importer);
    result.warnings.push_back(std::move(text));
  }
}

void Bundle::TakeOutput(Output& output, Context& context, BuildResult& result) {
  const std::string name = BundleName(plan_);
  auto modules = std::make_shared<std::map<std::string, ModuleSource>>(context.collector.modules());
  ModuleSource main;
  main.content = std::move(output.code);
  main.name = name;
  main.source_map =
      ParseSourceMap(output.map, DirectoryOf(AbsolutePath(plan_.files.root, plan_.files.main)),
                     [this](const std::string& path) { return ShowFile(plan_, path); });
  (*modules)[name] = std::move(main);
  result.main_module = name;
  result.display_root = plan_.files.display;
  result.exports = std::move(output.exports);
  result.bindings = context.collector.globals();
  result.modules = [modules](const std::string& wanted) -> Result<ModuleSource> {
    const auto found = modules->find(wanted);
    if (found != modules->end()) return found->second;
    return Said("there is no such module beside the bundle");
  };
}

std::vector<std::string> Bundle::Trace(const Output& failed) {
  std::vector<std::string> files;
  std::mutex mutex;
  const uint32_t key =
      service_.AddHandler([&](const EsbuildValue& question, EsbuildService::Reply reply) {
        if (question.Text("command") == "on-load") {
          const std::lock_guard lock(mutex);
          files.emplace_back(question.Text("path"));
        }
        reply(NothingToSay());
      });
  auto flags = BundleFlags(plan_, BundleFormat::kModule, {});
  if (flags.ok()) {
    EsbuildValue loaders = EsbuildValue::Array(
        {EsbuildValue::Object({{"id", uint32_t{0}}, {"filter", ".*"}, {"namespace", "file"}})});
    EsbuildValue plugin = EsbuildValue::Object({{"name", "trace"},
                                                {"onStart", false},
                                                {"onEnd", false},
                                                {"onResolve", EsbuildValue::Array()},
                                                {"onLoad", std::move(loaders)}});
    EsbuildValue command = BuildCommand(plan_, key, *flags, std::move(plugin));
    command.Set("context", false);
    static_cast<void>(service_.Ask(std::move(command)));
  }
  service_.RemoveHandler(key);
  for (const EsbuildValue& error : failed.errors) {
    const EsbuildValue* location = error.Find("location");
    if (location == nullptr || location->Text("file").empty()) continue;
    const std::string file = AbsolutePath(plan_.project_root, std::string(location->Text("file")));
    files.push_back(file);
    const std::string name = UnresolvedName(error);
    if (!name.starts_with("./") && !name.starts_with("../")) continue;
    for (const char* ending :
         {"", ".ts", ".tsx", ".js", ".jsx", ".json", "/index.ts", "/index.js"}) {
      files.push_back(AbsolutePath(DirectoryOf(file), name + ending));
    }
  }
  return files;
}

}  // namespace isolane::wrangler
