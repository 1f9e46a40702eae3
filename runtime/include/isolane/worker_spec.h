// One Worker as plain data: what the compat folders produce from files, and what an embedder may
// write by hand. The runtime knows no other form.
//
// Thread: any. Plain data; owns everything it holds.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <isolane/result.h>

namespace isolane::base {
class Responder;
}

namespace isolane {

enum class ModuleType {
  kEsModule,  // UTF-8 JavaScript
  kText,      // default export: a string
  kData,      // default export: an ArrayBuffer
  kJson,      // default export: the parsed value
  kWasm,      // default export: a WebAssembly.Module
  kCommonJs,  // UTF-8 JavaScript with module, exports and require(); default export: module.exports
};

// Where the text of a generated module came from: a source map of version 3.
struct SourceMap {
  // The files, as places in them are to be shown: "gateway/src/index.ts".
  std::vector<std::string> sources;
  std::string mappings;  // base64 VLQ
};

struct ModuleSource {
  ModuleType type = ModuleType::kEsModule;
  std::string content;
  // Its name in full, where the one asked for was an abbreviation ("lib" for "lib/index.js"): what
  // its own imports are relative to, and what makes two spellings one module. Empty: the one asked
  // for.
  std::string name = {};
  // Of a generated module; stack traces show places of its sources. Shared by the loader and the
  // isolates that have loaded it.
  std::shared_ptr<const SourceMap> source_map = {};
};

// Gives the source of the module called `name`: a path relative to the root of the Worker's
// modules, with '/' between its parts and without "." or ".." ("index.js", "lib/auth.js"). The
// runtime resolves relative specifiers before it asks; a specifier that is neither relative nor
// "cloudflare:*" arrives as it was written. Called on the loop thread while a Worker is loaded, and
// again when its isolate is replaced, so it must stay callable as long as the Runtime lives.
using ModuleLoader = std::function<Result<ModuleSource>(const std::string& name)>;

// A value of `env` given as JSON text: a string, or anything JSON can say.
struct VarBinding {
  std::string json;
  // Never shown, neither at start nor in messages: it comes from where secrets are kept.
  bool hidden = false;
};

// A service binding: env.NAME.fetch() invokes the Worker called `service`.
struct ServiceBinding {
  std::string service;
  std::string entrypoint;  // empty: the default export
  std::string props_json;  // JSON object text; empty: {}
};

// A binding by URL: env.NAME is the origin of a service, without a slash at its end, and fetch() of
// what lies below it is a call on that service. Only the Worker that has the binding reaches it by
// that URL.
struct OriginBinding {
  std::string service;  // a Worker or a process
};

// A namespace of Durable Objects: env.NAME.get(id) gives a stub of one of the objects.
struct DurableObjectBinding {
  std::string class_name;
  std::string script;  // the Worker that exports the class; empty: the one that is bound to
};

// A Workflow: env.NAME.create() makes an instance, which runs the class, and env.NAME.get(id) finds
// it.
struct WorkflowBinding {
  std::string workflow;  // what the Workflow is called
  std::string class_name;
  std::string script = {};  // the Worker that exports the class; empty: the one that is bound to
  // How many steps one run may begin; nothing: 10,000.
  std::optional<int64_t> steps = {};
  // Cron expressions that make instances, for whoever fires them (see WorkerSpec::crons).
  std::vector<std::string> schedules = {};
};

// The Worker's own files: env.NAME.fetch() asks WorkerSpec::responder and nobody else.
struct AssetsBinding {};

// Which version of the Worker runs: env.NAME is { id, tag, timestamp }.
struct VersionMetadataBinding {
  std::string id;
  std::string tag;
  std::string timestamp;  // ISO 8601
};

// A data set of Analytics Engine: env.NAME.writeDataPoint() checks the point and writes it to the
// log, at the level debug.
struct AnalyticsBinding {
  std::string dataset;
};

// env.NAME.limit({ key }) counts in windows of the wall clock. Bindings of one namespace, of any
// Worker of the process, count together.
struct RateLimitBinding {
  std::string namespace_id;
  int64_t limit = 0;
  int64_t period_seconds = 60;
};

// A secret of a secrets store: env.NAME.get() gives it, or rejects if there is no value.
struct StoredSecretBinding {
  std::string store_id;
  std::string secret_name;
  std::optional<std::string> value;  // never shown
};

// Where a Worker sends mail: env.NAME.send(message) checks the addresses and keeps the message as a
// file, for nothing is delivered from here.
struct SendEmailBinding {
  // The addresses that mail may go to, and come from. Nothing: all; empty: none.
  std::optional<std::vector<std::string>> recipients;
  std::optional<std::vector<std::string>> senders;
};

// A database behind Hyperdrive: env.NAME has connectionString, host, port, user, password,
// database, and connect().
struct HyperdriveBinding {
  std::string id;
  // "postgres://user:password@localhost:5432/database". Never shown, for the password in it.
  std::string connection_string;
};

// env.NAME.load(code) and env.NAME.get(name, makeCode) run code that the Worker has at hand as a
// Worker of its own.
struct WorkerLoaderBinding {};

// A file as a value of env: text as a string, data as an ArrayBuffer, WebAssembly as a compiled
// module.
struct FileBinding {
  ModuleType type = ModuleType::kText;  // kText, kData or kWasm
  std::string path;                     // for the table at start
  // Shared by the copies of the spec, for it may be large; null: empty.
  std::shared_ptr<const std::string> content = {};
};

// A binding that isolane does not have. The Worker starts; whatever it asks of the value throws an
// error that names the binding and its kind.
struct UnsupportedBinding {
  std::string kind;    // "KV Namespace"
  std::string target;  // what it is bound to, for the table at start; may be empty
  // Goes on after "env.NAME is a KV Namespace, which ": "isolane does not support yet".
  std::string reason;
  std::string advice;  // what to do instead; may be empty
};

struct BindingSpec {
  std::string name;
  std::variant<VarBinding, ServiceBinding, DurableObjectBinding, UnsupportedBinding, AssetsBinding,
               VersionMetadataBinding, AnalyticsBinding, RateLimitBinding, StoredSecretBinding,
               OriginBinding, FileBinding, SendEmailBinding, HyperdriveBinding, WorkerLoaderBinding,
               WorkflowBinding>
      value;
  // Where it was declared, for messages: "gateway/wrangler.toml:14". May be empty.
  std::string where;
};

// A class of Durable Objects that the Worker exports. One that a binding names need not be listed.
struct DurableObjectClass {
  std::string name;
  // Its objects may use storage.sql.
  bool sqlite = false;
};

// A Worker that is told of every invocation of the one that names it.
struct TailConsumer {
  std::string service;
  // Where it was declared, for messages. May be empty.
  std::string where;
  // While it goes on, by tailStream(), instead of when it is over, by tail().
  bool streaming = false;
};

// Where Cloudflare would run the Worker; see ListenOptions::by_routes.
struct Route {
  // "app.example.com/*", "*.example.com/api/*", or a custom domain.
  std::string pattern;
  // All paths of the host that `pattern` is.
  bool custom_domain = false;
  // The zone it belongs to: "example.com". May be empty.
  std::string zone = {};
  // Where it was declared, for messages. May be empty.
  std::string where = {};
};

struct Limits {
  // CPU time of one whole pipeline: the top-level request and every call below it. The public
  // Worker's value counts. ms.
  int64_t cpu_ms = 30'000;
  // Calls on bindings, redirect hops and outbound fetches of one top-level request.
  int64_t subrequests = 1'000;
  // Connections to the network that one top-level request has at a time; further fetches wait. The
  // public Worker's value counts. Calls on bindings need none.
  int64_t connections = 6;
  // JavaScript heap of one isolate. MiB.
  int64_t memory_mb = 128;
  // Workers in a row that one request may go through, the first included.
  int64_t depth = 32;
  // The arguments or the result of one method call, serialized. MiB.
  int64_t rpc_mb = 32;
  // How long waitUntil tasks may go on after the response was sent. ms.
  int64_t wait_until_ms = 30'000;
  // URL and headers of one request or response, and the URL of it: from outside, between Workers
  // and to the network. KiB.
  int64_t head_kb = 128;
  int64_t url_kb = 16;
};

struct WorkerSpec {
  // How bindings and messages name it. Unique within a Runtime.
  std::string name;
  // Name of the first module, as `modules` knows it ("index.js"). A module without any import or
  // export is a Service Worker script.
  std::string main_module;
  ModuleLoader modules;
  // Directory (or any other text) put before module names in messages and stack traces, so that
  // "index.js" reads "gateway/src/index.js" there. Empty, or ends with '/'.
  std::string display_root;

  std::string compatibility_date;  // YYYY-MM-DD; empty: the oldest behaviour
  std::vector<std::string> compatibility_flags;
  // Clocks stand still while code runs, as at Cloudflare's edge. The compatibility flag
  // isolane_edge_clock does the same.
  bool frozen_clock = false;

  std::vector<BindingSpec> bindings;
  // Asked before the Worker's code for every fetch of its default entrypoint: its assets
  // (runtime/base/responder.h). Shared by whoever made it and the Worker. Null: none.
  std::shared_ptr<base::Responder> responder;
  std::vector<DurableObjectClass> durable_objects;
  std::vector<TailConsumer> tail_consumers;
  std::vector<Route> routes;
  // Cron expressions, for whoever fires them: the runtime never does it by itself.
  std::vector<std::string> crons;
  Limits limits;
  // The file it came from, for messages. May be empty.
  std::string config_path;
};

// What a Runtime does with a service binding whose Worker does not exist.
enum class UnknownService {
  kRefuse,  // Runtime::Load fails and names the known Workers
  // fetch() answers 503 with the same words, a method call rejects; a tail consumer that does not
  // exist is told nothing
  kFailOnUse,
};

}  // namespace isolane
