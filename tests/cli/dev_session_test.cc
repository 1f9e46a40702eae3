#include "cli/dev_session.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/config/files.h"
#include "runtime/worker/runtime_loop.h"
#include "tests/wrangler-compat/temp_project.h"

namespace isolane::cli {
namespace {

namespace fs = std::filesystem;

// "front" is public and is bound to "back"; each answers with what it is made of, and with the
// number of its requests since it was loaded.
class Project {
 public:
  Project() {
    Write("front/index.js", R"js(import { text } from "./lib/text.js";
      let count = 0;
      export default { async fetch(request, env) {
        const back = await (await env.BACK.fetch(request)).text();
        return new Response([text, env.SECRET, ++count, back].join(" "));
      } })js");
    Write("front/lib/text.js", "export const text = 'front1';");
    Write("front/wrangler.toml", Config("front") + "services = [{binding='BACK',service='back'}]");
    Write("front/.dev.vars", "SECRET=secret1");
    Write("back/index.js", Back("back1"));
    Write("back/wrangler.toml", Config("back") + "[vars]\nV = 'v1'");
    options_.log_level = LogLevel::kNone;
    options_.command = Command::kDev;
    project_options_.cwd = files_.root();
    project_options_.configs = {"front/wrangler.toml", "back/wrangler.toml"};
    project_options_.unknown_service = UnknownService::kFailOnUse;
  }
  ~Project() {
    session_->End();
    runtime_.reset();
  }

  static std::string Config(const std::string& name) {
    return "name = '" + name + "'\nmain = 'index.js'\ncompatibility_date = '2026-01-01'\n";
  }
  static std::string Back(const std::string& text) {
    return "let count = 0; export default { fetch: (request, env) => new Response(['" + text +
           "', env.V, ++count].join(' ')) };";
  }

  void Write(const std::string& path, const std::string& text) { files_.Write(path, text); }
  std::string Path(const std::string& path) const { return files_.root() + "/" + path; }
  std::string Read(const std::string& path) const { return config::ReadFile(Path(path)).value(); }

  void Begin() {
    // Files of the same tick of the clock may have changed while they were read, and are built
    // twice.
    const int64_t written =
        std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
    while (config::FileTime() <= written) {
    }
    const int64_t began = config::FileTime();
    wrangler::LoadedProject loaded = wrangler::LoadProject(project_options_);
    REQUIRE(loaded.ok());
    DevSession::Hooks hooks;
    hooks.before_print = [this] { told_++; };
    session_ = std::make_unique<DevSession>(options_, project_options_, hooks);
    RuntimeOptions options;
    options.unknown_services = UnknownService::kFailOnUse;
    options.hold_ms = hold_ms_;
    runtime_ = session_->Load(std::move(loaded), began, options);
    REQUIRE(runtime_ != nullptr);
    session_->Watch(*runtime_, worker::LoopOf(*runtime_));
  }

  // Forgets what the session has told.
  void ForgetTold() { told_ = 0; }
  // Waits until the session has told `count` things since then: a build, or that something is
  // wrong. Meanwhile the public Worker answers with a text that begins so.
  void AwaitTold(int count, const std::string& text) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::string got;
    do {
      auto response = runtime_->Fetch({.url = "http://test/"});
      REQUIRE(response.ok());
      got = response->body;
      runtime_->Poll();
    } while (got.starts_with(text) && told_ < count && std::chrono::steady_clock::now() < limit);
    CHECK_MESSAGE(got.starts_with(text), got);
    CHECK_MESSAGE(told_ >= count, "the session has told " << told_ << " of " << count << " things");
  }

  // Calls of a Worker that cannot run are answered at once.
  void HoldNothing() { hold_ms_ = 0; }

  // Waits until the public Worker answers with a text that begins so, and has `part` in it; gives
  // it.
  std::string Await(const std::string& text, const std::string& part = {}) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::string got;
    while (std::chrono::steady_clock::now() < limit) {
      auto response = runtime_->Fetch({.url = "http://test/"});
      REQUIRE(response.ok());
      got = response->body;
      if (got.starts_with(text) && got.find(part) != std::string::npos) break;
      runtime_->Poll();
    }
    CHECK_MESSAGE(got.starts_with(text), got);
    CHECK_MESSAGE(got.find(part) != std::string::npos, got);
    return got;
  }

  // Waits until the file has this text.
  void AwaitFile(const std::string& path, const std::string& text) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (Read(path) != text && std::chrono::steady_clock::now() < limit) runtime_->Poll();
    CHECK(Read(path) == text);
  }

 private:
  wrangler::TempProject files_;
  CliOptions options_;
  wrangler::ProjectOptions project_options_;
  int told_ = 0;
  int64_t hold_ms_ = 10'000;
  std::unique_ptr<DevSession> session_;
  std::unique_ptr<Runtime> runtime_;
};

// The number of requests that "back" has had; that of a version that was kept goes on.
int CountOfBack(const std::string& answer) {
  return std::stoi(answer.substr(answer.rfind(' ') + 1));
}

TEST_SUITE("cli/dev_session") {
  TEST_CASE("a change") {
    Project project;
    project.Begin();
    CHECK(project.Await("front1") == "front1 secret1 1 back1 v1 1");

    SUBCASE("of a dependency replaces its Worker and no other") {
      project.Write("front/lib/text.js", "export const text = 'front2';");
      CHECK(CountOfBack(project.Await("front2 secret1 1 back1")) > 1);
    }
    SUBCASE("of a dependency by a rename, as editors save") {
      project.Write("front/lib/.text.js.swp", "export const text = 'front2';");
      fs::rename(project.Path("front/lib/.text.js.swp"), project.Path("front/lib/text.js"));
      project.Await("front2");
    }
    SUBCASE("of a main module") {
      project.Write("back/index.js", Project::Back("back2"));
      // The public Worker goes on to count.
      CHECK(project.Await("front1", "back2 v1").find(" 1 back2") == std::string::npos);
    }
    SUBCASE("of secrets") {
      project.Write("front/.dev.vars", "SECRET=secret2");
      CHECK(CountOfBack(project.Await("front1 secret2 1 back1")) > 1);
    }
    SUBCASE("of the configuration") {
      project.Write("front/wrangler.toml",
                    Project::Config("front") + "services = [{binding='BACK',service='renamed'}]");
      project.Write("back/wrangler.toml", Project::Config("renamed") + "[vars]\nV = 'v2'");
      project.Await("front1", "back1 v2");
    }
    SUBCASE("that is wrong keeps what was there, until it is repaired") {
      project.ForgetTold();
      project.Write("front/lib/text.js", "export const text = ;");
      project.AwaitTold(1, "front1 secret1");
      project.ForgetTold();
      project.Write("back/wrangler.toml", "name = ");
      project.AwaitTold(1, "front1 secret1");
      project.Write("front/lib/text.js", "export const text = 'front3';");
      project.Await("front3");
      project.Write("back/wrangler.toml", Project::Config("back") + "[vars]\nV = 'v3'");
      project.Await("front3", "back1 v3");
    }
    SUBCASE("of a file that comes back with its directory") {
      project.ForgetTold();
      fs::remove_all(project.Path("front/lib"));
      project.AwaitTold(1, "front1");
      project.Write("front/lib/text.js", "export const text = 'front2';");
      project.Await("front2");
    }
    SUBCASE("that needs another one is taken when that comes") {
      project.ForgetTold();
      project.Write("front/wrangler.toml",
                    Project::Config("front") +
                        "services = [{binding='BACK',service='back',entrypoint='Named'}]");
      // That it is built, and that it cannot be put in place.
      project.AwaitTold(2, "front1");
      project.Write("back/index.js", Project::Back("back2") +
                                         "export const Named = { fetch: () => new "
                                         "Response('named') };");
      project.Await("front1", "named");
    }
    SUBCASE("one after the other, as fast as they can be made") {
      for (int i = 0; i < 20; i++) {
        const std::string text = "front" + std::to_string(100 + i);
        project.Write("front/lib/text.js", "export const text = '" + text + "';");
        project.Await(text);
      }
    }
  }

  TEST_CASE("a first build that fails holds requests until it is repaired") {
    Project project;
    project.Write("front/lib/text.js", "export const text = () => {");
    project.Begin();
    project.Write("front/lib/text.js", "export const text = 'repaired';");
    project.Await("repaired secret1 1 back1");
  }

  TEST_CASE("a first build that fails is what calls are told of") {
    Project project;
    project.HoldNothing();
    SUBCASE("when V8 says so, in esbuild's words") {
      project.Write("front/lib/text.js", "export const text = ;");
      project.Begin();
      project.Await("Worker \"front\" cannot run", "Unexpected \";\"");
    }
    SUBCASE("when esbuild says so") {
      project.Write("front/index.js", "import 'no-such-package'; export default {};");
      project.Begin();
      project.Await("Worker \"front\" cannot run", "Could not resolve \"no-such-package\"");
    }
    SUBCASE("and so is the next one that fails") {
      project.Write("front/lib/text.js", "export const text = ;");
      project.Begin();
      project.Write("front/lib/text.js", "export const text = `;");
      project.Await("Worker \"front\" cannot run", "Unterminated string literal");
    }
  }

  TEST_CASE("modules that only esbuild understands are bundled before anybody is served") {
    Project project;
    project.HoldNothing();
    project.Write("front/lib/text.js", "const h = (tag) => tag; export const text = <front7/>;");
    project.Write("front/wrangler.toml", "jsx_factory = 'h'\n" + Project::Config("front") +
                                             "services = [{binding='BACK',service='back'}]");
    project.Begin();
    CHECK(project.Await("front7") == "front7 secret1 1 back1 v1 1");
  }

  TEST_CASE("a custom build") {
    Project project;
    const auto back_with = [&](const std::string& command) {
      return Project::Config("back") + "[vars]\nV = 'v1'\n[build]\ncommand = '''cd '" +
             project.Path("back") + "' && " + command + "'''\nwatch_dir = 'src'\n";
    };
    project.Write("back/src/a", "1");
    project.Write("back/wrangler.toml", back_with("echo >> runs"));
    project.Begin();
    project.Await("front1", "back1");
    SUBCASE("does not run again because V8 refuses a change of a module, which esbuild takes") {
      project.Write("back/index.js",
                    "const React = { createElement: (tag) => tag };"
                    "export default { fetch: () => new Response('back2' + <b/>) };");
      project.Await("front1", "back2b");
      CHECK(project.Read("back/runs") == "\n");
    }
    SUBCASE("runs again for what it watches") {
      project.Write("back/src/a", "2");
      project.AwaitFile("back/runs", "\n\n");
    }
    SUBCASE("runs again when it is another one") {
      project.Write("back/wrangler.toml", back_with("echo other >> runs"));
      project.AwaitFile("back/runs", "\nother\n");
    }
  }
}

}  // namespace
}  // namespace isolane::cli
