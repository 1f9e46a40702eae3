#include "vercel-compat/reference_text.h"

#include <algorithm>
#include <utility>

namespace isolane::vercel {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWord(char c) {
  return IsDigit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

size_t WordEnd(std::string_view text, size_t at) {
  while (at < text.size() && IsWord(text[at])) at++;
  return at;
}

}  // namespace

ReferenceText::ReferenceText(std::string_view text, const PathMatcher& matcher,
                             UnknownReference unknown)
    : unknown_(unknown) {
  const auto add_text = [this](std::string_view plain) {
    if (plain.empty()) return;
    if (!pieces_.empty() && pieces_.back().group < 0 && pieces_.back().name.empty()) {
      pieces_.back().text += plain;
    } else {
      pieces_.push_back({std::string(plain), -1, {}});
    }
  };
  size_t at = 0;
  while (at < text.size()) {
    const size_t dollar = std::min(text.find('$', at), text.size());
    add_text(text.substr(at, dollar - at));
    if (dollar == text.size()) return;
    size_t end = dollar + 1;
    Piece piece;
    if (end < text.size() && IsDigit(text[end])) {
      // As many digits as name a group: "$10" is the first group and a 0 where there are but two.
      int group = text[end++] - '0';
      while (end < text.size() && IsDigit(text[end]) &&
             static_cast<size_t>(group * 10 + text[end] - '0') < matcher.groups()) {
        group = group * 10 + text[end++] - '0';
      }
      piece.group = group;
    } else {
      end = WordEnd(text, end);
      piece.name = text.substr(dollar + 1, end - dollar - 1);
      piece.group = matcher.GroupOf(piece.name);
    }
    piece.text = text.substr(dollar, end - dollar);
    if (end == dollar + 1) {
      add_text("$");
    } else {
      pieces_.push_back(std::move(piece));
    }
    at = end;
  }
}

void ReferenceText::AppendTo(std::string& out, const Captured& captured) const {
  for (const Piece& piece : pieces_) {
    if (piece.group < 0 && piece.name.empty()) {
      out += piece.text;
      continue;
    }
    if (captured.named != nullptr && !piece.name.empty()) {
      const auto named = std::find_if(captured.named->begin(), captured.named->end(),
                                      [&](const auto& one) { return one.first == piece.name; });
      if (named != captured.named->end()) {
        out += named->second;
        continue;
      }
    }
    if (piece.group >= 0 && static_cast<size_t>(piece.group) < captured.groups->groups.size()) {
      out += captured.groups->groups[static_cast<size_t>(piece.group)];
    } else if (unknown_ == UnknownReference::kKeep) {
      out += piece.text;
    }
  }
}

std::string ReferenceText::Resolve(const Captured& captured) const {
  std::string text;
  AppendTo(text, captured);
  return text;
}

std::string ExpandVariables(std::string_view text, const std::vector<std::string>& allowed,
                            const std::map<std::string, std::string>& variables) {
  if (allowed.empty()) return std::string(text);
  std::string expanded;
  size_t at = 0;
  while (at < text.size()) {
    const size_t dollar = std::min(text.find('$', at), text.size());
    expanded += text.substr(at, dollar - at);
    if (dollar == text.size()) break;
    const bool braced = text.substr(dollar + 1).starts_with('{');
    const size_t begin = dollar + (braced ? 2 : 1);
    const size_t end = WordEnd(text, begin);
    const bool closed = !braced || text.substr(end).starts_with('}');
    const std::string name(text.substr(begin, end - begin));
    const auto variable = variables.find(name);
    if (closed && variable != variables.end() &&
        std::find(allowed.begin(), allowed.end(), name) != allowed.end()) {
      expanded += variable->second;
      at = end + (braced ? 1 : 0);
    } else {
      expanded += '$';
      at = dollar + 1;
    }
  }
  return expanded;
}

}  // namespace isolane::vercel
