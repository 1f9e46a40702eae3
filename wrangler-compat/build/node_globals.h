// Globals of Node.js for Workers with nodejs_compat, made of the modules of node_modules.h. They
// are properties of globalThis, so that code finds them however it asks. A bundle has those that
// its scripts ask for; most ask for none.
//
// Thread: any.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace isolane::wrangler {

inline constexpr std::string_view kNodeGlobalNames[] = {"process", "Buffer", "global",
                                                        "setImmediate", "clearImmediate"};
// The global object, of which they are properties.
inline constexpr std::string_view kGlobalObjectNames[] = {"globalThis", "self", "global"};
// Of kNodeGlobalNames.
using NodeNames = std::set<std::string, std::less<>>;

// Name of the module that defines them, each to be made when it is asked for. It comes before all
// others.
inline constexpr char kNodeGlobals[] = "isolane:node-globals";
// Its text.
std::string NodeGlobalsSource(const NodeNames& names);

// Which ones a script may ask for: by name, as a property of the global object, or, which is all of
// them, by a name that is computed. No parser: local names count, too, and in a script that cannot
// be told apart without one so do words in texts and comments.
NodeNames NodeGlobalsIn(std::string_view script);

// Which ones a bundle of esbuild's may ask for. It gives no variable the name of a global that is
// asked for. `is_ours`: whether a file, as a comment of the bundle names it, is of node_modules.h;
// those look at the global object for other things. In a minified one there are no comments.
NodeNames NodeGlobalsInBundle(std::string_view bundle,
                              const std::function<bool(const std::string& path)>& is_ours);

// Whether `name`, one of them, cannot be the global where "(" follows it: nobody calls an object.
bool IsNeverCalled(std::string_view name);

}  // namespace isolane::wrangler
