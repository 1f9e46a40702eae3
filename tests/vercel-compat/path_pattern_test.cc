#include "vercel-compat/path_pattern.h"

#include <doctest/doctest.h>
#include <v8.h>

#include <memory>
#include <random>
#include <string>

#include "runtime/config/files.h"
#include "runtime/js/convert.h"
#include "runtime/js/platform.h"
#include "tests/vercel-compat/regexes.h"

namespace isolane::vercel {
namespace {

// The npm package itself, in an isolate of its own.
class Package {
 public:
  Package() : allocator_(v8::ArrayBuffer::Allocator::NewDefaultAllocator()) {
    js::Platform::Start();
    v8::Isolate::CreateParams params;
    params.array_buffer_allocator = allocator_.get();
    isolate_ = v8::Isolate::New(params);
    auto text = config::ReadFile(std::string(ISOLANE_SOURCE_DIR) +
                                 "/third_party/npm/node_modules/path-to-regexp/dist/index.js");
    REQUIRE(text.ok());
    const v8::Isolate::Scope scope(isolate_);
    const v8::HandleScope handles(isolate_);
    const v8::Local<v8::Context> context = v8::Context::New(isolate_);
    context_.Reset(isolate_, context);
    const v8::Context::Scope context_scope(context);
    Run("var exports = {};" + *text + R"(
      function describe(pattern) {
        try {
          const keys = [];
          const regex = exports.pathToRegexp(pattern, keys, { strict: true, sensitive: true, delimiter: '/' });
          const names = keys.map((key) => (typeof key.name === 'string' ? key.name : ''));
          return regex.source.replaceAll('\\/', '/') + ' ' + names.join();
        } catch (error) {
          return error instanceof SyntaxError ? 'no regular expression' : error.message;
        }
      }
      function fill(pattern) {
        try {
          return exports.compile(pattern, { validate: false })({ a: '$1', b: '$2', id: '$3' });
        } catch (error) {
          return error instanceof SyntaxError ? 'no regular expression' : error.message;
        }
      })");
  }

  ~Package() {
    context_.Reset();
    isolate_->Dispose();
    js::Platform::Start().Forget(isolate_);
  }

  std::string Call(const char* function, const std::string& argument) {
    const v8::Isolate::Scope scope(isolate_);
    const v8::HandleScope handles(isolate_);
    const v8::Local<v8::Context> context = context_.Get(isolate_);
    const v8::Context::Scope context_scope(context);
    const v8::Local<v8::Value> callee =
        context->Global()->Get(context, js::Literal(isolate_, function)).ToLocalChecked();
    v8::Local<v8::Value> arguments[] = {js::FromUtf8(isolate_, argument).ToLocalChecked()};
    return js::Describe(isolate_, callee.As<v8::Function>()
                                      ->Call(context, v8::Undefined(isolate_), 1, arguments)
                                      .ToLocalChecked());
  }

 private:
  void Run(const std::string& text) {
    const v8::Local<v8::Context> context = isolate_->GetCurrentContext();
    v8::Script::Compile(context, js::FromUtf8(isolate_, text).ToLocalChecked())
        .ToLocalChecked()
        ->Run(context)
        .ToLocalChecked();
  }

  std::unique_ptr<v8::ArrayBuffer::Allocator> allocator_;
  v8::Isolate* isolate_;
  v8::Global<v8::Context> context_;
};

// V8 writes the '/' of a regular expression with a backslash.
std::string PlainSlashes(const std::string& source) {
  std::string plain;
  for (size_t i = 0; i < source.size(); i++) {
    if (source[i] == '\\' && i + 1 < source.size() && source[i + 1] == '/') continue;
    plain += source[i];
  }
  return plain;
}

std::string Ours(const std::string& pattern) {
  const auto regex = PatternToRegex(pattern);
  if (!regex.ok()) return regex.error().message;
  if (!Regexes().Compile(regex.value().source).ok()) return "no regular expression";
  std::string names;
  for (size_t i = 0; i < regex.value().segments.size(); i++) {
    names += (i == 0 ? "" : ",") + regex.value().segments[i];
  }
  return PlainSlashes(regex.value().source) + " " + names;
}

std::string OurFilled(const std::string& pattern) {
  const auto filled = FillPattern(pattern, {{"a", "$1"}, {"b", "$2"}, {"id", "$3"}});
  return filled.ok() ? filled.value() : filled.error().message;
}

std::string RandomPattern(std::mt19937& random) {
  static constexpr const char* kPieces[] = {"/",   "/",  ":a",  ":b",     ":id",   "(.*)", "(\\d+)",
                                            "*",   "?",  "+",   "{",      "}",     "-",    ".",
                                            "x",   "yz", "\\:", "(a|b)",  "/api",  ":",    "(",
                                            "\\(", ")",  "_",   "{:a-}?", "(?:x)", "\\"};
  std::string pattern = random() % 4 == 0 ? "" : "/";
  const size_t pieces = random() % 7;
  for (size_t i = 0; i < pieces; i++) pattern += kPieces[random() % std::size(kPieces)];
  return pattern;
}

TEST_SUITE("vercel-compat/path_pattern") {
  TEST_CASE("patterns of Vercel's documentation and of the specification") {
    Package package;
    for (const char* pattern : {"/",
                                "/(.*)",
                                "/api/(.*)",
                                "/api/:path*",
                                "/api/:path+",
                                "/:id",
                                "/:id?",
                                "/u/:id(\\d+)",
                                "/api(/.*)?",
                                "/((?!api/).*)",
                                "/f/{:a-}?:b",
                                "/:a.:ext",
                                "/svc/(a|b)/:z",
                                "/:a/:a",
                                "/blog/:year(\\d{4})/:slug",
                                "/:a-:b",
                                "/{:lang.}?:page",
                                "/*",
                                "/a/**",
                                "/a?",
                                "/x\\",
                                "/:",
                                "/(",
                                "/()",
                                "/(?:a)",
                                "/((a))",
                                "/{a",
                                "/a}",
                                "/caf\xC3\xA9/:x",
                                ""}) {
      CAPTURE(pattern);
      CHECK(Ours(pattern) == package.Call("describe", pattern));
    }
  }

  TEST_CASE("any pattern means what it means to the package") {
    Package package;
    std::mt19937 random(20261121);
    for (int i = 0; i < 20'000; i++) {
      const std::string pattern = RandomPattern(random);
      const std::string theirs = package.Call("describe", pattern);
      const std::string ours = Ours(pattern);
      if (ours == theirs) continue;
      CAPTURE(pattern);
      REQUIRE(ours == theirs);
    }
  }

  TEST_CASE("any pattern is filled in as by the package") {
    Package package;
    std::mt19937 random(4);
    for (int i = 0; i < 20'000; i++) {
      const std::string pattern = RandomPattern(random);
      const std::string theirs = package.Call("fill", pattern);
      // It compiles the patterns of parameters even where it does not use them.
      if (theirs == "no regular expression") continue;
      const std::string ours = OurFilled(pattern);
      if (ours == theirs) continue;
      CAPTURE(pattern);
      REQUIRE(ours == theirs);
    }
  }
}

}  // namespace
}  // namespace isolane::vercel
