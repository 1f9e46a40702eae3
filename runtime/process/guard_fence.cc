#include "runtime/process/guard_fence.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

// The headers of Debian 12 are older than what is asked for here.
// https://docs.kernel.org/userspace-api/landlock.html
namespace {

constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;

constexpr unsigned kAskVersion = 1;
constexpr int kVersionWithNetwork = 4;
constexpr int kRuleNetPort = 2;
constexpr uint64_t kConnectTcp = 2;

struct RulesetAttributes {
  uint64_t handled_access_fs;
  uint64_t handled_access_net;
};
struct NetPortAttributes {
  uint64_t allowed_access;
  uint64_t port;
};

}  // namespace

namespace isolane::process {

bool RaiseFence(const Fence& fence) {
  if (fence.first_port == 0) return true;
  const long version = syscall(kCreateRuleset, nullptr, 0, kAskVersion);
  if (version < kVersionWithNetwork) return false;
  const RulesetAttributes handled{0, kConnectTcp};
  const int rules = static_cast<int>(syscall(kCreateRuleset, &handled, sizeof handled, 0));
  if (rules < 0) return false;
  // There is no rule that forbids: each port that is not behind the fence is allowed by itself.
  auto allow = [rules](int port) {
    const NetPortAttributes rule{kConnectTcp, static_cast<uint64_t>(port)};
    return syscall(kAddRule, rules, kRuleNetPort, &rule, 0) == 0;
  };
  bool complete = true;
  for (int port = 0; port < 65536 && complete; port++) {
    if (port == fence.first_port) port += Fence::kBandSize;
    complete = allow(port);
  }
  for (int i = 0; i < fence.allowed_count && complete; i++) complete = allow(fence.allowed[i]);
  // Landlock wants it: a program with the set-user-id bit could otherwise be told what it may not.
  complete = complete && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
             syscall(kRestrictSelf, rules, 0) == 0;
  close(rules);
  return complete;
}

}  // namespace isolane::process
