// A service that is a program of its own: what the compat folders make of a service that no isolate
// can run. It serves HTTP on the port that it is told; isolane starts it, watches it and ends it.
//
// Thread: any. Plain data; owns everything it holds.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace isolane {

// An environment variable whose value is the origin of a service, without a slash at its end:
// requests to it, and only those of the process that was given it, reach that service.
struct UrlBinding {
  std::string variable;
  std::string service;  // a Worker or a process of the same Runtime
  // Where it was declared, for messages. May be empty.
  std::string where;
};

struct ProcessSpec {
  // How bindings and messages name it. Unique among the Workers and processes of a Runtime.
  std::string name;
  // For /bin/sh, which finds the port in $PORT.
  std::string command;
  // Likewise; run when the process has ended, however that was. For what it starts elsewhere.
  std::string after = {};
  std::string directory;  // where it starts
  // All of it, but for the port and the bindings, which win over what is here.
  std::vector<std::pair<std::string, std::string>> environment;
  // The variables that hold the port.
  std::vector<std::string> port_variables = {"PORT"};
  std::vector<UrlBinding> bindings;
  // The file it came from, for messages. May be empty.
  std::string config_path;
};

}  // namespace isolane
