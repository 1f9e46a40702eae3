// The kinds of binding that come with isolane.
#pragma once

namespace isolane::bindings {

// Makes all of them known to the runtime; may be called more than once. Before Runtime::Load.
void RegisterStandardBindings();

}  // namespace isolane::bindings
