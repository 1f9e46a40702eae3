#include "wrangler-compat/dev_vars.h"

#include <variant>

#include "tests/wrangler-compat/temp_project.h"

namespace isolane::wrangler {
namespace {

using Texts = std::vector<std::string>;

// What is read in a directory of its own.
struct Reading {
  TempProject project;
  DevVarsRequest request;
  DiagnosticGroup loose;
  ProcessVariables process;

  DevVars Read() {
    request.cwd = project.root();
    request.directory = project.root() + "/app";
    request.process = &process;
    return ReadDevVars(request, loose);
  }
  Texts Values() {
    Texts values;
    for (const DevVar& var : Read().vars) values.push_back(var.name + "=" + var.value);
    return values;
  }
};

BindingSpec Var(const std::string& name, const std::string& json) {
  return {name, VarBinding{json}, "wrangler.toml:1"};
}

// NAME=JSON, with a star when it is hidden; NAME alone for another kind.
Texts Shown(const std::vector<BindingSpec>& bindings) {
  Texts shown;
  for (const BindingSpec& binding : bindings) {
    const auto* var = std::get_if<VarBinding>(&binding.value);
    shown.push_back(binding.name + (var == nullptr ? "" : "=" + var->json) +
                    (var != nullptr && var->hidden ? "*" : ""));
  }
  return shown;
}

TEST_SUITE("wrangler-compat/dev_vars") {
  TEST_CASE("the file .dev.vars") {
    Reading reading;
    reading.project.Write("app/.dev.vars", "# comment\nA=1\nB=$A\n");
    SUBCASE("is taken as it is, with the place of each variable") {
      const DevVars vars = reading.Read();
      REQUIRE(vars.vars.size() == 2);
      CHECK(vars.vars[1].value == "$A");
      CHECK(vars.vars[1].where == "app/.dev.vars:3");
      CHECK(vars.notes == Texts{"Using secrets defined in app/.dev.vars"});
    }
    SUBCASE("gives way to the one of the environment") {
      reading.project.Write("app/.dev.vars.staging", "A=2\n");
      reading.request.environment = "staging";
      CHECK(reading.Values() == Texts{"A=2"});
    }
    SUBCASE("counts when the environment has none") {
      reading.request.environment = "staging";
      CHECK(reading.Values() == Texts{"A=1", "B=$A"});
    }
    SUBCASE("keeps .env and the process's variables away") {
      reading.project.Write("app/.env", "C=1\n");
      reading.process = {{"CLOUDFLARE_INCLUDE_PROCESS_ENV", "true"}};
      CHECK(reading.Values() == Texts{"A=1", "B=$A"});
    }
    SUBCASE("gives way to --env-file") {
      reading.project.Write("app/x.env", "C=$D-\nD=4\n");
      reading.project.Write("y.env", "D=5\n");
      reading.request.env_files = {"x.env", "y.env"};
      CHECK(reading.Values() == Texts{"C=-", "D=4"});
      REQUIRE(reading.loose.entries.size() == 1);
      CHECK(reading.loose.entries[0].message ==
            "The file \"app/y.env\" given with --env-file does not exist.");
      CHECK(reading.loose.entries[0].severity == Severity::kWarning);
    }
  }

  TEST_CASE("the .env files") {
    Reading reading;
    reading.project.Write("app/.env", "A=1\nB=${A}${B}\n");
    reading.project.Write("app/.env.local", "A=2\n");
    reading.project.Write("app/.env.staging", "A=3\n");
    reading.project.Write("app/.env.staging.local", "C=4\n");
    SUBCASE("are laid over each other, then expanded") {
      CHECK(reading.Values() == Texts{"A=2", "B=2"});
    }
    SUBCASE("of the environment come last") {
      reading.request.environment = "staging";
      CHECK(reading.Values() == Texts{"A=3", "B=3", "C=4"});
    }
    SUBCASE("can be switched off") {
      reading.process = {{"CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV", "false"}};
      CHECK(reading.Values().empty());
    }
    SUBCASE("are joined by the process's variables when that is asked for") {
      reading.process = {{"CLOUDFLARE_INCLUDE_PROCESS_ENV", "true"}, {"A", "5"}};
      CHECK(reading.Values() == Texts{"A=5", "CLOUDFLARE_INCLUDE_PROCESS_ENV=true", "B=5"});
      CHECK(reading.Read().notes.back() == "Using secrets defined in process.env");
    }
  }

  TEST_CASE("the process's variables") {
    Reading reading;
    const std::vector<DevVar> beside = {{"CLOUDFLARE_INCLUDE_PROCESS_ENV", "true", ".env:1"},
                                        {"A", "beside", ".env:2"},
                                        {"C", "beside", ".env:3"},
                                        {"EMPTY", "beside", ".env:4"}};
    reading.request.beside = &beside;
    reading.process = {{"B", "process"}, {"EMPTY", ""}, {"HOME", "/h"}};
    reading.project.Write("app/.env", "A=own\nB=own\nD=$HOME/$B/$A/$C\n");
    const auto taken = [&reading](const char* name) {
      std::string values;
      for (const DevVar& var : reading.Read().vars) {
        if (var.name == name) values += var.value + " (" + var.where + ")";
      }
      return values;
    };
    SUBCASE("win over .env") { CHECK(taken("B") == "process (process.env)"); }
    SUBCASE("are known where .env uses them") {
      CHECK(taken("D") == "/h/process/own/beside (app/.env:3)");
    }
    SUBCASE("are those of files elsewhere, too, unless there is one here") {
      CHECK(taken("A") == "own (app/.env:1)");
      CHECK(taken("C") == "beside (.env:3)");
      CHECK(taken("EMPTY") == "beside (.env:4)");
    }
    SUBCASE("give way where they are empty") {
      reading.project.Write("app/.env", "EMPTY=own\n");
      CHECK(taken("EMPTY") == "own (app/.env:1)");
    }
    SUBCASE("are not taken unless that is asked for") {
      reading.request.beside = nullptr;
      CHECK(taken("B") == "own (app/.env:2)");
      CHECK(taken("HOME").empty());
    }
  }

  TEST_CASE("a file that cannot be read is an error") {
    Reading reading;
    reading.project.Write("app/.dev.vars/x", "");
    CHECK(reading.Values().empty());
    REQUIRE(reading.loose.Has(Severity::kError));
    CHECK(reading.loose.entries[0].message.starts_with(
        "Failed to load local dev variables file \"app/.dev.vars\":"));
  }

  TEST_CASE("required secrets") {
    Reading reading;
    reading.project.Write("app/.dev.vars", "S=1\nOTHER=2\nV=3\n");
    reading.request.required_secrets = {"S", "T"};
    const DevVars vars = reading.Read();
    SUBCASE("are the only ones taken, besides vars that are there") {
      std::vector<BindingSpec> bindings{Var("V", "\"v\"")};
      ApplyDevVars(vars, reading.request, bindings);
      CHECK(Shown(bindings) == Texts{"V=\"3\"*", "S=\"1\"*"});
    }
    SUBCASE("are told when they are missing") {
      CHECK(MissingSecrets(reading.request, vars) == Texts{"T"});
    }
    SUBCASE("may come from the process, when there is no .dev.vars") {
      Reading other;
      other.process = {{"S", "1"}};
      other.request.required_secrets = {"S"};
      CHECK(MissingSecrets(other.request, other.Read()).empty());
    }
  }

  TEST_CASE("variables become bindings") {
    std::vector<BindingSpec> bindings{
        Var("JSON", "1"), Var("TEXT", "\"t\""), {"AUTH", ServiceBinding{"auth", {}, {}}, {}}};
    SUBCASE("hidden, as text, in the order of env's keys") {
      ApplyDevVars({{{"JSON", "{}", "f:1"}, {"NEW", "n\"", "f:2"}}, {}}, {}, bindings);
      CHECK(Shown(bindings) == Texts{"TEXT=\"t\"", "JSON=\"{}\"*", "NEW=\"n\\\"\"*", "AUTH"});
      CHECK(bindings[1].where == "f:1");
    }
    SUBCASE("never instead of another kind of binding") {
      ApplyDevVars({{{"AUTH", "x", {}}}, {}}, {}, bindings);
      CHECK(Shown(bindings) == Texts{"JSON=1", "TEXT=\"t\"", "AUTH"});
    }
    SUBCASE("but --var is") {
      OverrideVar(bindings, {"AUTH", "x", "--var"});
      CHECK(Shown(bindings) == Texts{"JSON=1", "TEXT=\"t\"", "AUTH=\"x\"*"});
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
