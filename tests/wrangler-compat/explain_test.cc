#include "wrangler-compat/explain.h"

#include "tests/wrangler-compat/temp_project.h"
#include "wrangler-compat/project.h"

namespace isolane::wrangler {
namespace {

// "VALUE from WHERE (NOTE)" of one setting of a Worker.
std::string Shown(const LoadedProject& loaded, size_t worker, const std::string& path) {
  for (const Setting& setting : loaded.explanations[worker].settings) {
    if (setting.path != path) continue;
    return setting.value + " from " + setting.where +
           (setting.note.empty() ? "" : " (" + setting.note + ")");
  }
  return "none";
}

TEST_SUITE("wrangler-compat/explain") {
  TEST_CASE("the settings of a Worker") {
    TempProject project;
    project.Write("a/wrangler.toml",
                  "name = \"a\"\nmain = \"index.js\"\ncompatibility_flags = [\"x\"]\n"
                  "workers_dev = true\nalias = { p = \"./p.js\" }\n"
                  "[limits]\ncpu_ms = 5\n[env.st.vars]\nV = { n = 1 }\nW = 1\n"
                  "[[env.st.services]]\nbinding = \"B\"\nservice = \"b-st\"\nentrypoint = \"E\"\n"
                  "[[env.st.kv_namespaces]]\nbinding = \"KV\"\nid = \"1f\"\n");
    project.Write("a/index.js", "");
    project.Write("a/.dev.vars", "SECRET=very secret\n");
    project.Write("b/wrangler.json", "{\"name\": \"b\", \"main\": \"index.js\"}");
    project.Write("b/index.js", "");
    ProjectOptions options;
    options.cwd = project.root();
    options.configs = {"a/wrangler.toml", "b/wrangler.json"};
    options.environment = "st";
    options.compatibility_date = "2025-01-01";
    options.vars = {{"W", "from the command line"}};
    const LoadedProject loaded = LoadProject(options);
    REQUIRE(loaded.explanations.size() == 2);

    SUBCASE("come from the file, with the line") {
      CHECK(Shown(loaded, 0, "main") == "\"a/index.js\" from a/wrangler.toml:2");
      CHECK(Shown(loaded, 0, "compatibility_flags") == "[\"x\"] from a/wrangler.toml:3");
      CHECK(Shown(loaded, 0, "limits.cpu_ms") == "5 from a/wrangler.toml:7");
      CHECK(Shown(loaded, 0, "env.V") == "{\"n\":1} from a/wrangler.toml:9 (Environment Variable)");
      CHECK(Shown(loaded, 0, "env.B") == "\"b-st#E\" from a/wrangler.toml:12 (Worker)");
    }
    SUBCASE("come from the environment") {
      CHECK(Shown(loaded, 0, "name") == "\"a-st\" from a/wrangler.toml:1 and the environment");
      CHECK(loaded.explanations[0].environment == "st");
    }
    SUBCASE("come from the command line, of the first Worker only") {
      CHECK(Shown(loaded, 0, "compatibility_date") == "\"2025-01-01\" from --compatibility-date");
      CHECK(Shown(loaded, 1, "compatibility_date") == "\"2026-11-17\" from default");
    }
    SUBCASE("come from the command line alone") {
      ProjectOptions alone;
      alone.cwd = project.root();
      alone.script = "b/index.js";
      project.Write("c/index.js", "");
      CHECK(Shown(LoadProject(alone), 0, "main") == "\"b/index.js\" from the command line");
      alone.script = "c/index.js";
      CHECK(Shown(LoadProject(alone), 0, "name") == "\"c\" from the name of the directory");
    }
    SUBCASE("are the classes of Durable Objects, with what they store in") {
      project.Write("d/wrangler.toml",
                    "main = \"index.js\"\n[[migrations]]\ntag = \"1\"\nnew_classes = [\"A\"]\n"
                    "new_sqlite_classes = [\"B\"]\n");
      project.Write("d/index.js", "");
      ProjectOptions objects;
      objects.cwd = project.root();
      objects.configs = {"d/wrangler.toml"};
      const LoadedProject found = LoadProject(objects);
      CHECK(Shown(found, 0, "durable_objects.A") ==
            "\"legacy-kv\" from d/wrangler.toml:2 (storage of the class)");
      CHECK(Shown(found, 0, "durable_objects.B") ==
            "\"sqlite\" from d/wrangler.toml:2 (storage of the class)");
      // Exports that speak of no objects leave them to the migrations.
      project.Write("d/wrangler.toml",
                    "main = \"index.js\"\nexports = { E = { type = \"worker\" } }\n"
                    "[[migrations]]\ntag = \"1\"\nnew_sqlite_classes = [\"B\"]\n");
      CHECK(Shown(LoadProject(objects), 0, "durable_objects.B") ==
            "\"sqlite\" from d/wrangler.toml:3 (storage of the class)");
    }
    SUBCASE("are defaults") { CHECK(Shown(loaded, 0, "limits.depth") == "32 from default"); }
    SUBCASE("hide secrets") {
      CHECK(Shown(loaded, 0, "env.SECRET") ==
            "\"(hidden)\" from a/.dev.vars:1 (Environment Variable)");
      CHECK(Shown(loaded, 0, "env.W") == "\"(hidden)\" from --var (Environment Variable)");
    }
    SUBCASE("say what does not work") {
      CHECK(Shown(loaded, 0, "env.KV") ==
            "\"1f\" from a/wrangler.toml:16 (KV Namespace, not supported)");
      CHECK(Shown(loaded, 0, "workers_dev") == "true from a/wrangler.toml:4 (ignored)");
      CHECK(Shown(loaded, 0, "alias") == "{\"p\":\"./p.js\"} from a/wrangler.toml:5");
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
