#include "runtime/web/base64.h"

#include <string>

#include "runtime/base/base64.h"
#include "runtime/js/convert.h"

namespace isolane::web {

namespace {

// The characters as bytes; false when one does not fit.
bool ToBytes(v8::Isolate* isolate, v8::Local<v8::String> text, std::string& out) {
  if (!text->IsOneByte() && !text->ContainsOnlyOneByte()) return false;
  js::ToLatin1(isolate, text, out);
  return true;
}

void ReturnLatin1(const Arguments& arguments, std::string_view bytes) {
  v8::Local<v8::String> text;
  if (js::FromLatin1(arguments.GetIsolate(), bytes).ToLocal(&text)) {
    arguments.GetReturnValue().Set(text);
  }
}

}  // namespace

// https://infra.spec.whatwg.org/#forgiving-base64-decode
void Base64Decode(const Arguments& arguments) {
  std::string in;
  if (!arguments[0]->IsString() ||
      !ToBytes(arguments.GetIsolate(), arguments[0].As<v8::String>(), in)) {
    return;
  }
  if (const auto bytes = base::Base64Decoded(in)) ReturnLatin1(arguments, *bytes);
}

void Base64Encode(const Arguments& arguments) {
  std::string in;
  if (!arguments[0]->IsString() ||
      !ToBytes(arguments.GetIsolate(), arguments[0].As<v8::String>(), in)) {
    return;
  }
  ReturnLatin1(arguments, base::Base64Encoded(in));
}

}  // namespace isolane::web
