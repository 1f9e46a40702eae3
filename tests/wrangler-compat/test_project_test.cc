#include "wrangler-compat/test_project.h"

#include <variant>

#include "tests/wrangler-compat/temp_project.h"

namespace isolane::wrangler {
namespace {

constexpr char kConfig[] =
    "name = \"math\"\nmain = \"src/index.js\"\ncompatibility_date = \"2025-01-01\"\n"
    "compatibility_flags = [\"nodejs_als\"]\ntail_consumers = [{ service = \"math\" }]\n";

LoadedProject Load(const TempProject& project, std::vector<std::string> configs,
                   const std::string& file) {
  ProjectOptions options;
  options.cwd = project.root();
  options.configs = std::move(configs);
  options.unknown_service = UnknownService::kFailOnUse;
  return LoadTestProject(options, file);
}

std::string Errors(const LoadedProject& loaded) {
  return RenderDiagnostics(loaded.diagnostics, Severity::kError, Colours::kNever);
}

const BindingSpec* Find(const WorkerSpec& spec, const std::string& name) {
  for (const BindingSpec& binding : spec.bindings) {
    if (binding.name == name) return &binding;
  }
  return nullptr;
}

std::string ServiceOf(const WorkerSpec& spec, const std::string& name) {
  const BindingSpec* binding = Find(spec, name);
  return binding == nullptr ? "none" : std::get<ServiceBinding>(binding->value).service;
}

TEST_SUITE("wrangler-compat/test_project") {
  TEST_CASE("a file alone is a Worker") {
    TempProject project;
    project.Write("tests/add.test.js", "export const adds = { test() {} };");
    const LoadedProject loaded = Load(project, {}, "tests/add.test.js");
    REQUIRE(loaded.ok());
    REQUIRE(loaded.project.workers.size() == 1);
    const WorkerSpec& spec = loaded.project.workers[0];
    CHECK(spec.name == "add");
    CHECK(spec.main_module == "add.test.js");
    CHECK(spec.display_root == "tests/");
    CHECK(spec.compatibility_date == kDefaultCompatibilityDate);
    CHECK(spec.bindings.empty());
    project.Write("tests/data.txt", "text");
    auto text = spec.modules("data.txt");
    REQUIRE(text.ok());
    CHECK(text->type == ModuleType::kText);
  }

  TEST_CASE("a file beside a configuration") {
    TempProject project;
    project.Write("src/index.js", "export default {};");
    project.Write("tests/math.js", "export const adds = { test() {} };");
    project.Write("wrangler.toml",
                  std::string(kConfig) +
                      "services = [{ binding = \"NEXT\", service = \"math\" }]\n"
                      "[durable_objects]\nbindings = [{ name = \"ROOM\", class_name = \"Room\" }]\n"
                      "[[migrations]]\ntag = \"v1\"\nnew_sqlite_classes = [\"Room\"]\n"
                      "[[workflows]]\nbinding = \"FLOW\"\nname = \"f\"\nclass_name = \"Flow\"\n");
    const LoadedProject loaded = Load(project, {"wrangler.toml"}, "tests/math.js");
    REQUIRE(loaded.ok());
    REQUIRE(loaded.project.workers.size() == 2);
    const WorkerSpec& spec = loaded.project.workers[0];
    SUBCASE("is a Worker of its own before those of the configurations") {
      CHECK(spec.name == "math-test");
      CHECK(loaded.project.workers[1].name == "math");
    }
    SUBCASE("has what the first configuration says") {
      CHECK(spec.compatibility_date == "2025-01-01");
      CHECK(spec.compatibility_flags == std::vector<std::string>{"nodejs_als"});
      CHECK(ServiceOf(spec, "NEXT") == "math");
    }
    SUBCASE("reaches the Worker under test as SELF") { CHECK(ServiceOf(spec, "SELF") == "math"); }
    SUBCASE("reaches Durable Objects where their classes are") {
      const BindingSpec* room = Find(spec, "ROOM");
      REQUIRE(room != nullptr);
      CHECK(std::get<DurableObjectBinding>(room->value).script == "math");
      CHECK(spec.durable_objects.empty());
      REQUIRE(loaded.project.builds.size() == 2);
      CHECK(loaded.project.builds[0].durable_objects.empty());
      CHECK(loaded.project.builds[1].durable_objects.size() == 1);
    }
    SUBCASE("reaches Workflows where their classes are") {
      const BindingSpec* flow = Find(spec, "FLOW");
      REQUIRE(flow != nullptr);
      CHECK(std::get<WorkflowBinding>(flow->value).script == "math");
      CHECK(loaded.project.builds[0].workflows.empty());
      CHECK(loaded.project.builds[1].workflows.size() == 1);
    }
    SUBCASE("tells no tail Worker") {
      CHECK(spec.tail_consumers.empty());
      CHECK(loaded.project.workers[1].tail_consumers.size() == 1);
    }
    SUBCASE("may import the modules of the Worker") {
      auto module = spec.modules("../src/index.js");
      REQUIRE(module.ok());
      CHECK(module->content == "export default {};");
    }
  }

  TEST_CASE("a SELF of the configuration stays") {
    TempProject project;
    project.Write("src/index.js", "export default {};");
    project.Write("t.js", "export const a = { test() {} };");
    project.Write("wrangler.toml",
                  std::string(kConfig) + "services = [{ binding = \"SELF\", service = \"x\" }]\n");
    const LoadedProject loaded = Load(project, {"wrangler.toml"}, "t.js");
    REQUIRE(loaded.ok());
    CHECK(ServiceOf(loaded.project.workers[0], "SELF") == "x");
    CHECK(loaded.project.workers[0].bindings.size() == 1);
  }

  TEST_CASE("what cannot be a test file is refused") {
    TempProject project;
    project.Write("data.txt", "");
    CHECK(Errors(Load(project, {}, "gone.js")).find("The test file \"gone.js\" was not found.") !=
          std::string::npos);
    CHECK(Errors(Load(project, {}, "data.txt")).find("is no JavaScript module") !=
          std::string::npos);
    CHECK_FALSE(Load(project, {"gone.toml"}, "data.txt").ok());
  }
}

}  // namespace
}  // namespace isolane::wrangler
