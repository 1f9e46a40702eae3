// The configuration tree (runtime/config/config_tree.h) by the names it has here.
//
// Thread: any.
#pragma once

#include "runtime/config/config_tree.h"

namespace isolane::wrangler {

using config::ConfigKind;
using config::ConfigMember;
using config::ConfigNode;
using config::Excerpt;
using config::JsonQuote;
using config::NumberOf;
using config::Position;
using config::PositionOf;
using config::ToIndentedJson;
using config::ToJson;
using config::WholeNumberOf;

}  // namespace isolane::wrangler
