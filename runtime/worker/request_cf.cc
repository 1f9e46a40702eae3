#include "runtime/worker/request_cf.h"

#include "runtime/js/array_buffer.h"
#include "runtime/js/convert.h"

namespace isolane::worker {

std::string CfArgument(const Arguments& info, int index) {
  if (!info[index]->IsString()) return BytesArgument(info, index);
  std::string accept_encoding;
  js::ToLatin1(info.GetIsolate(), info[index].As<v8::String>(), accept_encoding);
  return MadeUpCf(accept_encoding);
}

v8::MaybeLocal<v8::Value> CfValue(v8::Isolate* isolate, std::string_view cf) {
  if (cf.empty()) return v8::Undefined(isolate);
  if (cf[0] == '\0') {
    v8::Local<v8::String> accept_encoding;
    if (!js::FromLatin1(isolate, cf.substr(1)).ToLocal(&accept_encoding)) return {};
    return accept_encoding;
  }
  v8::Local<v8::ArrayBuffer> bytes;
  if (!js::CopyToArrayBuffer(isolate, cf).ToLocal(&bytes)) return {};
  return bytes;
}

}  // namespace isolane::worker
