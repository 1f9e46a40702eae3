#include "runtime/worker/compatibility.h"

#include <algorithm>
#include <ctime>
#include <iterator>
#include <utility>

#include "runtime/base/nearest_name.h"

namespace isolane::worker {
namespace {

constexpr std::string_view kOwnPrefix = "isolane_";

struct KnownFlag {
  std::string_view enable;
  std::string_view disable;  // empty: it cannot be disabled
  std::string_view date;     // empty: never the default
  bool CompatibilityFlags::*member;
};

constexpr KnownFlag kKnownFlags[] = {
#define FLAG(enable, disable, date, member) {enable, disable, date, member},
#include "runtime/worker/compatibility_flags.list"
#undef FLAG
};

// `flag` is on when `because` is, from `date` on, unless it is disabled by name.
struct Implication {
  std::string_view flag;
  bool CompatibilityFlags::*because;
  std::string_view date;
};

constexpr Implication kImplications[] = {
    {"nodejs_compat_v2", &CompatibilityFlags::nodejs_compat, "2024-09-23"},
    {"nodejs_compat_populate_process_env", &CompatibilityFlags::nodejs_compat, "2025-04-01"},
};

bool Contains(const std::vector<std::string>& flags, std::string_view name) {
  return !name.empty() && std::find(flags.begin(), flags.end(), name) != flags.end();
}

const KnownFlag* FindFlag(std::string_view name) {
  const auto found = std::find_if(
      std::begin(kKnownFlags), std::end(kKnownFlags),
      [name](const KnownFlag& flag) { return flag.enable == name || flag.disable == name; });
  return found == std::end(kKnownFlags) ? nullptr : found;
}

bool IsDate(std::string_view text) {
  if (text.size() != 10 || text[0] != '2') return false;
  for (size_t i = 0; i < text.size(); i++) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (i == 4 || i == 7 ? text[i] != '-' : !digit) return false;
  }
  return true;
}

std::string NearestFlag(std::string_view name) {
  std::vector<std::string> names;
  for (const KnownFlag& flag : kKnownFlags) {
    names.emplace_back(flag.enable);
    if (!flag.disable.empty()) names.emplace_back(flag.disable);
  }
  return base::NearestName(name, names);
}

// Collects the lines of one error.
struct Mistakes {
  std::string text;
  std::string hint;

  void Add(std::string line) { text += (text.empty() ? "" : "\n") + std::move(line); }
};

void CheckNames(const std::vector<std::string>& flags, Mistakes& mistakes) {
  for (size_t i = 0; i < flags.size(); i++) {
    const std::string& flag = flags[i];
    const auto before = flags.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(flags.begin(), before, flag) != before) {
      mistakes.Add("Compatibility flag specified multiple times: " + flag);
    } else if (FindFlag(flag) == nullptr && !flag.starts_with(kOwnPrefix)) {
      mistakes.Add("No such compatibility flag: " + flag);
      const std::string nearest = NearestFlag(flag);
      if (mistakes.hint.empty() && !nearest.empty()) {
        mistakes.hint = "Did you mean \"" + nearest + "\"?";
      }
    }
  }
}

}  // namespace

Result<CompatibilityFlags> ResolveCompatibility(std::string_view date,
                                                const std::vector<std::string>& flags,
                                                std::string_view today) {
  Mistakes mistakes;
  if (!date.empty() && !IsDate(date)) {
    mistakes.Add("Invalid compatibility date: " + std::string(date));
  } else if (date > today) {
    mistakes.Add("Compatibility date \"" + std::string(date) +
                 "\" is in the future and unsupported");
  }
  CheckNames(flags, mistakes);

  // Dates of this form compare like text.
  if (date.empty()) date = "2000-01-01";
  CompatibilityFlags resolved;
  for (const KnownFlag& flag : kKnownFlags) {
    const bool enabled = Contains(flags, flag.enable);
    const bool disabled = Contains(flags, flag.disable);
    if (enabled && disabled) {
      mistakes.Add("Compatibility flags are mutually contradictory: " + std::string(flag.enable) +
                   " vs " + std::string(flag.disable));
    }
    if (flag.member == nullptr) continue;
    const bool by_date = !flag.date.empty() && date >= flag.date;
    resolved.*flag.member = enabled || (by_date && !disabled);
  }
  for (const Implication& implied : kImplications) {
    const KnownFlag& flag = *FindFlag(implied.flag);
    if (resolved.*implied.because && date >= implied.date && !Contains(flags, flag.disable)) {
      resolved.*flag.member = true;
    }
  }
  if (mistakes.text.empty()) return resolved;
  return Error{.message = std::move(mistakes.text),
               .hint = std::move(mistakes.hint),
               .where = {},
               .excerpt = {}};
}

std::string Today() {
  const time_t now = time(nullptr);
  tm utc;
  gmtime_r(&now, &utc);
  char text[16];
  strftime(text, sizeof text, "%Y-%m-%d", &utc);
  return text;
}

namespace {

// What Worker::Evaluate reads. The others are resolved for the versions to come.
constexpr bool CompatibilityFlags::*kActedOn[] = {
    &CompatibilityFlags::set_tostring_tag,
    &CompatibilityFlags::upper_case_all_http_methods,
    &CompatibilityFlags::strip_authorization_on_cross_origin_redirect,
    &CompatibilityFlags::enhanced_error_serialization,
    &CompatibilityFlags::fetcher_no_get_put_delete,
    &CompatibilityFlags::rpc,
    &CompatibilityFlags::enable_request_signal,
    &CompatibilityFlags::enable_ctx_exports,
    &CompatibilityFlags::rpc_params_dup_stubs,
    &CompatibilityFlags::web_socket_compression,
    &CompatibilityFlags::websocket_close_reason_byte_limit,
    &CompatibilityFlags::websocket_standard_binary_type,
    &CompatibilityFlags::web_socket_auto_reply_to_close,
    &CompatibilityFlags::service_binding_extra_handlers,
    &CompatibilityFlags::strict_crypto_checks,
    &CompatibilityFlags::crypto_preserve_public_exponent,
    &CompatibilityFlags::nodejs_als,
    // What they give is node:async_hooks; the bundler follows them, too.
    &CompatibilityFlags::nodejs_compat,
    &CompatibilityFlags::nodejs_compat_v2,
    &CompatibilityFlags::nodejs_compat_populate_process_env,
};

// What others than Worker::Evaluate look for, in the list of flags: bindings/workflow.
constexpr std::string_view kActedOnByName[] = {"workflows_preserve_non_retryable_error_message",
                                               "workflows_replace_non_retryable_error_message"};

bool IsActedOn(const KnownFlag& flag) {
  return std::find(std::begin(kActedOn), std::end(kActedOn), flag.member) != std::end(kActedOn) ||
         std::find(std::begin(kActedOnByName), std::end(kActedOnByName), flag.enable) !=
             std::end(kActedOnByName);
}

// Whoever names it asks for what there is without it, as in workerd.
constexpr std::string_view kNeedless = "streaming_tail_worker";

}  // namespace

std::vector<std::string> FlagsWithoutEffect(const std::vector<std::string>& flags) {
  std::vector<std::string> idle;
  for (const std::string& name : flags) {
    const KnownFlag* flag = FindFlag(name);
    if (flag != nullptr && !IsActedOn(*flag) && name != kNeedless) idle.push_back(name);
  }
  return idle;
}

}  // namespace isolane::worker
