#include "vercel-compat/request_view.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "runtime/base/ascii.h"
#include "runtime/base/packed_head.h"
#include "runtime/base/percent.h"

namespace isolane::vercel {
namespace {

// Calls visit(name, value, text) for each parameter: undecoded, `text` is all of it.
template <typename Visitor>
void VisitParameters(std::string_view query, Visitor&& visit) {
  if (query.starts_with('?')) query.remove_prefix(1);
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view text = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (text.empty()) continue;
    const size_t equals = std::min(text.find('='), text.size());
    visit(text.substr(0, equals), text.substr(std::min(equals + 1, text.size())), text);
  }
}

// "\nname\0"
std::string MarkOf(std::string_view name) {
  std::string mark(1, base::kHeaderMark);
  mark += name;
  mark += base::kValueMark;
  return mark;
}

// "name=value" of a destination as Vercel writes it: what was captured of a path may hold '/'.
std::string Reencoded(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return std::string(text);
  std::string value(text.substr(equals + 1));
  std::replace(value.begin(), value.end(), '+', ' ');
  return std::string(text.substr(0, equals + 1)) +
         base::PercentEncoded(base::PercentDecoded(value));
}

}  // namespace

RequestView ViewOf(std::string_view packed_head) {
  RequestView view;
  view.head = packed_head;
  view.method = base::PackedMethod(packed_head);
  const std::string_view url = base::PackedUrl(packed_head);
  const size_t scheme = url.find("://");
  const size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const size_t path = std::min(url.find_first_of("/?#", host), url.size());
  view.origin = url.substr(0, path);
  view.host = url.substr(host, path - host);
  std::string_view rest = url.substr(path);
  rest = rest.substr(0, rest.find('#'));
  const size_t query = std::min(rest.find('?'), rest.size());
  view.path = query == 0 ? std::string_view("/") : rest.substr(0, query);
  view.query = rest.substr(query);
  return view;
}

std::optional<std::string> HeaderOf(std::string_view packed_head, std::string_view name) {
  std::optional<std::string> value;
  const std::string mark = MarkOf(name);
  for (size_t at = packed_head.find(mark); at != std::string_view::npos;
       at = packed_head.find(mark, at + 1)) {
    const size_t begin = at + mark.size();
    const std::string_view text =
        packed_head.substr(begin, packed_head.find(base::kHeaderMark, begin) - begin);
    value = value ? *value + ", " + std::string(text) : std::string(text);
  }
  return value;
}

bool HasHeader(std::string_view packed_head, std::string_view name) {
  return packed_head.find(MarkOf(name)) != std::string_view::npos;
}

std::optional<std::string> CookieOf(std::string_view packed_head, std::string_view name) {
  const auto header = HeaderOf(packed_head, "cookie");
  if (!header) return std::nullopt;
  std::string_view rest = *header;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || base::Trimmed(pair.substr(0, equals)) != name) continue;
    std::string_view value = base::Trimmed(pair.substr(equals + 1));
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
      value = value.substr(1, value.size() - 2);
    }
    return base::PercentDecoded(value);
  }
  return std::nullopt;
}

std::optional<std::string> ParameterOf(std::string_view query, std::string_view name) {
  std::optional<std::string> found;
  VisitParameters(query, [&](std::string_view key, std::string_view value, std::string_view) {
    if (base::PercentDecoded(key) != name) return;
    std::string text(value);
    std::replace(text.begin(), text.end(), '+', ' ');
    found = base::PercentDecoded(text);
  });
  return found;
}

std::string WithoutDoubleSlashes(std::string_view path) {
  std::string single;
  for (const char c : path) {
    if (c != '/' || !single.ends_with('/')) single += c;
  }
  return single;
}

std::string MergedQuery(std::string_view destination, std::string_view request) {
  if (destination.size() <= 1) return std::string(request);
  struct Parameter {
    std::string name;
    std::vector<std::string> texts;
  };
  std::vector<Parameter> merged;
  const auto gather = [](std::string_view query, std::vector<Parameter>& into) {
    VisitParameters(query, [&](std::string_view key, std::string_view, std::string_view text) {
      const std::string name = base::PercentDecoded(key);
      auto known = std::find_if(into.begin(), into.end(),
                                [&name](const Parameter& one) { return one.name == name; });
      if (known == into.end()) known = into.insert(into.end(), {name, {}});
      known->texts.emplace_back(text);
    });
  };
  gather(destination, merged);
  for (Parameter& parameter : merged) {
    for (std::string& text : parameter.texts) text = Reencoded(text);
  }
  std::vector<Parameter> own;
  gather(request, own);
  for (Parameter& parameter : own) {
    const auto known = std::find_if(merged.begin(), merged.end(), [&](const Parameter& one) {
      return one.name == parameter.name;
    });
    if (known == merged.end()) {
      merged.push_back(std::move(parameter));
    } else {
      known->texts = std::move(parameter.texts);
    }
  }
  std::string query;
  for (const Parameter& parameter : merged) {
    for (const std::string& text : parameter.texts) {
      query += query.empty() ? '?' : '&';
      query += text;
    }
  }
  return query;
}

}  // namespace isolane::vercel
