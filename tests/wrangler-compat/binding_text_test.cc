#include "wrangler-compat/binding_text.h"

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

// "VALUE | RESOURCE", and "-> WORKER" if it needs one.
std::string Described(decltype(BindingSpec::value) value) {
  const BindingText text = DescribeBinding({"NAME", std::move(value), {}});
  return text.value + " | " + text.resource + (text.worker.empty() ? "" : " -> " + text.worker);
}

TEST_SUITE("wrangler-compat/binding_text") {
  TEST_CASE("a binding is shown by what it is bound to and what that is") {
    CHECK(Described(ServiceBinding{"auth", "Admin", {}}) == "auth#Admin | Worker -> auth");
    CHECK(Described(DurableObjectBinding{"Room", {}}) == "Room | Durable Object");
    CHECK(Described(DurableObjectBinding{"Room", "chat"}) ==
          "Room, defined in chat | Durable Object -> chat");
    CHECK(Described(WorkflowBinding{"orders", "Order"}) == "Order | Workflow");
    CHECK(Described(WorkflowBinding{"orders", "Order", "shop"}) ==
          "Order (defined in shop) | Workflow");
    CHECK(Described(FileBinding{ModuleType::kWasm, "a.wasm", nullptr}) == "a.wasm | Wasm Module");
    CHECK(Described(FileBinding{ModuleType::kData, "a.bin", nullptr}) == "a.bin | Data Blob");
    CHECK(Described(FileBinding{ModuleType::kText, "a.txt", nullptr}) == "a.txt | Text Blob");
    CHECK(Described(VarBinding{"{\"a\":1}"}) == "{\"a\":1} | Environment Variable");
    CHECK(Described(VarBinding{.json = "\"secret\"", .hidden = true}) ==
          "\"(hidden)\" | Environment Variable");
  }
}

}  // namespace
}  // namespace isolane::wrangler
