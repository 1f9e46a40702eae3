#include "tests/support/test_worker.h"

namespace isolane::testing {

TestWorker::TestWorker(std::string name, std::string source) {
  spec_.name = std::move(name);
  spec_.main_module = "index.js";
  spec_.compatibility_date = "2024-09-23";
  Module("index.js", std::move(source));
}

TestWorker TestWorker::Handler(std::string name, const std::string& body) {
  return {std::move(name), "export default { async fetch(request, env, ctx) {\n" + body + "\n} };"};
}

TestWorker TestWorker::Evaluating(std::string name, const std::string& declarations,
                                  const std::string& code) {
  return {std::move(name), declarations + R"js(
    export default { async fetch(request, env, ctx) {
      try {
        const value = await (async () => { )js" +
                               code + R"js( })();
        return new Response(typeof value === 'string' ? value : JSON.stringify(value));
      } catch (error) { return new Response(`${error.name}: ${error.message}`); }
    } })js"};
}

TestWorker& TestWorker::Module(const std::string& path, ModuleType type, std::string content) {
  modules_[path] = ModuleSource{type, std::move(content)};
  return *this;
}

TestWorker& TestWorker::Service(const std::string& binding, const std::string& worker,
                                const std::string& entrypoint, const std::string& props_json) {
  spec_.bindings.push_back({binding, ServiceBinding{worker, entrypoint, props_json}, {}});
  return *this;
}

TestWorker& TestWorker::Objects(const std::string& binding, const std::string& name,
                                const std::string& script) {
  spec_.bindings.push_back({binding, DurableObjectBinding{name, script}, {}});
  if (script.empty()) spec_.durable_objects.push_back({name, true});
  return *this;
}

TestWorker& TestWorker::ObjectsWithoutSql(const std::string& binding, const std::string& name) {
  spec_.bindings.push_back({binding, DurableObjectBinding{name, ""}, {}});
  spec_.durable_objects.push_back({name, false});
  return *this;
}

TestWorker& TestWorker::Workflow(const std::string& binding, const std::string& workflow,
                                 const std::string& class_name, const std::string& script) {
  spec_.bindings.push_back({binding, WorkflowBinding{workflow, class_name, script}, {}});
  return *this;
}

TestWorker& TestWorker::Tail(const std::string& worker) {
  spec_.tail_consumers.push_back({worker, "wrangler.toml:3"});
  return *this;
}

TestWorker& TestWorker::StreamingTail(const std::string& worker) {
  spec_.tail_consumers.push_back({worker, "wrangler.toml:3", true});
  return *this;
}

TestWorker& TestWorker::Route(const std::string& pattern) {
  spec_.routes.push_back({.pattern = pattern});
  return *this;
}

TestWorker& TestWorker::Domain(const std::string& host) {
  spec_.routes.push_back({.pattern = host, .custom_domain = true});
  return *this;
}

TestWorker& TestWorker::Var(const std::string& name, const std::string& json) {
  spec_.bindings.push_back({name, VarBinding{json}, {}});
  return *this;
}

TestWorker& TestWorker::Responder(std::shared_ptr<base::Responder> responder) {
  spec_.responder = std::move(responder);
  return *this;
}

TestWorker& TestWorker::Binding(BindingSpec binding) {
  spec_.bindings.push_back(std::move(binding));
  return *this;
}

TestWorker& TestWorker::Date(const std::string& date) {
  spec_.compatibility_date = date;
  return *this;
}

TestWorker& TestWorker::Flag(const std::string& flag) {
  spec_.compatibility_flags.push_back(flag);
  return *this;
}

TestWorker& TestWorker::CpuMs(int64_t ms) {
  spec_.limits.cpu_ms = ms;
  return *this;
}

TestWorker& TestWorker::MemoryMb(int64_t mb) {
  spec_.limits.memory_mb = mb;
  return *this;
}

TestWorker& TestWorker::Subrequests(int64_t count) {
  spec_.limits.subrequests = count;
  return *this;
}

TestWorker& TestWorker::Connections(int64_t count) {
  spec_.limits.connections = count;
  return *this;
}

TestWorker& TestWorker::Depth(int64_t depth) {
  spec_.limits.depth = depth;
  return *this;
}

TestWorker& TestWorker::RpcMb(int64_t mb) {
  spec_.limits.rpc_mb = mb;
  return *this;
}

TestWorker& TestWorker::Root(const std::string& root) {
  spec_.display_root = root;
  return *this;
}

WorkerSpec TestWorker::Spec() const {
  WorkerSpec spec = spec_;
  spec.modules = [modules = modules_](const std::string& name) -> Result<ModuleSource> {
    const auto found = modules.find(name);
    if (found == modules.end()) return Error{"there is no file " + name, {}, {}, {}};
    return found->second;
  };
  return spec;
}

std::vector<WorkerSpec> Specs(const std::vector<TestWorker>& workers) {
  std::vector<WorkerSpec> specs;
  for (const TestWorker& worker : workers) specs.push_back(worker.Spec());
  return specs;
}

}  // namespace isolane::testing
