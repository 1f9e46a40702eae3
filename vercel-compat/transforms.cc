#include "vercel-compat/transforms.h"

#include <algorithm>
#include <utility>

#include "runtime/base/ascii.h"
#include "runtime/base/packed_head.h"
#include "runtime/base/percent.h"
#include "vercel-compat/request_view.h"

namespace isolane::vercel {
namespace {

constexpr size_t kMaxPath = 2048;

bool IsHeaderName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_';
  });
}

bool IsHeaderValue(std::string_view value) {
  return !value.empty() &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// Names and values, a name for each line of a head or each parameter of a query.
struct Field {
  std::string name;
  std::vector<std::string> values;
};

enum class FieldKind { kHeader, kParameter };

bool KeyMatches(const AppliedTransform& transform, const std::string& name) {
  if (transform.key_test != nullptr) {
    return transform.key_test->Matches(name, ValueMatcher::Case::kIgnore, nullptr);
  }
  return base::LowerCased(name) == base::LowerCased(transform.key);
}

// "a, b" of a header is two values.
std::vector<std::string> SplitValues(const Field& field, FieldKind kind) {
  if (kind == FieldKind::kParameter) return field.values;
  std::vector<std::string> split;
  for (const std::string& value : field.values) {
    std::string_view rest = value;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(','), rest.size());
      std::string_view part = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      while (part.starts_with(' ')) part.remove_prefix(1);
      while (part.ends_with(' ')) part.remove_suffix(1);
      if (!part.empty()) split.emplace_back(part);
    }
  }
  return split;
}

void Apply(const AppliedTransform& transform, FieldKind kind, std::vector<Field>& fields) {
  const auto& arguments = transform.arguments;
  const bool adds = transform.operation != Transform::Operation::kDelete;
  if (adds && (!arguments || arguments->empty())) return;
  if (adds && kind == FieldKind::kHeader) {
    if (transform.key_test == nullptr && !IsHeaderName(transform.key)) return;
    if (!std::all_of(arguments->begin(), arguments->end(), IsHeaderValue)) return;
  }
  bool matched = false;
  for (Field& field : fields) {
    if (!KeyMatches(transform, field.name)) continue;
    matched = true;
    if (transform.operation == Transform::Operation::kSet) {
      field.values = *arguments;
    } else if (transform.operation == Transform::Operation::kAppend) {
      field.values.insert(field.values.end(), arguments->begin(), arguments->end());
    } else if (!arguments) {
      field.values.clear();
    } else {
      field.values = SplitValues(field, kind);
      const auto unwanted = [&](const std::string& value) {
        return std::any_of(arguments->begin(), arguments->end(), [&](const std::string& one) {
          return base::LowerCased(one) == base::LowerCased(value);
        });
      };
      field.values.erase(std::remove_if(field.values.begin(), field.values.end(), unwanted),
                         field.values.end());
    }
  }
  if (!matched && adds && transform.key_test == nullptr) {
    fields.push_back(
        {kind == FieldKind::kHeader ? base::LowerCased(transform.key) : transform.key, *arguments});
  }
  fields.erase(std::remove_if(fields.begin(), fields.end(),
                              [](const Field& field) { return field.values.empty(); }),
               fields.end());
}

bool Concerns(const std::vector<AppliedTransform>& transforms, Transform::Target target) {
  return std::any_of(transforms.begin(), transforms.end(),
                     [target](const auto& transform) { return transform.target == target; });
}

bool IsRequestPath(std::string_view path) {
  if (path.size() > kMaxPath || !path.starts_with('/') || path.starts_with("//")) return false;
  return std::all_of(path.begin(), path.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '?' && c != '#';
  });
}

}  // namespace

Result<TransformRules> TransformRules::Compile(const std::vector<Transform>& transforms,
                                               const PathMatcher& matcher,
                                               base::RegexEngine& regexes) {
  TransformRules compiled;
  for (const Transform& transform : transforms) {
    Rule& rule = compiled.rules_.emplace_back();
    rule.target = transform.target;
    rule.operation = transform.operation;
    rule.key = ReferenceText(transform.key, matcher, UnknownReference::kKeep);
    if (transform.key_test) {
      ISOLANE_ASSIGN(rule.key_test, ValueMatcher::Compile(*transform.key_test, regexes));
    }
    rule.has_arguments = transform.arguments.has_value();
    if (rule.has_arguments) {
      for (const std::string& argument : *transform.arguments) {
        rule.arguments.emplace_back(argument, matcher, UnknownReference::kKeep);
      }
    }
    rule.env = transform.env;
  }
  return compiled;
}

void TransformRules::Resolve(const Captured& captured,
                             const std::map<std::string, std::string>& variables,
                             std::vector<AppliedTransform>& applied) const {
  for (const Rule& rule : rules_) {
    AppliedTransform& transform = applied.emplace_back();
    transform.target = rule.target;
    transform.operation = rule.operation;
    transform.key = rule.key.Resolve(captured);
    if (rule.key_test) transform.key_test = &*rule.key_test;
    if (!rule.has_arguments) continue;
    auto& arguments = transform.arguments.emplace();
    for (const ReferenceText& argument : rule.arguments) {
      arguments.push_back(ExpandVariables(argument.Resolve(captured), rule.env, variables));
    }
  }
}

void TransformHeaders(const std::vector<AppliedTransform>& transforms, Transform::Target target,
                      std::string& headers) {
  if (!Concerns(transforms, target)) return;
  std::vector<Field> fields;
  base::VisitPackedHeaders(headers, [&](std::string_view name, std::string_view value) {
    const auto known = std::find_if(fields.begin(), fields.end(),
                                    [name](const Field& field) { return field.name == name; });
    if (known == fields.end()) {
      fields.push_back({std::string(name), {std::string(value)}});
    } else {
      known->values.emplace_back(value);
    }
  });
  for (const AppliedTransform& transform : transforms) {
    if (transform.target == target) Apply(transform, FieldKind::kHeader, fields);
  }
  headers.clear();
  for (const Field& field : fields) {
    for (const std::string& value : field.values) {
      base::AppendPackedHeader(headers, field.name, value);
    }
  }
}

std::string TransformQuery(const std::vector<AppliedTransform>& transforms, std::string query) {
  if (!Concerns(transforms, Transform::Target::kRequestQuery)) return query;
  std::vector<Field> fields;
  // What no transform has changed stays as it was written.
  struct Written {
    std::string name;
    std::string value;
    std::string text;
  };
  std::vector<Written> written;
  std::string_view rest = query;
  if (rest.starts_with('?')) rest.remove_prefix(1);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view text = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (text.empty()) continue;
    const size_t equals = std::min(text.find('='), text.size());
    const std::string name = base::PercentDecoded(text.substr(0, equals));
    auto known = std::find_if(fields.begin(), fields.end(),
                              [&name](const Field& field) { return field.name == name; });
    if (known == fields.end()) known = fields.insert(fields.end(), {name, {}});
    known->values.push_back(base::PercentDecoded(text.substr(std::min(equals + 1, text.size()))));
    written.push_back({name, known->values.back(), std::string(text)});
  }
  for (const AppliedTransform& transform : transforms) {
    if (transform.target == Transform::Target::kRequestQuery) {
      Apply(transform, FieldKind::kParameter, fields);
    }
  }
  query.clear();
  for (const Field& field : fields) {
    for (const std::string& value : field.values) {
      query += query.empty() ? '?' : '&';
      const auto same = std::find_if(written.begin(), written.end(), [&](const Written& one) {
        return one.name == field.name && one.value == value;
      });
      query += same == written.end()
                   ? base::PercentEncoded(field.name) + "=" + base::PercentEncoded(value)
                   : same->text;
    }
  }
  return query;
}

std::optional<std::string> TransformedPath(const std::vector<AppliedTransform>& transforms) {
  std::optional<std::string> path;
  for (const AppliedTransform& transform : transforms) {
    if (transform.target != Transform::Target::kRequestPath || !transform.arguments ||
        transform.arguments->empty()) {
      continue;
    }
    const std::string& wanted = transform.arguments->front();
    if (IsRequestPath(wanted)) path = wanted;
  }
  return path;
}

}  // namespace isolane::vercel
