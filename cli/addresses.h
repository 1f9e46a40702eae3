// Where the Workers of a project are reached: what the command line, `[dev]` and `routes` come to.
//
// Thread: any. Pure functions.
#pragma once

#include <string>
#include <vector>

#include <isolane/runtime.h>

#include "cli/options.h"
#include "wrangler-compat/project.h"

namespace isolane::cli {

struct Address {
  ListenOptions listen;
  // Nobody has asked for this very port: another one will do if it is taken.
  bool may_move = false;
};

// Of the public Worker: what the command line says, else `[dev]`, else port 8787 of 127.0.0.1, and
// in dev of [::1], too.
std::string AddressOf(const CliOptions& options, const wrangler::DevSettings& dev);
int PortOf(const CliOptions& options, const wrangler::DevSettings& dev);

// The public Worker's first; then those of --port NAME=PORT. An error names a Worker that there is
// not.
Result<std::vector<Address>> PlanAddresses(const CliOptions& options,
                                           const wrangler::Project& project);

// What is to be said of an address beside that it is ready: that Workers see another one than
// clients do, or that routes choose among them. Empty: nothing.
std::string DescribeAddress(const Address& address, const CliOptions& options);

// What the configuration says of an address now, where it differs from what was made of it: the
// text of a warning. Empty: it is the same.
std::string DescribeMove(const Address& served, const Address& configured);

// Listens there; at one of the next ports, or at any, if this one is taken and may move. `random`:
// at any at once. Gives the port.
Result<int> ListenAt(Runtime& runtime, const Address& address, bool random);

}  // namespace isolane::cli
