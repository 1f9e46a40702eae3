#include "bindings/unsupported/unsupported_binding.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::bindings {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

// What a Worker answers whose env.KV is a KV namespace and whose fetch() has this body.
std::string Answer(const std::string& body) {
  TestRuntime runtime({TestWorker::Handler("w", body).Binding(
      {"KV",
       UnsupportedBinding{"KV Namespace", "id", "isolane does not support yet",
                          "Bind a Worker instead."},
       "w/wrangler.toml:7"})});
  return runtime.Text();
}

TEST_SUITE("bindings/unsupported") {
  TEST_CASE("use of an unsupported binding") {
    const std::string message =
        "KV is a KV Namespace, which isolane does not support yet (w/wrangler.toml:7). "
        "Bind a Worker instead.";
    SUBCASE("throws on a method call") {
      CHECK(
          Answer("try { await env.KV.get('k'); } catch (e) { return new Response(String(e)); }") ==
          "Error: env.KV.get: " + message);
    }
    SUBCASE("throws on reading a property") {
      CHECK(Answer("try { env.KV.size; } catch (e) { return new Response(e.message); }") ==
            "env.KV.size: " + message);
    }
    SUBCASE("can be awaited, printed, serialized and looked at") {
      CHECK(Answer("const kv = await env.KV; console.log(kv, env); return new Response("
                   "JSON.stringify(env) + typeof kv + ('get' in kv) + (kv === env.KV));") ==
            "{\"KV\":{}}objectfalsetrue");
    }
  }
}

}  // namespace
}  // namespace isolane::bindings
