// Whatever stands in a developer's files: wrangler.toml, wrangler.jsonc, .dev.vars, _headers,
// _redirects, .assetsignore, run_worker_first. The input: a byte that says which, and the file.
#include <string>

#include "runtime/base/check.h"
#include "runtime/base/packed_head.h"
#include "runtime/config/dotenv.h"
#include "runtime/config/json_reader.h"
#include "runtime/config/toml_reader.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/packed_head_checks.h"
#include "tests/fuzz/targets.h"
#include "wrangler-compat/asset_headers.h"
#include "wrangler-compat/asset_path.h"
#include "wrangler-compat/asset_redirects.h"
#include "wrangler-compat/config_schema.h"
#include "wrangler-compat/ignore_rules.h"
#include "wrangler-compat/path_pattern.h"

namespace isolane::fuzz {
namespace {

using namespace isolane::wrangler;

constexpr size_t kMaxInput = 16 * 1024;

void CheckPositions(const ConfigNode& node, int lines) {
  ISOLANE_CHECK(node.position.line >= 0 && node.position.line <= lines);
  for (const ConfigNode& item : node.items) CheckPositions(item, lines);
  for (const ConfigMember& member : node.members) {
    ISOLANE_CHECK(node.Find(member.key) == &member);
    CheckPositions(member.value, lines);
  }
}

// What the schema makes of it: every message stands somewhere, and reading twice says the same.
void CheckSchema(const ConfigNode& root, ConfigFormat format) {
  const ConfigFile file{"/app/wrangler.toml", "wrangler.toml", format, root};
  for (const char* environment : {"", "a"}) {
    ConfigChoice choice;
    choice.environment = environment;
    Diagnostics first, second;
    const WorkerConfig config =
        ReadWorkerConfig(file, choice, first.AddGroup("t"), first.AddGroup({}));
    ReadWorkerConfig(file, choice, second.AddGroup("t"), second.AddGroup({}));
    for (const Severity severity : {Severity::kError, Severity::kWarning}) {
      ISOLANE_CHECK(first.Has(severity) == second.Has(severity));
    }
    if (!first.Has(Severity::kError)) {
      for (const BindingSpec& binding : config.bindings) ISOLANE_CHECK(!binding.name.empty());
    }
  }
}

void CheckTree(std::string_view text, ConfigFormat format) {
  auto tree =
      format == ConfigFormat::kToml ? config::ReadToml(text, "f") : config::ReadJson(text, "f");
  if (!tree.ok()) {
    ISOLANE_CHECK(!tree.error().message.empty());
    return;
  }
  int lines = 1;
  for (const char c : text) lines += c == '\n' ? 1 : 0;
  CheckPositions(*tree, lines);
  if (!tree->IsObject()) return;
  CheckSchema(*tree, format);
}

void CheckDotenv(std::string_view text) {
  const std::vector<config::DotenvVariable> variables = config::ParseDotenv(text);
  for (const config::DotenvVariable& variable : variables) {
    ISOLANE_CHECK(!variable.name.empty() && variable.line > 0);
    config::ExpandDotenv(variable.value, variables);
  }
}

void CheckHeaders(std::string_view text) {
  const AssetHeaders headers(text);
  ISOLANE_CHECK(headers.size() <= kMaxHeaderRules);
  DescribeInvalidRules("header", "f", headers.invalid());
  for (const char* path : {"/", "/a", "/a/b/c", "/%C3%BC?"}) {
    std::string head = "OK";
    base::AppendPackedHeader(head, "etag", "\"e\"");
    headers.Apply("ex.com", path, head);
    // No rule can split a response or smuggle a header into another one's value.
    CheckPackedHeaders(head);
  }
}

void CheckRedirects(std::string_view text) {
  const AssetRedirects redirects(text, true);
  ISOLANE_CHECK(redirects.size() <= kMaxStaticRedirects + kMaxDynamicRedirects);
  DescribeInvalidRules("redirect", "f", redirects.invalid());
  for (const char* path : {"/", "/a", "/a/b/c", "/a//b"}) {
    const auto match = redirects.Match(path);
    if (!match) continue;
    ISOLANE_CHECK(match->status == 200 || (match->status > 300 && match->status < 309));
    ISOLANE_CHECK(match->to.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  }
}

void CheckPattern(std::string_view text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return;
  for (const PatternSyntax syntax : {PatternSyntax::kStars, PatternSyntax::kPlaceholders}) {
    const auto pattern = PathPattern::Compile(text.substr(0, end), syntax);
    if (!pattern) continue;
    const std::string_view subject = text.substr(end + 1);
    const auto captures = pattern->Match(subject);
    ISOLANE_CHECK(!pattern->is_literal() ||
                  captures.has_value() == (subject == text.substr(0, end)));
    if (captures && syntax == PatternSyntax::kPlaceholders) {
      // What the placeholders stood for makes the text again.
      std::string filled(text.substr(0, end));
      const size_t star = filled.find('*');
      if (star != std::string::npos) filled.replace(star, 1, ":splat");
      if (filled.find(":splat:") == std::string::npos && star == std::string::npos) {
        ISOLANE_CHECK(FillIn(filled, *captures) == subject);
      }
    }
  }
  const std::string path = DecodeAssetPath(text);
  ISOLANE_CHECK(path.find("//") == std::string::npos);
  ISOLANE_CHECK(DecodeAssetPath(EncodeAssetPath(path)).size() <= path.size() * 3);
}

void CheckIgnore(std::string_view text) {
  const IgnoreRules rules(text);
  for (const char* path : {"a", "a/b.txt", "x/y/z", "[a]"}) {
    ISOLANE_CHECK(rules.Ignores(path) == rules.Ignores(path));
  }
}

}  // namespace

void ConfigReaders(std::string_view bytes) {
  if (bytes.size() > kMaxInput) return;
  Input input(bytes);
  const uint8_t which = input.Byte();
  const std::string_view text = input.Rest();
  switch (which % 7) {
    case 0:
      return CheckTree(text, ConfigFormat::kToml);
    case 1:
      return CheckTree(text, ConfigFormat::kJson);
    case 2:
      return CheckDotenv(text);
    case 3:
      return CheckHeaders(text);
    case 4:
      return CheckRedirects(text);
    case 5:
      return CheckPattern(text);
    default:
      return CheckIgnore(text);
  }
}

}  // namespace isolane::fuzz
