#include "vercel-compat/service_process.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "runtime/config/files.h"
#include "vercel-compat/config_error.h"
#include "vercel-compat/node_server.h"

namespace isolane::vercel {
namespace {

using config::KindOf;
using config::PathKind;

constexpr char kNodeServerVariable[] = "ISOLANE_NODE_SERVER";

struct Frontend {
  std::string_view slug;
  std::string_view command;
};
// Development servers, at the port and nowhere else.
constexpr Frontend kFrontends[] = {
    {"nextjs", "next dev --port $PORT"},
    {"vite", "vite --host 127.0.0.1 --port $PORT --strictPort"},
    {"sveltekit", "vite dev --host 127.0.0.1 --port $PORT --strictPort"},
    {"sveltekit-1", "vite dev --host 127.0.0.1 --port $PORT --strictPort"},
    {"react-router", "react-router dev --host 127.0.0.1 --port $PORT"},
    {"tanstack-start", "vite dev --host 127.0.0.1 --port $PORT --strictPort"},
    {"astro", "astro dev --host 127.0.0.1 --port $PORT"},
    {"nuxtjs", "nuxt dev --host 127.0.0.1 --port $PORT"},
    {"gatsby", "gatsby develop --host 127.0.0.1 --port $PORT"},
    {"remix", "remix vite:dev --host 127.0.0.1 --port $PORT"},
    {"angular", "ng serve --host 127.0.0.1 --port $PORT"},
    {"create-react-app", "react-scripts start"},
    {"vue", "vue-cli-service serve --host 127.0.0.1 --port $PORT"},
    {"docusaurus", "docusaurus start --host 127.0.0.1 --port $PORT --no-open"},
    {"docusaurus-2", "docusaurus start --host 127.0.0.1 --port $PORT --no-open"},
    {"eleventy", "eleventy --serve --port=$PORT"},
    {"vitepress", "vitepress dev --host 127.0.0.1 --port $PORT"},
    {"parcel", "parcel --host 127.0.0.1 --port $PORT"},
    {"storybook", "storybook dev --host 127.0.0.1 --port $PORT --no-open"},
    {"hugo", "hugo server --bind 127.0.0.1 --port $PORT"},
    {"jekyll", "bundle exec jekyll serve --host 127.0.0.1 --port $PORT"},
    {"zola", "zola serve --interface 127.0.0.1 --port $PORT"},
};

// For /bin/sh.
std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

bool IsFile(const std::string& path) { return KindOf(path) == PathKind::kFile; }

// "app/main.py" is the module "app.main".
std::string PythonModule(std::string file) {
  if (file.ends_with(".py")) file.resize(file.size() - 3);
  std::replace(file.begin(), file.end(), '/', '.');
  return file;
}

std::string PythonCommand(const Service& service) {
  if (service.framework == "django") {
    return IsFile(service.directory + "/manage.py")
               ? "exec python3 manage.py runserver 127.0.0.1:$PORT"
               : "";
  }
  if (service.entrypoint.empty()) return {};
  const std::string attribute = service.attribute.empty() ? "app" : service.attribute;
  const std::string app = Quoted(PythonModule(service.entrypoint) + ":" + attribute);
  if (service.framework == "flask") {
    return "exec python3 -m flask --app " + app + " run --host 127.0.0.1 --port $PORT --debug";
  }
  return "exec python3 -m uvicorn " + app + " --host 127.0.0.1 --port $PORT --reload";
}

std::string GoCommand(const Service& service) {
  if (!service.entrypoint.empty()) {
    return "exec go run " + Quoted("./" + config::DirectoryOf("/" + service.entrypoint).substr(1));
  }
  for (const char* folder : {"", "cmd/api", "cmd/server"}) {
    if (IsFile(service.directory + "/" + folder + "/main.go")) {
      return std::string("exec go run ./") + folder;
    }
  }
  return {};
}

std::string NodeCommand(const Service& service) {
  // What is no framework's need not be a server.
  if (service.entrypoint.empty() || service.framework.empty()) return {};
  return "exec node -e \"$" + std::string(kNodeServerVariable) + "\" " +
         Quoted(service.directory + "/" + service.entrypoint);
}

// The command that serves it; empty: there is none.
std::string CommandOf(const Service& service) {
  if (service.config.dev_command) return *service.config.dev_command;
  if (service.runtime == "python") return PythonCommand(service);
  if (service.runtime == "go") return GoCommand(service);
  if (service.runtime == "node") return NodeCommand(service);
  if (service.runtime == "rust") return "exec cargo run";
  if (service.runtime == "ruby") return "exec bundle exec rackup --host 127.0.0.1 --port $PORT";
  const auto frontend =
      std::find_if(std::begin(kFrontends), std::end(kFrontends),
                   [&](const Frontend& one) { return one.slug == service.framework; });
  return frontend == std::end(kFrontends) ? "" : "exec " + std::string(frontend->command);
}

// The port that the Dockerfile says the container listens on.
std::string ExposedPort(const std::string& dockerfile) {
  auto read = config::ReadFile(dockerfile);
  if (!read.ok()) return "3000";
  const std::string& text = *read;
  std::string port;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    while (line.starts_with(' ') || line.starts_with('\t')) line.remove_prefix(1);
    if (!line.starts_with("EXPOSE ") && !line.starts_with("expose ")) continue;
    for (const char c : line.substr(7)) {
      if (c >= '0' && c <= '9') {
        port += c;
      } else if (!port.empty()) {
        break;
      }
    }
    break;
  }
  return port.empty() ? "3000" : port;
}

bool IsInPath(std::string_view program, const std::string& path) {
  for (size_t at = 0; at <= path.size();) {
    const size_t end = std::min(path.find(':', at), path.size());
    const std::string file = path.substr(at, end - at) + "/" + std::string(program);
    if (access(file.c_str(), X_OK) == 0) return true;
    at = end + 1;
  }
  return false;
}

// For a shell that knows the port.
std::string ContainerName(const Service& service) {
  return "\"isolane-" + service.config.name + "-$PORT\"";
}

Result<std::string> ContainerCommand(const Service& service, const std::string& path) {
  if (!IsInPath("docker", path)) {
    return ConfigError("DEV_SERVICE_START_FAILED",
                       "Docker is required for `vercel dev` with containers, but the `docker` "
                       "command was not found. Service \"" +
                           service.config.name +
                           "\" is a container: install Docker and start "
                           "again.");
  }
  const std::string image = Quoted("isolane-" + service.config.name);
  const std::string port = ExposedPort(service.directory + "/" + service.entrypoint);
  std::string command = "docker build --quiet --file " + Quoted(service.entrypoint) + " --tag " +
                        image + " . >/dev/null || exit 1\n";
  command += "exec docker run --rm --name " + ContainerName(service) +
             " --publish 127.0.0.1:$PORT:" + port + " --env PORT=" + port;
  for (const UrlBinding& binding : service.config.bindings) command += " --env " + binding.env;
  command += " " + image;
  for (const std::string& word : service.config.command) command += " " + Quoted(word);
  return command;
}

}  // namespace

Result<ProcessSpec> MakeServiceProcess(const Service& service,
                                       const std::map<std::string, std::string>& variables,
                                       const std::string& config_path) {
  ProcessSpec spec;
  spec.name = service.config.name;
  spec.directory = service.directory;
  spec.config_path = config_path;
  spec.port_variables = {"PORT", "VERCEL_DEV_PORT"};
  std::string path = "/usr/local/bin:/usr/bin:/bin";
  for (const auto& [name, value] : variables) {
    if (name == "PATH") {
      path = value;
    } else {
      spec.environment.emplace_back(name, value);
    }
  }
  if (service.host == ServiceHost::kContainer) {
    ISOLANE_ASSIGN(spec.command, ContainerCommand(service, path));
    // The daemon runs it, not the process that asked for it, whose end it may outlive.
    spec.after = "docker rm --force " + ContainerName(service) + " >/dev/null 2>&1";
  } else {
    spec.command = CommandOf(service);
  }
  if (spec.command.empty()) {
    return ConfigError(
        "DEV_SERVICE_START_FAILED",
        "No dev server available for service \"" + service.config.name +
            "\" (framework: " + (service.framework.empty() ? "none" : service.framework) + ")");
  }
  if (spec.command.find(kNodeServerVariable) != std::string::npos) {
    spec.environment.emplace_back(kNodeServerVariable, NodeServerProgram());
  }
  // Programs of the service's own packages come first.
  std::string first;
  for (const char* folder : {"/.venv/bin", "/node_modules/.bin"}) {
    if (KindOf(service.directory + folder) == PathKind::kDirectory) {
      first += service.directory + folder + ":";
    }
  }
  if (service.root != ".") {
    const std::string project =
        service.directory.substr(0, service.directory.size() - service.root.size() - 1);
    if (KindOf(project + "/node_modules/.bin") == PathKind::kDirectory) {
      first += project + "/node_modules/.bin:";
    }
  }
  spec.environment.emplace_back("PATH", first + path);
  for (const UrlBinding& binding : service.config.bindings) {
    spec.bindings.push_back({binding.env, binding.service, config_path});
  }
  return spec;
}

}  // namespace isolane::vercel
