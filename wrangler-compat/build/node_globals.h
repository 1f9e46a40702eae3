// Globals of Node.js for Workers with nodejs_compat: `process`, `Buffer`, `global`, `setImmediate`
// and `clearImmediate`, made of the modules of node_modules.h. They are properties of globalThis,
// so that code finds them however it asks. Most Workers do not ask, and are built without.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

namespace isolane::wrangler {

// Name of the module that defines them, each to be made when it is asked for. It comes before all
// others.
inline constexpr char kNodeGlobals[] = "isolane:node-globals";
// Its text.
std::string NodeGlobalsSource();

// Whether a script may ask for one of them: by its name, or by one that is computed. No parser:
// words in texts count, too.
bool NamesNodeGlobals(std::string_view script);

// Whether a module imports more than files beside it and what the runtime has. No parser, likewise.
bool ImportsPackages(std::string_view module);

}  // namespace isolane::wrangler
