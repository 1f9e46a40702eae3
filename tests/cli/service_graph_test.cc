#include "cli/service_graph.h"

#include <doctest/doctest.h>

#include "cli/graph_svg.h"
#include "tests/wrangler-compat/temp_project.h"

namespace isolane::cli {
namespace {

// Three Workers on disk, and bindings that lead nowhere.
class Project {
 public:
  explicit Project(const std::vector<std::string>& elsewhere = {}) {
    files_.Write("gateway/wrangler.toml", R"(name = "gateway"
main = "index.js"
compatibility_date = "2026-01-01"
vars = { GREETING = "hello" }
kv_namespaces = [{ binding = "CACHE", id = "1f" }]
tail_consumers = [{ service = "logger" }]
services = [
  { binding = "AUTH", service = "auth" },
  { binding = "ADMIN", service = "auth", entrypoint = "Admin" },
  { binding = "NOPE", service = "auth", entrypoint = "Nope" },
  { binding = "MAIL", service = "mailer" },
]
[triggers]
crons = ["*/5 * * * *"]
)");
    files_.Write("gateway/index.js", "export default { fetch() {} };");
    files_.Write("auth/wrangler.toml", R"(name = "auth"
main = "index.js"
compatibility_date = "2026-01-01"
durable_objects = { bindings = [{ name = "ROOMS", class_name = "Room" }] }
migrations = [{ tag = "v1", new_sqlite_classes = ["Room"] }]
workflows = [{ binding = "FLOW", name = "orders", class_name = "Order" }]
)");
    files_.Write(
        "auth/index.js",
        R"(import { WorkerEntrypoint, WorkflowEntrypoint, DurableObject } from "cloudflare:workers";
export class Admin extends WorkerEntrypoint {}
export class Room extends DurableObject {}
export class Order extends WorkflowEntrypoint {}
export const helper = 1;
export default { fetch() {} };)");
    files_.Write("alone/wrangler.toml",
                 "name = \"alone\"\nmain = \"index.js\"\ncompatibility_date = \"2026-01-01\"\n");
    files_.Write("alone/index.js", "export * from './x.js';");
    wrangler::ProjectOptions options;
    options.cwd = files_.root();
    options.configs = {"gateway/wrangler.toml", "auth/wrangler.toml", "alone/wrangler.toml"};
    options.unknown_service = UnknownService::kFailOnUse;
    graph = MakeServiceGraph(wrangler::LoadProject(options), elsewhere);
  }

  ServiceGraph graph;

 private:
  wrangler::TempProject files_;
};

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_SUITE("cli/service_graph") {
  TEST_CASE("the graph of a project") {
    const Project project;
    SUBCASE("has its Workers, then those that are missing") {
      REQUIRE(project.graph.nodes.size() == 5);
      CHECK(project.graph.nodes[0].is_public);
      CHECK(project.graph.nodes[3].name == "mailer");
      CHECK(project.graph.nodes[3].unknown);
      CHECK(project.graph.nodes[4].name == "logger");
    }
    SUBCASE("knows what the public Worker reaches") {
      CHECK(project.graph.nodes[1].reachable);
      CHECK_FALSE(project.graph.nodes[2].reachable);
    }
  }

  TEST_CASE("a Worker of another process is none that is missing") {
    const Project project({"mailer"});
    CHECK(Has(GraphAsText(project.graph, Colours::kNever),
              "  env.MAIL      → mailer  in another process\n"));
    CHECK(Has(GraphAsMermaid(project.graph), "  w3[\"mailer<br/>in another process\"]\n"));
    CHECK(Has(GraphAsSvg(project.graph), ">in another process</text>"));
  }

  TEST_CASE("the graph as text") {
    const Project project;
    CHECK(
        GraphAsText(project.graph, Colours::kNever) ==
        "gateway (public)  gateway/wrangler.toml\n"
        "  exports       default\n"
        "  env.AUTH      → auth\n"
        "  env.ADMIN     → auth#Admin\n"
        "  env.NOPE      → auth#Nope  no such export (gateway/wrangler.toml:10)\n"
        "  env.MAIL      → mailer  no such Worker (gateway/wrangler.toml:11)\n"
        "  tail          → logger  no such Worker (gateway/wrangler.toml:6)\n"
        "  env.GREETING  Environment Variable \"hello\"\n"
        "  env.CACHE     KV Namespace 1f  not supported\n"
        "  cron          */5 * * * *\n"
        "\n"
        "auth  auth/wrangler.toml\n"
        "  exports    Admin (WorkerEntrypoint), Room (Durable Object), Order (Workflow), default\n"
        "  env.ROOMS  → auth#Room (Durable Object)\n"
        "  env.FLOW   → auth#Order (Workflow)\n"
        "\n"
        "alone (not reached from gateway)  alone/wrangler.toml\n");
  }

  TEST_CASE("the graph as a Mermaid flowchart") {
    const Project project;
    CHECK(GraphAsMermaid(project.graph) ==
          "flowchart LR\n"
          "  client((client)) --> w0\n"
          "  w0[\"gateway\"]\n"
          "  w1[\"auth<br/>Admin<br/>Room #40;Durable Object#41;<br/>Order #40;Workflow#41;\"]\n"
          "  w2[\"alone\"]\n"
          "  w3[\"mailer<br/>no such Worker\"]:::unresolved\n"
          "  w4[\"logger<br/>no such Worker\"]:::unresolved\n"
          "  w0 -- \"AUTH\" --> w1\n"
          "  w0 -- \"ADMIN: Admin\" --> w1\n"
          "  w0 -. \"NOPE: Nope, no such export\" .-> w1\n"
          "  w0 -. \"MAIL, no such Worker\" .-> w3\n"
          "  w0 -. \"tail, no such Worker\" .-> w4\n"
          "  w1 -- \"ROOMS: Room\" --> w1\n"
          "  w1 -- \"FLOW: Order\" --> w1\n"
          "  classDef unresolved stroke:#c00,stroke-dasharray:4\n"
          "  linkStyle 3,4,5 stroke:#c00\n");
  }

  TEST_CASE("no name leaves the quotes of a Mermaid label") {
    ServiceGraph graph;
    graph.nodes.resize(1);
    graph.nodes[0].name = "a\"]<b>;\n";
    graph.nodes[0].unknown = true;
    CHECK(Has(GraphAsMermaid(graph), "[\"a#34;#93;#60;b#62;#59;#92;x0a<br/>no such Worker\"]"));
  }

  TEST_CASE("the graph as SVG") {
    const Project project;
    const std::string svg = GraphAsSvg(project.graph);
    SUBCASE("has a box for each Worker and an arrow for each binding") {
      const auto count = [&svg](const std::string& part) {
        size_t found = 0;
        for (size_t at = svg.find(part); at != std::string::npos; at = svg.find(part, at + 1)) {
          found++;
        }
        return found;
      };
      CHECK(count("<rect class=\"box") == 5);
      CHECK(count("<path class=\"link") == 7);
      CHECK(count("broken\" marker-end") == 3);
      CHECK(count(">gateway  (public)</text>") == 1);
      CHECK(count("box unknown\"") == 2);
    }
    SUBCASE("lets no name out of its text") {
      ServiceGraph graph;
      graph.nodes.resize(1);
      graph.nodes[0].name = "<script>&\"\x1b";
      CHECK(Has(GraphAsSvg(graph), ">&lt;script&gt;&amp;&quot;\\x1b</text>"));
    }
  }

  TEST_CASE("a graph without Workers is drawn") {
    CHECK(GraphAsText({}, Colours::kNever).empty());
    CHECK(GraphAsMermaid({}) == "flowchart LR\n");
    CHECK(Has(GraphAsSvg({}), "</svg>"));
  }
}

}  // namespace
}  // namespace isolane::cli
