// How a binding is shown to people: in the table at start and by `isolane explain`.
//
// Thread: any. Pure functions.
#pragma once

#include <string>

#include <isolane/worker_spec.h>

namespace isolane::wrangler {

struct BindingText {
  std::string value;     // auth#Admin, "hello", {"a":1}; a secret is "(hidden)"; may be empty
  std::string resource;  // Worker, Environment Variable, KV Namespace
  std::string worker;    // the Worker that it needs besides its own; may be empty
  bool supported = true;
};

BindingText DescribeBinding(const BindingSpec& binding);

}  // namespace isolane::wrangler
