#include "bindings/unsupported/unsupported_binding.h"

#include <string>

#include "runtime/js/convert.h"

namespace isolane::bindings {

namespace {

// The trap `get` of the Proxy. Its data: what to say before and after the name of the property.
void OnGet(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* isolate = info.GetIsolate();
  if (info.Length() < 2 || !info[1]->IsString()) return;
  const std::string property = js::ToUtf8(isolate, info[1].As<v8::String>());
  if (property == "then" || property == "toJSON") return;

  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::Local<v8::Array> data = info.Data().As<v8::Array>();
  v8::Local<v8::Value> before, after;
  v8::Local<v8::String> message;
  if (!data->Get(context, 0).ToLocal(&before) || !data->Get(context, 1).ToLocal(&after) ||
      !js::FromUtf8(isolate,
                    js::Describe(isolate, before) + property + js::Describe(isolate, after))
           .ToLocal(&message)) {
    return;
  }
  isolate->ThrowException(v8::Exception::Error(message));
}

// ": KV is a KV Namespace, which isolane does not support yet (wrangler.toml:7). ..."
std::string Explanation(const BindingSpec& spec, const UnsupportedBinding& binding) {
  const bool vowel = !binding.kind.empty() &&
                     std::string_view("AEIOU").find(binding.kind.front()) != std::string::npos;
  std::string text = ": " + spec.name + " is " + (vowel ? "an " : "a ") + binding.kind +
                     ", which " + binding.reason;
  if (!spec.where.empty()) text += " (" + spec.where + ")";
  text += ".";
  if (!binding.advice.empty()) text += " " + binding.advice;
  return text;
}

class Unsupported final : public worker::BindingKind {
 public:
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker&, const BindingSpec& spec) override {
    const auto* binding = std::get_if<UnsupportedBinding>(&spec.value);
    if (binding == nullptr) return v8::MaybeLocal<v8::Value>();
    v8::Isolate* isolate = v8::Isolate::GetCurrent();
    v8::Local<v8::Context> context = isolate->GetCurrentContext();
    v8::Local<v8::String> before, after;
    v8::Local<v8::Function> trap;
    v8::Local<v8::Proxy> proxy;
    v8::Local<v8::Object> handler = v8::Object::New(isolate);
    if (js::FromUtf8(isolate, "env." + spec.name + ".").ToLocal(&before) &&
        js::FromUtf8(isolate, Explanation(spec, *binding)).ToLocal(&after)) {
      v8::Local<v8::Value> texts[] = {before, after};
      if (v8::Function::New(context, OnGet, v8::Array::New(isolate, texts, 2), 0,
                            v8::ConstructorBehavior::kThrow)
              .ToLocal(&trap) &&
          handler->CreateDataProperty(context, js::Literal(isolate, "get"), trap)
              .FromMaybe(false) &&
          v8::Proxy::New(context, v8::Object::New(isolate), handler).ToLocal(&proxy)) {
        return v8::MaybeLocal<v8::Value>(proxy);
      }
    }
    return Error{"the binding " + spec.name + " could not be made", {}, spec.where, {}};
  }
};

}  // namespace

worker::BindingKind& UnsupportedKind() {
  static Unsupported kind;
  return kind;
}

}  // namespace isolane::bindings
