#include "wrangler-compat/dotenv_process.h"

#include <utility>

#include "wrangler-compat/files.h"

namespace isolane::wrangler {

std::vector<DevVar> VariablesBeside(const DotenvSource& source, const ProcessVariables& process) {
  std::vector<DevVar> vars;
  for (const std::string& file :
       source.files.empty() ? EnvFileNames(source.environment) : source.files) {
    const std::string path = AbsolutePath(source.directory, file);
    if (KindOf(path) != PathKind::kFile) continue;
    auto text = ReadFile(path);
    // Told, with the file's name, when it is read for the Workers.
    if (text.ok()) LayOver(vars, *text, ShownPath(source.directory, path));
  }
  return Expanded(std::move(vars), process);
}

}  // namespace isolane::wrangler
