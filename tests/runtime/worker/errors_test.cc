// Exceptions across isolates: runtime/builtins/internal/errors.js and the dispatcher.
#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

// What a caller sees of an exception in its target: `look` makes text of `error`.
std::string Across(const std::string& thrown, const std::string& look,
                   const std::string& date = "2024-09-23") {
  TestRuntime runtime({TestWorker::Handler("a", R"js(
                         try { return await env.B.fetch('http://b/'); }
                         catch (error) { return new Response(String()js" +
                                                    look + ")); }")
                           .Service("B", "b")
                           .Date(date),
                       TestWorker::Handler("b", thrown).Date(date)});
  return runtime.Text();
}

const std::string kShow =
    "[error.name, error.message, error.constructor.name, error.remote].join('|')";

// The line that an uncaught exception leaves in the log.
std::string Logged(const std::string& thrown) {
  TestRuntime runtime({TestWorker::Handler("a", thrown)});
  runtime.Get();
  const auto* line = runtime.observer().Find("Uncaught");
  REQUIRE(line != nullptr);
  return line->text;
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) count++;
  return count;
}

TEST_SUITE("runtime/worker/errors") {
  TEST_CASE("the log of an uncaught exception tells what caused it") {
    SUBCASE("with the stack of each") {
      const std::string log = Logged(
          "function f() { return new TypeError('inner', { cause: new RangeError('innermost') }); "
          "}\n"
          "throw new Error('outer', { cause: f() });");
      CHECK(log.starts_with("Uncaught Error: outer\n    at "));
      CHECK(Has(log, "\nCaused by: TypeError: inner\n    at f (index.js:"));
      CHECK(Has(log, "\nCaused by: RangeError: innermost\n    at f (index.js:"));
    }
    SUBCASE("that is no Error") {
      CHECK(Logged("throw new Error('outer', { cause: 'why' });").ends_with("\nCaused by: why"));
    }
    SUBCASE("once, if it goes in a circle") {
      const std::string log =
          Logged("const a = new Error('a'); a.cause = new Error('b', { cause: a }); throw a;");
      CHECK(CountOf(log, "Caused by: ") == 1);
      CHECK(Has(log, "Caused by: Error: b\n"));
      CHECK_FALSE(Has(Logged("const a = new Error('a'); a.cause = a; throw a;"), "Caused by"));
    }
    SUBCASE("of a long chain the first") {
      const std::string log = Logged(
          "let e = new Error('e'); for (let i = 0; i < 1000; i++) e = new Error('n' + i, { cause: "
          "e }); throw e;");
      CHECK(Has(log, "Caused by: Error: n991\n"));
      CHECK_FALSE(Has(log, "n990"));
    }
    SUBCASE("but not if it throws itself") {
      CHECK_FALSE(
          Has(Logged("const e = new Error('e'); Object.defineProperty(e, 'cause', { get() { "
                     "throw new Error('no'); } }); throw e;"),
              "Caused by"));
    }
  }

  TEST_CASE("no stack has frames of the built-in half") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
      const stacks = [new Error('a').stack];
      try { new URL('no url'); } catch (error) { stacks.push(error.stack); }
      await null;
      stacks.push(new Error('late').stack);
      Error.prepareStackTrace = (error, sites) => sites.map((site) => site.getFileName()).join();
      stacks.push(new Error('own').stack);
      return new Response(stacks.join('\n'));
    )js")});
    const std::string stacks = runtime.Text();
    CAPTURE(stacks);
    CHECK(stacks.starts_with("Error: a\n    at Object.fetch (index.js:"));
    CHECK(stacks.ends_with("index.js"));
    CHECK_FALSE(Has(stacks, "isolane:"));
  }

  TEST_CASE("built-in types arrive with their message") {
    for (const std::string type : {"Error", "EvalError", "RangeError", "ReferenceError",
                                   "SyntaxError", "TypeError", "URIError"}) {
      CAPTURE(type);
      CHECK(Across("throw new " + type + "('it failed');", kShow) ==
            type + "|it failed|" + type + "|true");
    }
  }

  TEST_CASE("what V8 throws is no different") {
    CHECK(Across("null.x;", "error.name + (error instanceof TypeError)") == "TypeErrortrue");
    CHECK(Across("nothing;", "error.name + ': ' + error.message") ==
          "ReferenceError: nothing is not defined");
  }

  TEST_CASE("late exceptions arrive as well") {
    CHECK(
        Across(
            "await new Promise((resolve) => setTimeout(resolve, 1)); throw new RangeError('late');",
            kShow) == "RangeError|late|RangeError|true");
  }

  TEST_CASE("what is no Error") {
    CHECK(Across("throw 'only a string';", kShow) == "Error|only a string|Error|true");
    CHECK(Across("throw 42;", "error.message") == "42");
    CHECK(Across("throw undefined;", "error.message") == "undefined");
    CHECK(Across("throw Symbol('s');", "error.message") == "Symbol(s)");
    CHECK(Across("throw { code: 1 };", "error.message") == "#<Object>");
    CHECK(Across("throw { toString() { throw 1; }, constructor: null };", "error.message") ==
          "#<Object>");
  }

  TEST_CASE("a DOMException keeps name and code") {
    CHECK(Across(
              "throw new DOMException('gone', 'NotFoundError');",
              "[error.name, error.message, error.code, error instanceof DOMException].join('|')") ==
          "NotFoundError|gone|8|true");
  }

  TEST_CASE("before 2026-04-21") {
    SUBCASE("a custom name becomes part of the message") {
      CHECK(Across("const e = new Error('with extras'); e.name = 'PaymentError'; throw e;",
                   kShow) == "Error|PaymentError: with extras|Error|true");
    }
    SUBCASE("own properties, cause and stack stay behind") {
      CHECK(Across("const e = new Error('x', { cause: 'why' }); e.code = 7; throw e;",
                   "[error.code, error.cause, error.stack.includes('index.js:2')].join('|')") ==
            "||false");
    }
  }

  TEST_CASE("from 2026-04-21 (enhanced_error_serialization)") {
    const std::string date = "2026-04-21";
    SUBCASE("name, own properties and cause arrive") {
      CHECK(Across(R"js(
                     class PaymentError extends TypeError {
                       constructor(message, options) { super(message, options); this.name = 'PaymentError'; }
                     }
                     throw Object.assign(new PaymentError('declined', { cause: { deep: [1] } }),
                                         { code: 7, list: [1, 2] });
                   )js",
                   "[error.name, error.message, error instanceof TypeError, error.code, "
                   "error.list.length, error.cause.deep[0]].join('|')",
                   date) == "PaymentError|declined|true|7|2|1");
    }
    SUBCASE("a plain object arrives as one") {
      CHECK(Across("throw { code: 7, list: ['a'] };", "error.code + error.list[0]", date) == "7a");
    }
    SUBCASE("built-in types arrive as before") {
      CHECK(Across("throw new RangeError('it failed');", kShow, date) ==
            "RangeError|it failed|RangeError|true");
    }
    SUBCASE("what cannot be cloned is left behind, the error is not") {
      CHECK(Across("throw Object.assign(new TypeError('x'), { f() {} });",
                   "error.name + error.message", date) == "TypeErrorx");
    }
  }

  TEST_CASE("an error's getters that throw do no harm") {
    CHECK(Across("throw Object.defineProperty(new Error('x'), 'message', { get() { throw 1; } });",
                 "error instanceof Error") == "true");
  }

  TEST_CASE("uncaught") {
    const auto answer = [](const std::string& code) {
      TestRuntime runtime({TestWorker::Handler("a", code)});
      const Response response = runtime.Get();
      CHECK(response.status == 500);
      CHECK(response.body == "Internal Server Error");
      REQUIRE(!runtime.observer().lines.empty());
      const auto& line = runtime.observer().lines[0];
      CHECK(line.level == LogLevel::kError);
      CHECK(line.worker == "a");
      CHECK(line.from_runtime);
      return line.text;
    };
    SUBCASE("in the public Worker gives 500, and the log has the stack") {
      const std::string text = answer("throw new RangeError('no');");
      CHECK(text.starts_with("Uncaught RangeError: no\n"));
      CHECK(text.find("index.js:2:7") != std::string::npos);
    }
    SUBCASE("a string") { CHECK(answer("throw 'text';") == "Uncaught text"); }
    SUBCASE("in the middle of the tree it passes through every caller") {
      TestRuntime runtime(
          {TestWorker::Handler("a", "return env.B.fetch(request);").Service("B", "b"),
           TestWorker::Handler("b", "return env.C.fetch(request);").Service("C", "c"),
           TestWorker::Handler("c", "throw new TypeError('deep');")});
      CHECK(runtime.Get().status == 500);
      CHECK(runtime.observer().Find("deep")->worker == "c");
    }
  }

  TEST_CASE("an unhandled rejection is logged with Worker and request, and nothing else happens") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
      Promise.reject(new Error('nobody listens'));
      return new Response('fine');
    )js")});
    CHECK(runtime.Text() == "fine");
    CHECK(runtime.Text() == "fine");
    CHECK(runtime.observer().Count("Uncaught (in promise) Error: nobody listens") == 2);
    const auto& line = runtime.observer().lines.back();
    CHECK(line.worker == "a");
    CHECK(line.request == 2);
  }

  TEST_CASE("a rejection that is handled before the turn is over is not logged") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
      const promise = Promise.reject(new Error('quiet'));
      await null;
      promise.catch(() => {});
      return new Response('fine');
    )js")});
    CHECK(runtime.Text() == "fine");
    CHECK(runtime.observer().lines.empty());
  }

  TEST_CASE("what is no Response") {
    const auto message = [](const TestWorker& target) {
      TestRuntime runtime({TestWorker::Handler("a", R"js(
                             try { return await env.B.fetch('http://b/'); }
                             catch (error) { return new Response(error.name + ': ' + error.message); }
                           )js")
                               .Service("B", "b"),
                           target});
      return runtime.Text();
    };
    const auto direct = [](const std::string& value) {
      return TestWorker("b", "export default { fetch() { return " + value + "; } };");
    };
    CHECK(message(direct("'text'")) ==
          "TypeError: Incorrect type for Promise: the Promise did not resolve to 'Response'.");
    CHECK(message(direct("undefined")) ==
          "TypeError: Incorrect type for Promise: the Promise did not resolve to 'Response'.");
    CHECK(message(TestWorker::Handler("b", "return 'text';")) ==
          "TypeError: Incorrect type for Promise: the Promise did not resolve to 'Response'.");
    CHECK(message(TestWorker::Handler("b", "return Response.error();")) ==
          "TypeError: Return value from serve handler must not be an error response (like "
          "Response.error())");
    CHECK(message(TestWorker("b", "export default {};")) ==
          "Error: Handler does not export a fetch() function.");
  }

  TEST_CASE("a response that was used already is the Worker's error") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
      const response = new Response('x');
      await response.text();
      return response;
    )js")});
    CHECK(runtime.Get().status == 500);
    CHECK(runtime.observer().Find("Body has already been used") != nullptr);
  }

  TEST_CASE("a thenable answers like a promise") {
    TestRuntime runtime({TestWorker(
        "a", "export default { fetch() { return { then(f) { f(new Response('then')); } }; } };")});
    CHECK(runtime.Text() == "then");
  }
}

}  // namespace
}  // namespace isolane::worker
