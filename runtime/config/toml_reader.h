// TOML text to a configuration tree. The only user of toml++ is toml_reader.cc.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

#include <isolane/result.h>

#include "runtime/config/config_tree.h"

namespace isolane::config {

// `path` is only used in the error, which says where and shows the line.
Result<ConfigNode> ReadToml(std::string_view source, const std::string& path);

}  // namespace isolane::config
