#include "runtime/web/html_rewriter.h"

#include <cstddef>
#include <cstdint>

#include "runtime/js/isolate.h"

// runtime/snapshot.cmake
extern "C" {
extern const unsigned char isolane_html_rewriter_wasm[];
extern const size_t isolane_html_rewriter_wasm_size;
}

namespace isolane::web {

void HtmlRewriterModule(const v8::FunctionCallbackInfo<v8::Value>& arguments) {
  v8::Isolate* isolate = arguments.GetIsolate();
  js::Isolate& owner = js::Isolate::From(isolate);
  const bool allowed = owner.allow_wasm;
  owner.allow_wasm = true;
  v8::Local<v8::WasmModuleObject> module;
  const bool made = v8::WasmModuleObject::Compile(
                        isolate, {static_cast<const uint8_t*>(isolane_html_rewriter_wasm),
                                  isolane_html_rewriter_wasm_size})
                        .ToLocal(&module);
  owner.allow_wasm = allowed;
  if (made) arguments.GetReturnValue().Set(module);
}

}  // namespace isolane::web
