#include "runtime/js/source_maps.h"

#include <charconv>

#include "runtime/js/convert.h"
#include "runtime/js/isolate.h"

namespace isolane::js {
namespace {

v8::MaybeLocal<v8::Value> Get(v8::Local<v8::Context> context, v8::Local<v8::Value> object,
                              std::string_view name) {
  if (!object->IsObject()) return {};
  return object.As<v8::Object>()->Get(context, Literal(v8::Isolate::GetCurrent(), name));
}

// Error.prototype.toString(), whatever the error's own says: as V8 begins a stack.
std::string Heading(v8::Local<v8::Context> context, v8::Local<v8::Value> error) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  v8::TryCatch try_catch(isolate);
  const auto text = [&](std::string_view name, std::string_view otherwise) {
    v8::Local<v8::Value> value;
    if (!Get(context, error, name).ToLocal(&value) || value->IsUndefined()) {
      return std::string(otherwise);
    }
    return Describe(isolate, value, otherwise);
  };
  const std::string name = text("name", "Error");
  const std::string message = text("message", "");
  if (name.empty()) return message;
  return message.empty() ? name : name + ": " + message;
}

// Error.prepareStackTrace, which V8 leaves to whoever prepares stacks.
v8::MaybeLocal<v8::Function> OwnPrepare(v8::Local<v8::Context> context,
                                        v8::Local<v8::Value>& receiver) {
  v8::TryCatch try_catch(v8::Isolate::GetCurrent());
  v8::Local<v8::Value> prepare;
  if (!Get(context, context->Global(), "Error").ToLocal(&receiver) ||
      !Get(context, receiver, "prepareStackTrace").ToLocal(&prepare) || !prepare->IsFunction()) {
    return {};
  }
  return prepare.As<v8::Function>();
}

bool ParseNumber(std::string_view text, size_t& at, int& number) {
  const auto parsed = std::from_chars(text.data() + at, text.data() + text.size(), number);
  if (parsed.ec != std::errc()) return false;
  at = static_cast<size_t>(parsed.ptr - text.data());
  return true;
}

// "handleFetch (isolane:workers/dispatch:113:20)"
bool IsOfBuiltins(std::string_view frame) {
  constexpr std::string_view kBuiltin = "isolane:";
  if (frame.starts_with("async ")) frame.remove_prefix(sizeof "async " - 1);
  return frame.starts_with(kBuiltin) || frame.find("(isolane:") != std::string_view::npos;
}

}  // namespace

void SourceMaps::Install(v8::Isolate* isolate) { isolate->SetPrepareStackTraceCallback(Prepare); }

void SourceMaps::Add(std::string script, std::shared_ptr<const SourceMap> map) {
  maps_.emplace_back(std::move(script), base::SourceMapReader(std::move(map)));
}

std::string SourceMaps::MapFrame(std::string frame) {
  for (auto& [script, map] : maps_) {
    const size_t start = frame.rfind(script + ":");
    if (start == std::string::npos ||
        (start > 0 && frame[start - 1] != '(' && frame[start - 1] != ' ')) {
      continue;
    }
    size_t at = start + script.size() + 1;
    int line = 0;
    int column = 0;
    if (!ParseNumber(frame, at, line) || at >= frame.size() || frame[at] != ':') continue;
    at++;
    if (!ParseNumber(frame, at, column)) continue;
    const auto place = map.Find(line, column);
    if (!place) continue;
    frame.replace(
        start, at - start,
        place->source + ":" + std::to_string(place->line) + ":" + std::to_string(place->column));
    break;
  }
  return frame;
}

bool SourceMaps::MapPlace(std::string& place) {
  std::string mapped = MapFrame(place);
  if (mapped == place) return false;
  place = std::move(mapped);
  return true;
}

v8::MaybeLocal<v8::Value> SourceMaps::Prepare(v8::Local<v8::Context> context,
                                              v8::Local<v8::Value> error,
                                              v8::Local<v8::Array> sites) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Value> receiver;
  v8::Local<v8::Function> prepare;
  const bool is_own = OwnPrepare(context, receiver).ToLocal(&prepare);
  std::vector<v8::Local<v8::Value>> own;
  std::string frames;
  for (uint32_t i = 0; i < sites->Length(); i++) {
    v8::Local<v8::Value> site;
    if (!sites->Get(context, i).ToLocal(&site)) return {};
    std::string frame = Describe(isolate, site);
    if (IsOfBuiltins(frame)) continue;
    if (is_own) {
      own.push_back(site);
    } else {
      frames += "\n    at " + Isolate::From(isolate).source_maps().MapFrame(std::move(frame));
    }
  }
  if (is_own) {
    v8::Local<v8::Value> arguments[] = {error, v8::Array::New(isolate, own.data(), own.size())};
    return prepare->Call(context, receiver, 2, arguments);
  }
  const std::string text = Heading(context, error) + frames;
  v8::Local<v8::String> stack;
  if (!FromUtf8(isolate, text).ToLocal(&stack)) return {};
  return stack;
}

}  // namespace isolane::js
