#include "wrangler-compat/build/project_loader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/wrangler-compat/temp_project.h"

namespace isolane::wrangler {
namespace {

// Workers "a", "b" and so on, each in a folder of its name.
struct Workers {
  TempProject project;
  std::vector<std::string> configs;
  std::vector<std::string> builds_failed;
  std::vector<size_t> plans_built;  // by each call, how many

  void Add(const std::string& name, const std::string& module, const std::string& settings = {}) {
    project.Write(name + "/wrangler.toml", "name = \"" + name + "\"\nmain = \"index.js\"\n" +
                                               "compatibility_date = \"2026-01-01\"\n" + settings);
    project.Write(name + "/index.js", module);
    configs.push_back(name + "/wrangler.toml");
  }
  Mistakes Find() {
    ProjectOptions options;
    options.cwd = project.root();
    options.configs = configs;
    Builder builder({.colours = Colours::kNever, .print = {}});
    return FindMistakes(
        [&](const auto& plans, const auto& request) {
          auto results = builder.BuildAll(plans, request);
          plans_built.push_back(plans.size());
          for (size_t i = 0; i < results.size(); i++) {
            if (!results[i].ok()) builds_failed.push_back(plans[i].worker);
          }
          return results;
        },
        LoadProject(options), {});
  }
};

bool Has(const Error& error, const std::string& text) {
  return error.ToString().find(text) != std::string::npos;
}

constexpr char kFine[] = "export default { fetch() {} };";

TEST_SUITE("wrangler-compat/build/project_loader") {
  TEST_CASE("the mistakes of a project") {
    Workers workers;
    SUBCASE("are none where all is right, also of what only the bundler understands") {
      workers.Add("a", kFine, "services = [{ binding = \"B\", service = \"b\" }]\n");
      workers.Add(
          "b", "const React = { createElement: () => 1 }; export default { fetch: () => <b /> };");
      const Mistakes found = workers.Find();
      CHECK_FALSE(found.any());
    }
    SUBCASE("are found in every Worker, whatever is wrong with the others") {
      workers.Add("config", "export default nonsense nonsense;", "workers_dev = 1\n");
      workers.Add("build", "import './gone.js'; export default {};");
      workers.Add("jsx", "export default { fetch() { return <a>; } };");
      workers.Add("start", "throw new RangeError('at the start');");
      workers.Add("later", "export default nothing.here;");
      const Mistakes found = workers.Find();
      CHECK(workers.builds_failed == std::vector<std::string>{"build", "jsx"});
      CHECK(found.of_builds);
      REQUIRE(found.of_code.size() == 2);
      CHECK(Has(found.of_code[0], "at the start"));
      CHECK(Has(found.of_code[1], "nothing is not defined"));
    }
    SUBCASE("are shown by the bundler, at once for all that V8 does not understand") {
      workers.Add("one", "export default { fetch() { return 1 + ; } };");
      workers.Add("start", "throw new RangeError('at the start');");
      workers.Add("two", "export default { fetch() { return = 2; } };");
      const Mistakes found = workers.Find();
      CHECK(workers.plans_built == std::vector<size_t>{3, 2});
      CHECK(workers.builds_failed == std::vector<std::string>{"one", "two"});
      CHECK(found.of_builds);
      REQUIRE(found.of_code.size() == 1);
      CHECK(Has(found.of_code[0], "at the start"));
    }
    SUBCASE("are those of the Workers together if each is right by itself") {
      workers.Add("a", kFine,
                  "services = [{ binding = \"B\", service = \"b\", entrypoint = \"Nope\" }]\n");
      workers.Add("b", kFine);
      const Mistakes found = workers.Find();
      CHECK_FALSE(found.of_builds);
      REQUIRE(found.of_code.size() == 1);
      CHECK(Has(found.of_code[0], "has no such named entrypoint"));
    }
    SUBCASE("are not told again of bindings to Workers that are not there") {
      workers.Add("a", kFine, "services = [{ binding = \"B\", service = \"b\" }]\n");
      CHECK_FALSE(workers.Find().any());
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
