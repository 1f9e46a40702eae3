// The .env files of a folder as wrangler reads them: which there are, what each lays over those
// before it, and what their values stand for.
//
// Thread: any. Blocking: reads files.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace isolane::wrangler {

using ProcessVariables = std::map<std::string, std::string>;

struct DevVar {
  std::string name;
  std::string value;  // secret: for env only
  std::string where;  // "auth/.dev.vars:3", "process.env"
};

// .env, .env.local, and after them those of the environment, if there is one.
std::vector<std::string> EnvFileNames(const std::string& environment);

// Stands where the one of its name is, or at the end.
void LayOver(std::vector<DevVar>& vars, DevVar var);
// The same with each variable of a file's text. `shown`: the file's name in `where`.
void LayOver(std::vector<DevVar>& vars, std::string_view text, const std::string& shown);

// Each value may use `process` and the variables before it. One that `process` has, and not empty,
// is left out: it is that of the process.
std::vector<DevVar> Expanded(std::vector<DevVar> vars, const ProcessVariables& process);

}  // namespace isolane::wrangler
