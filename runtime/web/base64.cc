#include "runtime/web/base64.h"

#include <openssl/crypto.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/base64.h"
#include "runtime/js/convert.h"
#include "runtime/web/arguments.h"

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

void Base64UrlDecode(const Arguments& arguments) {
  v8::Isolate* isolate = arguments.GetIsolate();
  std::string in;
  if (!arguments[0]->IsString() || !ToBytes(isolate, arguments[0].As<v8::String>(), in)) return;
  auto decoded = base::Base64UrlDecoded(in);
  // It may be a key (builtins/web/crypto/jwk.js).
  OPENSSL_cleanse(in.data(), in.size());
  if (!decoded) return;
  v8::Local<v8::Uint8Array> bytes;
  if (NewBytes(isolate, {reinterpret_cast<const uint8_t*>(decoded->data()), decoded->size()})
          .ToLocal(&bytes)) {
    arguments.GetReturnValue().Set(bytes);
  }
  OPENSSL_cleanse(decoded->data(), decoded->size());
}

void Base64UrlEncode(const Arguments& arguments) {
  const BytesView view(arguments[0]);
  const std::span<const uint8_t> bytes = view.bytes();
  std::string text =
      base::Base64UrlEncoded({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  ReturnLatin1(arguments, text);
  OPENSSL_cleanse(text.data(), text.size());
}

}  // namespace isolane::web
