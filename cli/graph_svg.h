// The graph of a project as a drawing.
//
// Thread: any. Pure functions.
#pragma once

#include <string>

#include "cli/service_graph.h"

namespace isolane::cli {

// A document of its own, without scripts or fonts: a box for each Worker with what it exports and
// is bound to, in columns by their distance from the public one, and an arrow for each binding.
std::string GraphAsSvg(const ServiceGraph& graph);

}  // namespace isolane::cli
