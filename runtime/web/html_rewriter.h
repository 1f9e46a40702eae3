// The WebAssembly module behind HTMLRewriter: lol-html, from npm (third_party/README.md).
#pragma once

#include <v8.h>

namespace isolane::web {

// htmlRewriterModule() -> WebAssembly.Module. V8 compiles it once for all isolates of the process.
void HtmlRewriterModule(const v8::FunctionCallbackInfo<v8::Value>& arguments);

}  // namespace isolane::web
