#include "wrangler-compat/hyperdrive.h"

#include <string>
#include <variant>

#include "tests/wrangler-compat/temp_project.h"
#include "wrangler-compat/binding_text.h"
#include "wrangler-compat/project.h"

namespace isolane::wrangler {
namespace {

constexpr char kVariable[] = "CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_DB";
constexpr char kDeprecated[] = "WRANGLER_HYPERDRIVE_LOCAL_CONNECTION_STRING_DB";

// A project with the binding DB; `more` is the rest of its entry, from line 7 on.
struct HyperdriveProject {
  explicit HyperdriveProject(const std::string& more) {
    files.Write("wrangler.toml",
                "name = \"w\"\nmain = \"index.js\"\ncompatibility_date = \"2024-09-23\"\n"
                "[[hyperdrive]]\nbinding = \"DB\"\nid = \"1234\"\n" +
                    more + "\n");
    files.Write("index.js", "export default {}");
    options.cwd = files.root();
    options.reads_beside = true;
  }

  LoadedProject Load() const { return LoadProject(options); }

  TempProject files;
  ProjectOptions options;
};

std::string StringOf(const LoadedProject& loaded) {
  for (const WorkerSpec& worker : loaded.project.workers) {
    for (const BindingSpec& binding : worker.bindings) {
      const auto* hyperdrive = std::get_if<HyperdriveBinding>(&binding.value);
      if (hyperdrive != nullptr) return hyperdrive->connection_string;
    }
  }
  return "none";
}

// Of the one error, without its mark.
std::string ErrorOf(const LoadedProject& loaded) {
  std::string text;
  for (const DiagnosticGroup& group : loaded.diagnostics.groups()) {
    for (const Diagnostic& entry : group.entries) {
      if (entry.severity == Severity::kError) text += entry.message + " @" + entry.where + "\n";
    }
  }
  return text;
}

std::string Warnings(const LoadedProject& loaded) {
  return RenderDiagnostics(loaded.diagnostics, Severity::kWarning, Colours::kNever);
}

}  // namespace

TEST_SUITE_BEGIN("wrangler-compat/hyperdrive");

TEST_CASE("the database of a Hyperdrive binding") {
  HyperdriveProject project("localConnectionString = \"postgres://u:p@localhost:5432/file\"");
  SUBCASE("is what the configuration says") {
    const LoadedProject loaded = project.Load();
    CHECK(loaded.ok());
    CHECK(StringOf(loaded) == "postgres://u:p@localhost:5432/file");
    CHECK(loaded.notes.empty());
    CHECK(Warnings(loaded).empty());
  }
  SUBCASE("is rather what the environment says") {
    project.options.process = {{kVariable, "postgres://u:p@h/new"},
                               {kDeprecated, "postgres://u:p@h/old"}};
    const LoadedProject loaded = project.Load();
    CHECK(StringOf(loaded) == "postgres://u:p@h/new");
    CHECK(loaded.notes ==
          std::vector<std::string>{
              "Found a non-empty CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_DB variable for "
              "binding. Hyperdrive will connect to this database during local development."});
    CHECK(Warnings(loaded).empty());
  }
  SUBCASE("may stand under the variable's old name, which is said") {
    project.options.process = {{kVariable, ""}, {kDeprecated, "postgres://u:p@h/old"}};
    const LoadedProject loaded = project.Load();
    CHECK(StringOf(loaded) == "postgres://u:p@h/old");
    CHECK(Warnings(loaded).find(
              "Using \"WRANGLER_HYPERDRIVE_LOCAL_CONNECTION_STRING_<BINDING_NAME>\" environment "
              "variable. This is deprecated. Please use "
              "\"CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_<BINDING_NAME>\" instead.") !=
          std::string::npos);
  }
  SUBCASE("may stand in .env") {
    project.files.Write(".env", std::string(kVariable) + "=postgres://u:p@h/dotenv\n");
    CHECK(StringOf(project.Load()) == "postgres://u:p@h/dotenv");
  }
  SUBCASE("is never shown") {
    const LoadedProject loaded = project.Load();
    const BindingText text = DescribeBinding(loaded.project.workers.at(0).bindings.at(0));
    CHECK(text.value == "1234");
    CHECK(text.resource == "Hyperdrive Config");
    CHECK(text.supported);
  }
}

TEST_CASE("a Hyperdrive binding without a database") {
  SUBCASE("cannot run") {
    HyperdriveProject project("");
    CHECK(ErrorOf(project.Load()) ==
          "When developing locally, you should use a local Postgres connection string to emulate "
          "Hyperdrive functionality. Please setup Postgres locally and set the value of the "
          "'CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_DB' variable or \"DB\"'s "
          "\"localConnectionString\" to the Postgres connection string. @wrangler.toml:5\n");
    SUBCASE("but has types, say") {
      project.options.to_run = false;
      CHECK(project.Load().ok());
    }
  }
  SUBCASE("cannot run on Cloudflare's instead") {
    CHECK(ErrorOf(HyperdriveProject("remote = true").Load()) ==
          "The Hyperdrive binding \"DB\" is configured with \"remote\": true, but isolane reaches "
          "nothing on Cloudflare's network, and it has no local database to fall back to. Please "
          "set the value of the 'CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_DB' variable or "
          "\"DB\"'s \"localConnectionString\" to a local Postgres connection string. "
          "@wrangler.toml:5\n");
    const HyperdriveProject local(
        "remote = true\nlocalConnectionString = \"postgres://u:p@localhost/d\"");
    const LoadedProject loaded = local.Load();
    CHECK(loaded.ok());
    CHECK(Warnings(loaded).find("Falling back to that of wrangler.toml:8.") != std::string::npos);
  }
}

TEST_CASE("a connection string that stands where none should is not shown") {
  TempProject files;
  files.Write("index.js", "export default {}");
  ProjectOptions options;
  options.cwd = files.root();
  const std::string url = "\"postgres://u:secret@h/d\"";
  for (const std::string& value :
       {url, "[" + url + "]", "{ binding = \"DB\", localConnectionString = " + url + " }",
        "[{ binding = \"DB\", localConnectionString = " + url + " }]",
        "[{ binding = \"DB\", localConnectionString = [" + url + "] }]",
        "{ DB = { id = \"1\", localConnectionString = " + url + " } }",
        "[{ id = \"1\", local = { localConnectionString = " + url + " } }]",
        "[{ binding = \"DB\", id = 5, localConnectionString = { url = " + url + " } }]"}) {
    CAPTURE(value);
    files.Write("wrangler.toml", "name = \"w\"\nmain = \"index.js\"\nhyperdrive = " + value + "\n");
    const std::string errors = ErrorOf(LoadProject(options));
    CHECK(errors.find("(hidden)") != std::string::npos);
    CHECK(errors.find("secret") == std::string::npos);
  }
}

TEST_CASE("a connection string that cannot be used") {
  const auto error = [](const std::string& text) {
    return ErrorOf(HyperdriveProject("localConnectionString = " + text).Load());
  };
  const std::string begin =
      "The connection string of the Hyperdrive binding \"DB\" cannot be used: ";
  const std::string end = " @wrangler.toml:7\n";
  CHECK(error("\"nonsense\"") == begin + "Invalid URL" + end);
  CHECK(error("\"\"") == begin + "Invalid URL" + end);
  CHECK(error("5") ==
        "The \"localConnectionString\" of the Hyperdrive binding \"DB\" should be a string." + end);
  // There may be a password in it.
  CHECK(error("[\"postgres://u:secret@h/d\"]").find("secret") == std::string::npos);
  CHECK(error("\"redis://u:p@h/d\"") ==
        begin +
            "Only PostgreSQL-compatible or MySQL-compatible databases are currently supported." +
            end);
  CHECK(error("\"postgres://u:p@/d\"") ==
        begin +
            "You must provide a hostname or IP address in your connection string - e.g. "
            "'user:password@database-hostname.example.com:5432/databasename" +
            end);
  CHECK(error("\"postgres://u:p@h\"") ==
        begin + "You must provide a database name as the path component - e.g. /postgres" + end);
  CHECK(error("\"postgres://h/d\"") ==
        begin +
            "You must provide a username - e.g. "
            "'user:password@database.example.com:port/databasename'" +
            end + begin +
            "You must provide a password - e.g. "
            "'user:password@database.example.com:port/databasename' " +
            end);
  HyperdriveProject project("");
  project.options.process = {{kVariable, "secret"}};
  CHECK(ErrorOf(project.Load()) == begin + "Invalid URL @" + kVariable + "\n");
}

TEST_SUITE_END();

}  // namespace isolane::wrangler
