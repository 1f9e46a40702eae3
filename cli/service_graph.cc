#include "cli/service_graph.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "wrangler-compat/binding_text.h"
#include "wrangler-compat/files.h"
#include "wrangler-compat/module_exports.h"

namespace isolane::cli {
namespace {

constexpr char kDefault[] = "default";
constexpr char kNoWorker[] = "no such Worker";
constexpr char kNoExport[] = "no such export";
constexpr char kElsewhere[] = "in another process";

// What the classes of cloudflare:workers are called to people.
std::string KindOfBase(const std::string& base) {
  if (base == "DurableObject") return "Durable Object";
  if (base == "WorkflowEntrypoint") return "Workflow";
  return base == "WorkerEntrypoint" ? base : std::string();
}

// What is said of a link beside its name.
std::string_view NameOf(LinkKind kind) {
  if (kind == LinkKind::kDurableObject) return "Durable Object";
  return kind == LinkKind::kWorkflow ? "Workflow" : std::string_view();
}

class Builder {
 public:
  Builder(const wrangler::LoadedProject& loaded, const std::vector<std::string>& elsewhere)
      : loaded_(loaded), elsewhere_(elsewhere) {}

  ServiceGraph Build() {
    const std::vector<WorkerSpec>& workers = loaded_.project.workers;
    for (size_t i = 0; i < workers.size(); i++) {
      GraphNode& node = graph_.nodes.emplace_back();
      node.name = workers[i].name;
      node.is_public = i == 0;
      node.crons = workers[i].crons;
      if (i < loaded_.explanations.size()) node.config = loaded_.explanations[i].config;
      const auto& plans = loaded_.project.builds;
      ReadExports(i < plans.size() ? wrangler::MainPathOf(plans[i]) : std::string(), node);
    }
    for (size_t i = 0; i < workers.size(); i++) AddBindings(i, workers[i]);
    Reach(0);
    return std::move(graph_);
  }

 private:
  void ReadExports(const std::string& main, GraphNode& node) {
    wrangler::ModuleExports& exports = exports_.emplace_back();
    exports.complete = false;
    if (main.empty()) return;
    auto source = wrangler::ReadFile(main);
    if (!source.ok()) return;
    exports = wrangler::ScanExports(*source);
    // Without any it is a Service Worker script, or nothing that can be said.
    if (exports.names.empty()) exports.complete = false;
    for (const wrangler::ModuleExport& one : exports.names) {
      const std::string kind = KindOfBase(one.base);
      if (one.name == kDefault || !kind.empty()) node.entrypoints.push_back({one.name, kind});
    }
  }

  size_t NodeOf(const std::string& name) {
    for (size_t i = 0; i < graph_.nodes.size(); i++) {
      if (graph_.nodes[i].name == name) return i;
    }
    GraphNode& node = graph_.nodes.emplace_back();
    node.name = name;
    node.elsewhere = std::find(elsewhere_.begin(), elsewhere_.end(), name) != elsewhere_.end();
    node.unknown = !node.elsewhere;
    return graph_.nodes.size() - 1;
  }

  void AddBindings(size_t index, const WorkerSpec& spec) {
    for (const BindingSpec& binding : spec.bindings) {
      GraphLink link;
      link.binding = binding.name;
      link.where = binding.where;
      if (const auto* service = std::get_if<ServiceBinding>(&binding.value)) {
        link.entrypoint = service->entrypoint.empty() ? kDefault : service->entrypoint;
        AddLink(index, std::move(link), service->service);
      } else if (const auto* objects = std::get_if<DurableObjectBinding>(&binding.value)) {
        link.kind = LinkKind::kDurableObject;
        link.entrypoint = objects->class_name;
        AddLink(index, std::move(link), objects->script.empty() ? spec.name : objects->script);
      } else if (const auto* workflow = std::get_if<WorkflowBinding>(&binding.value)) {
        link.kind = LinkKind::kWorkflow;
        link.entrypoint = workflow->class_name;
        AddLink(index, std::move(link), workflow->script.empty() ? spec.name : workflow->script);
      } else {
        const wrangler::BindingText text = wrangler::DescribeBinding(binding);
        graph_.nodes[index].values.push_back(
            {binding.name, text.resource, text.value, text.supported});
      }
    }
    for (const TailConsumer& consumer : spec.tail_consumers) {
      GraphLink link;
      link.kind = LinkKind::kTail;
      link.binding = consumer.streaming ? "streaming tail" : "tail";
      link.where = consumer.where;
      AddLink(index, std::move(link), consumer.service);
    }
  }

  void AddLink(size_t from, GraphLink link, const std::string& target) {
    link.target = NodeOf(target);
    GraphNode& node = graph_.nodes[link.target];
    if (node.unknown) link.problem = kNoWorker;
    const auto same = [&](const GraphEntrypoint& one) { return one.name == link.entrypoint; };
    const auto known = std::find_if(node.entrypoints.begin(), node.entrypoints.end(), same);
    if (!link.entrypoint.empty() && !node.unknown && !node.elsewhere) {
      const wrangler::ModuleExports& exports = exports_[link.target];
      const bool missing = exports.complete && exports.Find(link.entrypoint) == nullptr;
      if (missing) link.problem = kNoExport;
      if (known == node.entrypoints.end()) {
        node.entrypoints.push_back({link.entrypoint, std::string(NameOf(link.kind)), missing});
      }
    } else if (!link.entrypoint.empty() && known == node.entrypoints.end()) {
      node.entrypoints.push_back({link.entrypoint, {}, node.unknown});
    }
    graph_.nodes[from].links.push_back(std::move(link));
  }

  void Reach(size_t index) {
    if (index >= graph_.nodes.size() || graph_.nodes[index].reachable) return;
    graph_.nodes[index].reachable = true;
    for (const GraphLink& link : graph_.nodes[index].links) Reach(link.target);
  }

  const wrangler::LoadedProject& loaded_;
  const std::vector<std::string>& elsewhere_;
  ServiceGraph graph_;
  std::vector<wrangler::ModuleExports> exports_;  // as the nodes that are Workers
};

std::string TargetOf(const ServiceGraph& graph, const GraphLink& link) {
  std::string text = graph.nodes[link.target].name;
  if (!link.entrypoint.empty() && link.entrypoint != kDefault) text += "#" + link.entrypoint;
  return Printable(text);
}

std::string NameOf(const GraphLink& link) {
  return link.kind == LinkKind::kTail ? link.binding : "env." + Printable(link.binding);
}

// In the quotes of a Mermaid label, where entities stand between '#' and ';'.
std::string MermaidText(std::string_view text) {
  std::string out;
  for (const char c : Printable(text)) {
    const bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      static_cast<unsigned char>(c) >= 0x80 || c == ' ' || c == '-' || c == '_' ||
                      c == '.' || c == ',' || c == '/' || c == ':';
    out += word ? std::string(1, c)
                : "#" + std::to_string(static_cast<int>(static_cast<unsigned char>(c))) + ";";
  }
  return out;
}

}  // namespace

ServiceGraph MakeServiceGraph(const wrangler::LoadedProject& loaded,
                              const std::vector<std::string>& elsewhere) {
  return Builder(loaded, elsewhere).Build();
}

std::string GraphAsText(const ServiceGraph& graph, Colours colours) {
  std::string out;
  for (const GraphNode& node : graph.nodes) {
    if (node.unknown || node.elsewhere) continue;
    std::vector<std::pair<std::string, std::string>> rows;
    std::string exports;
    for (const GraphEntrypoint& one : node.entrypoints) {
      if (one.missing) continue;
      exports += (exports.empty() ? "" : ", ") + Printable(one.name);
      if (!one.kind.empty() && one.name != kDefault) {
        exports += " " + Paint("(" + one.kind + ")", Colour::kDim, colours);
      }
    }
    if (!exports.empty()) rows.emplace_back("exports", exports);
    for (const GraphLink& link : node.links) {
      std::string text = "→ " + TargetOf(graph, link);
      if (const std::string_view kind = NameOf(link.kind); !kind.empty()) {
        text += Paint(" (" + std::string(kind) + ")", Colour::kDim, colours);
      }
      if (graph.nodes[link.target].elsewhere) {
        text += "  " + Paint(kElsewhere, Colour::kDim, colours);
      }
      if (!link.problem.empty()) {
        text += "  " + Paint(link.problem, Colour::kRed, colours);
        if (!link.where.empty()) text += " (" + Printable(link.where) + ")";
      }
      rows.emplace_back(NameOf(link), std::move(text));
    }
    for (const GraphValue& value : node.values) {
      std::string text = value.resource;
      if (!value.value.empty()) text += " " + Shortened(Printable(value.value));
      if (!value.supported) text += "  " + Paint("not supported", Colour::kYellow, colours);
      rows.emplace_back("env." + Printable(value.binding), std::move(text));
    }
    for (const std::string& cron : node.crons) rows.emplace_back("cron", Printable(cron));

    if (!out.empty()) out += '\n';
    out += Paint(Printable(node.name), Colour::kBold, colours);
    if (node.is_public) out += Paint(" (public)", Colour::kGreen, colours);
    if (!node.reachable) {
      out += Paint(" (not reached from " + Printable(graph.nodes.front().name) + ")",
                   Colour::kYellow, colours);
    }
    if (!node.config.empty()) out += "  " + Paint(Printable(node.config), Colour::kDim, colours);
    out += '\n';
    size_t width = 0;
    for (const auto& [name, text] : rows) width = std::max(width, DisplayWidth(name));
    for (const auto& [name, text] : rows) {
      out += "  " + name + std::string(width + 2 - DisplayWidth(name), ' ') + text + "\n";
    }
  }
  return out;
}

std::string GraphAsMermaid(const ServiceGraph& graph) {
  std::string out = "flowchart LR\n";
  bool unknown = false;
  for (size_t i = 0; i < graph.nodes.size(); i++) {
    const GraphNode& node = graph.nodes[i];
    const std::string id = "w" + std::to_string(i);
    std::string label = MermaidText(node.name);
    if (node.is_public) out += "  client((client)) --> " + id + "\n";
    if (node.unknown) label += "<br/>" + MermaidText(kNoWorker);
    if (node.elsewhere) label += "<br/>" + MermaidText(kElsewhere);
    for (const GraphEntrypoint& one : node.entrypoints) {
      if (one.name == kDefault || one.missing) continue;
      label += "<br/>" + MermaidText(one.name);
      if (one.kind == NameOf(LinkKind::kDurableObject) || one.kind == NameOf(LinkKind::kWorkflow)) {
        label += " #40;" + one.kind + "#41;";
      }
    }
    out += "  " + id + "[\"" + label + "\"]";
    if (node.unknown) out += ":::unresolved";
    unknown |= node.unknown;
    out += '\n';
  }
  size_t number = 1;  // of the edge: the one from the client is 0
  std::string broken;
  for (size_t i = 0; i < graph.nodes.size(); i++) {
    for (const GraphLink& link : graph.nodes[i].links) {
      std::string label = link.binding;
      if (!link.entrypoint.empty() && link.entrypoint != kDefault) label += ": " + link.entrypoint;
      if (!link.problem.empty()) label += ", " + link.problem;
      const bool dotted = link.kind == LinkKind::kTail || !link.problem.empty();
      out += "  w" + std::to_string(i) + (dotted ? " -. \"" : " -- \"") + MermaidText(label) +
             (dotted ? "\" .-> w" : "\" --> w") + std::to_string(link.target) + "\n";
      if (!link.problem.empty()) broken += (broken.empty() ? "" : ",") + std::to_string(number);
      number++;
    }
  }
  if (unknown) out += "  classDef unresolved stroke:#c00,stroke-dasharray:4\n";
  if (!broken.empty()) out += "  linkStyle " + broken + " stroke:#c00\n";
  return out;
}

}  // namespace isolane::cli
