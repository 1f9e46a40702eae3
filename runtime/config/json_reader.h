// JSON text with comments and trailing commas to a configuration tree. The only user of
// nlohmann/json is json_reader.cc.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

#include <isolane/result.h>

#include "runtime/config/config_tree.h"

namespace isolane::config {

enum class TrailingCommas { kAccept, kRefuse };

// `path` is only used in the error, which says where and shows the line. The error begins with the
// name that jsonc-parser gives this kind of mistake ("CommaExpected"), as wrangler's does.
Result<ConfigNode> ReadJson(std::string_view source, const std::string& path,
                            TrailingCommas commas = TrailingCommas::kAccept);

}  // namespace isolane::config
