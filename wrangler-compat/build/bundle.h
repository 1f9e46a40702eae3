// The bundle of one Worker: esbuild's context for it, which knows what the last build has read, and
// what a build of it gives.
//
// Thread: any, one at a time; blocking.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "wrangler-compat/build/additional_modules.h"
#include "wrangler-compat/build/build_plan.h"
#include "wrangler-compat/build/builder.h"
#include "wrangler-compat/build/bundle_flags.h"
#include "wrangler-compat/build/esbuild_service.h"
#include "wrangler-compat/build/module_collector.h"
#include "wrangler-compat/build/node_globals.h"

namespace isolane::wrangler {

class Bundle {
 public:
  // `service` outlives the bundle.
  Bundle(BuildPlan plan, EsbuildService& service);
  ~Bundle();
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;

  const BuildPlan& plan() const { return plan_; }
  const EsbuildService& service() const { return service_; }

  // Builds, or builds again what has changed. Fills everything of the result but what a custom
  // build adds.
  BuildResult Build(Colours colours);

 private:
  struct Context;
  struct Output;

  // Builds with the globals of Node.js that the bundle asks for. `attached`: the additional
  // modules.
  Result<Output> Run(std::unique_ptr<Context>& context, BundleFormat format,
                     const AdditionalModules& attached);
  Result<Output> Rebuild(Context& context, const AdditionalModules& attached);
  Result<std::unique_ptr<Context>> Open(BundleFormat format, NodeNames node_globals);
  std::string Describe(const std::vector<EsbuildValue>& messages, Severity severity,
                       Colours colours);
  void TakeOutput(Output& output, Context& context, BuildResult& result);
  // Files that a failed build has read, or looked for in vain.
  std::vector<std::string> Trace(const Output& failed);
  void WarnOfNodeImports(Context& context, BuildResult& result);

  const BuildPlan plan_;
  EsbuildService& service_;
  std::unique_ptr<Context> module_;
  std::unique_ptr<Context> service_worker_;
};

}  // namespace isolane::wrangler
