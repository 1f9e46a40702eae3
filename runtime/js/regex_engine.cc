#include "runtime/js/regex_engine.h"

#include <string>
#include <utility>
#include <vector>

#include "runtime/js/convert.h"
#include "runtime/js/platform.h"

namespace isolane::js {

namespace {

// A few ms at most: who writes a pattern does not choose what comes to be matched.
constexpr uint32_t kBacktracks = 1'000'000;

// The names of the groups in the order of their opening brackets. `source` compiles.
std::vector<std::string> GroupNames(std::string_view source) {
  std::vector<std::string> names{""};
  bool in_class = false;
  for (size_t at = 0; at < source.size(); at++) {
    const char c = source[at];
    if (c == '\\') {
      at++;
    } else if (c == '[') {
      in_class = true;
    } else if (c == ']') {
      in_class = false;
    } else if (c == '(' && !in_class) {
      const std::string_view rest = source.substr(at + 1);
      if (!rest.starts_with('?')) {
        names.emplace_back();
      } else if (rest.starts_with("?<") && !rest.starts_with("?<=") && !rest.starts_with("?<!")) {
        names.emplace_back(rest.substr(2, rest.find('>') - 2));
      }
    }
  }
  return names;
}

}  // namespace

class RegexEngine::Expression final : public base::Regex {
 public:
  Expression(RegexEngine& engine, v8::Local<v8::RegExp> expression, std::vector<std::string> names)
      : engine_(engine), expression_(engine.isolate_, expression), names_(std::move(names)) {}

  bool Exec(std::string_view text, Groups* groups) override {
    v8::Isolate* const isolate = engine_.isolate_;
    const v8::Isolate::Scope isolate_scope(isolate);
    const v8::HandleScope handles(isolate);
    const v8::Local<v8::Context> context = engine_.context_.Get(isolate);
    const v8::Context::Scope context_scope(context);
    const v8::TryCatch try_catch(isolate);
    v8::Local<v8::String> subject;
    v8::Local<v8::Object> match;
    // No match is null, which is no object.
    if (!FromLatin1(isolate, text).ToLocal(&subject) ||
        !expression_.Get(isolate)->Exec(context, subject).ToLocal(&match) || !match->IsArray()) {
      return false;
    }
    if (groups == nullptr) return true;
    groups->clear();
    for (uint32_t i = 0; i < names_.size(); i++) {
      v8::Local<v8::Value> value;
      if (!match->Get(context, i).ToLocal(&value)) return false;
      groups->emplace_back();
      if (value->IsString()) ToLatin1(isolate, value.As<v8::String>(), groups->back().emplace());
    }
    return true;
  }

  const std::vector<std::string>& group_names() const override { return names_; }

 private:
  RegexEngine& engine_;
  v8::Global<v8::RegExp> expression_;
  std::vector<std::string> names_;
};

RegexEngine::RegexEngine() : allocator_(v8::ArrayBuffer::Allocator::NewDefaultAllocator()) {
  Platform::Start();
  v8::Isolate::CreateParams params;
  params.array_buffer_allocator = allocator_.get();
  isolate_ = v8::Isolate::New(params);
  const v8::Isolate::Scope isolate_scope(isolate_);
  const v8::HandleScope handles(isolate_);
  context_.Reset(isolate_, v8::Context::New(isolate_));
}

RegexEngine::~RegexEngine() {
  context_.Reset();
  isolate_->Dispose();
  Platform::Start().Forget(isolate_);
}

Result<std::unique_ptr<base::Regex>> RegexEngine::Compile(std::string_view source) {
  const v8::Isolate::Scope isolate_scope(isolate_);
  const v8::HandleScope handles(isolate_);
  const v8::Local<v8::Context> context = context_.Get(isolate_);
  const v8::Context::Scope context_scope(context);
  const v8::TryCatch try_catch(isolate_);
  v8::Local<v8::String> pattern;
  v8::Local<v8::RegExp> expression;
  if (!FromUtf8(isolate_, source).ToLocal(&pattern) ||
      !v8::RegExp::NewWithBacktrackLimit(context, pattern, v8::RegExp::kNone, kBacktracks)
           .ToLocal(&expression)) {
    return Error{Describe(isolate_, try_catch.Exception()), {}, {}, {}};
  }
  return std::unique_ptr<base::Regex>(
      std::make_unique<Expression>(*this, expression, GroupNames(source)));
}

}  // namespace isolane::js
