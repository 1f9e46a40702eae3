// The text of stack traces: without the frames of the built-in half, which say nothing to the
// author of a Worker, and with those of generated modules told in places of their sources.
//
// Loop thread. Owned by js::Isolate; the isolate is entered in every call but the constructor.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <v8.h>

#include <isolane/worker_spec.h>

#include "runtime/base/source_map.h"

namespace isolane::js {

class SourceMaps {
 public:
  // From now on V8 asks for the text of each stack of `isolate`, when somebody first reads it.
  static void Install(v8::Isolate* isolate);

  // `script` is the name that the module has in stack traces.
  void Add(std::string script, std::shared_ptr<const SourceMap> map);

  // "script:3:7" as a place of its source, if it has one. False if nothing was changed.
  bool MapPlace(std::string& place);

 private:
  static v8::MaybeLocal<v8::Value> Prepare(v8::Local<v8::Context> context,
                                           v8::Local<v8::Value> error, v8::Local<v8::Array> sites);
  // Replaces the place at the end of a frame: "f (script:3:7)".
  std::string MapFrame(std::string frame);

  std::vector<std::pair<std::string, base::SourceMapReader>> maps_;
};

}  // namespace isolane::js
