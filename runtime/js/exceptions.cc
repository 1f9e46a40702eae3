#include "runtime/js/exceptions.h"

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

// Without the frames of the built-in half, which say nothing to the author of a Worker.
std::string OwnFrames(const std::string& stack) {
  std::string kept;
  size_t at = 0;
  while (at < stack.size()) {
    size_t end = stack.find('\n', at);
    if (end == std::string::npos) end = stack.size();
    const std::string_view line(stack.data() + at, end - at);
    const bool internal = line.find("(isolane:") != std::string_view::npos ||
                          line.find("at isolane:") != std::string_view::npos;
    if (!internal) {
      if (!kept.empty()) kept += '\n';
      kept += line;
    }
    at = end + 1;
  }
  return kept;
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
  if (value->IsNativeError()) {
    v8::Local<v8::Value> stack;
    if (value.As<v8::Object>()
            ->Get(isolate->GetCurrentContext(), Literal(isolate, "stack"))
            .ToLocal(&stack) &&
        stack->IsString()) {
      return OwnFrames(ToUtf8(isolate, stack.As<v8::String>()));
    }
  }
  return Describe(isolate, value, "unknown error");
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
