// A Worker written down in a test: sources in memory, bindings, limits.
//
//   TestWorker("gateway", "export default { ... }").Service("AUTH", "auth").Var("LIMIT", "3")
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <isolane/worker_spec.h>

namespace isolane::testing {

class TestWorker {
 public:
  // `source` is the module "index.js".
  TestWorker(std::string name, std::string source);
  // The body of fetch(request, env, ctx); it may await.
  static TestWorker Handler(std::string name, const std::string& body);
  // fetch() answers what `code`, the body of an async function that sees request, env and ctx,
  // returns: text as it is, anything else as JSON; or "Name: message" of what it throws.
  // `declarations` stand before, at the top of the module.
  static TestWorker Evaluating(std::string name, const std::string& declarations,
                               const std::string& code);

  TestWorker& Module(const std::string& path, ModuleType type, std::string content);
  TestWorker& Module(const std::string& path, std::string source) {
    return Module(path, ModuleType::kEsModule, std::move(source));
  }
  TestWorker& Service(const std::string& binding, const std::string& worker,
                      const std::string& entrypoint = "", const std::string& props_json = "");
  // The class `name` of `script` (default: its own) as env.BINDING.
  TestWorker& Objects(const std::string& binding, const std::string& name,
                      const std::string& script = "");
  // The same of its own, declared as one without SQL.
  TestWorker& ObjectsWithoutSql(const std::string& binding, const std::string& name);
  // The Workflow `workflow` of `class_name`, of `script` (default: its own), as env.BINDING.
  TestWorker& Workflow(const std::string& binding, const std::string& workflow,
                       const std::string& class_name, const std::string& script = "");
  // It is told by tail events what this Worker does.
  TestWorker& Tail(const std::string& worker);
  // Likewise, while it does it.
  TestWorker& StreamingTail(const std::string& worker);
  TestWorker& Route(const std::string& pattern);
  TestWorker& Domain(const std::string& host);
  TestWorker& Var(const std::string& name, const std::string& json);
  // A binding of any kind.
  TestWorker& Binding(BindingSpec binding);
  // What answers before its code.
  TestWorker& Responder(std::shared_ptr<base::Responder> responder);
  TestWorker& Date(const std::string& date);
  TestWorker& Flag(const std::string& flag);
  TestWorker& CpuMs(int64_t ms);
  TestWorker& MemoryMb(int64_t mb);
  TestWorker& Subrequests(int64_t count);
  // Any of them: worker.With([](Limits& limits) { limits.depth = 3; }).
  template <typename Function>
  TestWorker& With(Function&& change) {
    change(spec_.limits);
    return *this;
  }
  TestWorker& Connections(int64_t count);
  TestWorker& Depth(int64_t depth);
  TestWorker& RpcMb(int64_t mb);
  // "src/" makes errors and stacks say "src/index.js".
  TestWorker& Root(const std::string& root);

  WorkerSpec Spec() const;

 private:
  WorkerSpec spec_;
  std::map<std::string, ModuleSource> modules_;
};

std::vector<WorkerSpec> Specs(const std::vector<TestWorker>& workers);

}  // namespace isolane::testing
