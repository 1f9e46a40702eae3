// What `isolane dev` says of its builds and reloads: lines for people, or objects for programs.
//
//   ⎔ Building gateway ... 5 s
//   ⎔ Reloading local server...
//   ⎔ Local server updated and ready (gateway, 12 ms)
//
//   {"type":"build","time":...,"worker":"gateway","ok":true,"bundled":false,"ms":1.2}
//   {"type":"reload","time":...,"workers":["gateway"],"ms":12}
//
// Why a build failed is a line of its own (PrintError).
//
// Main thread. What was gathered elsewhere comes first (`flush`).
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "wrangler-compat/build/builder.h"

namespace isolane::cli {

class DevLog {
 public:
  // `flush` is called before something is printed; may be nothing.
  DevLog(const CliOptions& options, std::function<void()> flush);

  // A build is over. Prints what it has to say, but for its error.
  void Built(const std::string& worker, const wrangler::BuildResult& result);
  // The same, of one whose words were printed (BuildAndPrint).
  void Record(const std::string& worker, const wrangler::BuildResult& result);
  // Builds go on for so long.
  void Building(const std::vector<std::string>& workers, std::chrono::seconds passed);
  // New versions are about to be put in place.
  void Reloading();
  // They are, `ms` after the first change was noticed.
  void Reloaded(const std::vector<std::string>& workers, double ms);

  void Note(const std::string& note);
  void Warn(const std::string& text);
  void Fail(const std::string& text);
  void Tell(const wrangler::Diagnostics& diagnostics);
  // Before somebody else prints.
  void Flush() const;

 private:
  void Line(const std::string& text, const std::string& json);

  const LogLevel level_;
  const LogFormat format_;
  const std::function<void()> flush_;
};

}  // namespace isolane::cli
