// The graph of a project as `isolane graph` shows it: Workers, what they export, what they are
// bound to, and what leads nowhere. Made from configurations and the text of main modules; nothing
// runs.
//
// Thread: any. Blocking: MakeServiceGraph reads the main modules.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/terminal.h"
#include "wrangler-compat/project.h"

namespace isolane::cli {

enum class LinkKind { kService, kDurableObject, kWorkflow, kTail };

// A binding, or a tail consumer, that leads to a Worker.
struct GraphLink {
  LinkKind kind = LinkKind::kService;
  std::string binding;     // "AUTH"; of a tail consumer "tail" or "streaming tail"
  size_t target = 0;       // index of a node
  std::string entrypoint;  // "default", "Admin"; the class of a Durable Object or a Workflow
  std::string where;       // "gateway/wrangler.toml:14"; may be empty
  // Why nothing answers: "no such Worker", "no such export"; empty: it is fine.
  std::string problem;
};

struct GraphEntrypoint {
  std::string name;  // "default", "Admin", "Room"
  std::string kind;  // "WorkerEntrypoint", "Durable Object"; empty: of no class that is known
  bool missing = false;
};

// A binding that leads to no Worker.
struct GraphValue {
  std::string binding;
  std::string resource;  // "Environment Variable"
  std::string value;     // as the table at start shows it; may be empty
  bool supported = true;
};

struct GraphNode {
  std::string name;
  std::string config;  // as shown to the user; empty: it is no Worker of the project
  bool is_public = false;
  bool unknown = false;    // no such Worker
  bool elsewhere = false;  // a Worker of another process
  bool reachable = false;  // from the public Worker
  std::vector<GraphEntrypoint> entrypoints;
  std::vector<GraphLink> links;
  std::vector<GraphValue> values;
  std::vector<std::string> crons;
};

struct ServiceGraph {
  // The Workers in the order of the project, the first is public; then the unknown ones.
  std::vector<GraphNode> nodes;
};

// `elsewhere`: the Workers that other processes have (Neighbours).
ServiceGraph MakeServiceGraph(const wrangler::LoadedProject& loaded,
                              const std::vector<std::string>& elsewhere = {});

//   gateway (public)  gateway/wrangler.toml
//     exports      default
//     env.AUTH     → auth
//     env.ADMIN    → auth#Admin  no such export (gateway/wrangler.toml:14)
//     env.GREETING Environment Variable "hello"
//
std::string GraphAsText(const ServiceGraph& graph, Colours colours);

// A flowchart, https://mermaid.js.org/
std::string GraphAsMermaid(const ServiceGraph& graph);

}  // namespace isolane::cli
