// Precompiled for everything that faces V8: v8.h takes a second to parse. Not to be included by
// hand.
#pragma once
#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>
