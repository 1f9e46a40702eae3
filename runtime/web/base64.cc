#include "runtime/web/base64.h"

#include <string>

#include "runtime/js/convert.h"
#include "third_party/simdutf/simdutf.h"

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
  std::string out(simdutf::maximal_binary_length_from_base64(in.data(), in.size()), '\0');
  const simdutf::result result = simdutf::base64_to_binary(in.data(), in.size(), out.data(),
                                                           simdutf::base64_default, simdutf::loose);
  if (result.error == simdutf::SUCCESS) ReturnLatin1(arguments, {out.data(), result.count});
}

void Base64Encode(const Arguments& arguments) {
  std::string in;
  if (!arguments[0]->IsString() ||
      !ToBytes(arguments.GetIsolate(), arguments[0].As<v8::String>(), in)) {
    return;
  }
  std::string out(simdutf::base64_length_from_binary(in.size(), simdutf::base64_default), '\0');
  out.resize(simdutf::binary_to_base64(in.data(), in.size(), out.data(), simdutf::base64_default));
  ReturnLatin1(arguments, out);
}

}  // namespace isolane::web
