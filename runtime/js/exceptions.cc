#include "runtime/js/exceptions.h"

#include <algorithm>
#include <vector>

#include "runtime/js/convert.h"
#include "runtime/js/isolate.h"

namespace isolane::js {

namespace {

constexpr size_t kLongestSourceLine = 160;

void AddPlace(v8::Isolate* isolate, v8::Local<v8::Message> message, Error& error) {
  if (message.IsEmpty()) return;
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  const int line = message->GetLineNumber(context).FromMaybe(0);
  const int column = message->GetStartColumn(context).FromMaybe(-1) + 1;
  v8::Local<v8::Value> resource = message->GetScriptResourceName();
  if (!resource->IsString() || line <= 0) return;
  const std::string file = Describe(isolate, resource);
  // Places inside the built-in half would only mislead.
  if (file.starts_with("isolane:")) return;
  error.where = file + ":" + std::to_string(line) + ":" + std::to_string(column);
  Isolate::From(isolate).source_maps().MapPlace(error.where);
  v8::Local<v8::String> source;
  if (!message->GetSourceLine(context).ToLocal(&source)) return;
  std::string text = ToUtf8(isolate, source);
  if (text.empty() || text.size() > kLongestSourceLine) return;
  std::string caret;
  for (int i = 0; i + 1 < column && static_cast<size_t>(i) < text.size(); i++) {
    caret += text[static_cast<size_t>(i)] == '\t' ? '\t' : ' ';
  }
  error.excerpt = "  " + text + "\n  " + caret + "^";
}

// What is thrown with more causes is told without the rest.
constexpr size_t kMostCauses = 8;

// The stack of one error, without its cause.
std::string OneStack(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  v8::Local<v8::Value> stack;
  if (value->IsNativeError() &&
      value.As<v8::Object>()
          ->Get(isolate->GetCurrentContext(), Literal(isolate, "stack"))
          .ToLocal(&stack) &&
      stack->IsString()) {
    return ToUtf8(isolate, stack.As<v8::String>());
  }
  return Describe(isolate, value, "unknown error");
}

// Undefined if it has none.
v8::Local<v8::Value> CauseOf(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  v8::Local<v8::Value> cause;
  if (value->IsNativeError() && value.As<v8::Object>()
                                    ->Get(isolate->GetCurrentContext(), Literal(isolate, "cause"))
                                    .ToLocal(&cause)) {
    return cause;
  }
  return v8::Undefined(isolate);
}

}  // namespace

Error ErrorFrom(v8::Isolate* isolate, const v8::TryCatch& try_catch) {
  Error error;
  v8::HandleScope handles(isolate);
  error.message = Describe(isolate, try_catch.Exception(), "unknown error");
  AddPlace(isolate, try_catch.Message(), error);
  return error;
}

Error ErrorFromValue(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  Error error;
  v8::HandleScope handles(isolate);
  error.message = Describe(isolate, value, "unknown error");
  if (value->IsObject()) AddPlace(isolate, v8::Exception::CreateMessage(isolate, value), error);
  return error;
}

std::string StackOf(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  v8::HandleScope handles(isolate);
  v8::TryCatch try_catch(isolate);
  std::string text = OneStack(isolate, value);
  std::vector<v8::Local<v8::Value>> told = {value};
  for (size_t i = 0; i < kMostCauses; i++) {
    v8::Local<v8::Value> cause = CauseOf(isolate, told.back());
    const bool again = std::any_of(told.begin(), told.end(), [&](v8::Local<v8::Value> one) {
      return one->StrictEquals(cause);
    });
    if (cause->IsNullOrUndefined() || again || try_catch.HasTerminated()) break;
    text += "\nCaused by: " + OneStack(isolate, cause);
    told.push_back(cause);
  }
  return text;
}

void ThrowError(v8::Isolate* isolate, const std::string& message) {
  v8::Local<v8::String> text;
  if (FromUtf8(isolate, message).ToLocal(&text)) {
    isolate->ThrowException(v8::Exception::Error(text));
  }
}

void ThrowTypeError(v8::Isolate* isolate, const std::string& message) {
  v8::Local<v8::String> text;
  if (FromUtf8(isolate, message).ToLocal(&text)) {
    isolate->ThrowException(v8::Exception::TypeError(text));
  }
}

}  // namespace isolane::js
