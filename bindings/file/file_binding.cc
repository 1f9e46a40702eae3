#include "bindings/file/file_binding.h"

#include <string_view>

#include "runtime/js/array_buffer.h"
#include "runtime/js/convert.h"
#include "runtime/js/exceptions.h"
#include "runtime/js/isolate.h"
#include "runtime/worker/worker.h"

namespace isolane::bindings {

namespace {

v8::MaybeLocal<v8::Value> ValueOf(v8::Isolate* isolate, ModuleType type, std::string_view content) {
  if (type == ModuleType::kText) {
    v8::Local<v8::String> text;
    if (!js::FromUtf8(isolate, content).ToLocal(&text)) return {};
    return text;
  }
  if (type == ModuleType::kData) {
    v8::Local<v8::ArrayBuffer> bytes;
    if (!js::CopyToArrayBuffer(isolate, content).ToLocal(&bytes)) return {};
    return bytes;
  }
  js::Isolate& owner = js::Isolate::From(isolate);
  // Code may not compile any itself.
  owner.allow_wasm = true;
  v8::Local<v8::WasmModuleObject> wasm;
  const bool made = v8::WasmModuleObject::Compile(
                        isolate, {reinterpret_cast<const uint8_t*>(content.data()), content.size()})
                        .ToLocal(&wasm);
  owner.allow_wasm = false;
  return made ? v8::MaybeLocal<v8::Value>(wasm) : v8::MaybeLocal<v8::Value>();
}

class File final : public worker::BindingKind {
 public:
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker&, const BindingSpec& spec) override {
    const auto* binding = std::get_if<FileBinding>(&spec.value);
    if (binding == nullptr) return v8::MaybeLocal<v8::Value>();
    v8::Isolate* isolate = v8::Isolate::GetCurrent();
    v8::TryCatch try_catch(isolate);
    const std::string_view content =
        binding->content == nullptr ? std::string_view() : *binding->content;
    v8::Local<v8::Value> value;
    if (ValueOf(isolate, binding->type, content).ToLocal(&value)) {
      return v8::MaybeLocal<v8::Value>(value);
    }
    Error error = js::ErrorFrom(isolate, try_catch);
    error.message = "the binding " + spec.name + " to " + binding->path +
                    " could not be made: " + error.message;
    error.where = spec.where;
    error.excerpt.clear();
    return error;
  }
};

}  // namespace

worker::BindingKind& FileKind() {
  static File kind;
  return kind;
}

}  // namespace isolane::bindings
