#include "cli/code_frame.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

namespace isolane::cli {
namespace {

constexpr int kBefore = 2;
constexpr int kAfter = 1;
// Longer lines are generated: they say nothing to people.
constexpr size_t kLongestLine = 200;
constexpr int64_t kLargestFile = 4 << 20;
constexpr size_t kMostKnown = 64;

// Takes ":NUMBER" off the end of `text`.
std::optional<int> TakeNumber(std::string_view& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end || number <= 0) return std::nullopt;
  text = text.substr(0, colon);
  return number;
}

// ns since 1970 of the last change, or none if it is no file to read.
std::optional<int64_t> ChangeOf(const std::string& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  if (status.st_size > kLargestFile) return std::nullopt;
  return status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
}

// Line `number` of `source`, from 1; none behind the last.
std::optional<std::string_view> LineOf(std::string_view source, int number) {
  size_t at = 0;
  for (int i = 1; i < number; i++) {
    at = source.find('\n', at);
    if (at == std::string_view::npos) return std::nullopt;
    at++;
  }
  if (at == source.size() && number > 1) return std::nullopt;
  std::string_view line = source.substr(at, source.find('\n', at) - at);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::optional<SourcePlace> PlaceOfFrame(std::string_view line) {
  constexpr std::string_view kAt = "at ";
  const size_t start = line.find_first_not_of(' ');
  if (start == std::string_view::npos || !line.substr(start).starts_with(kAt)) return std::nullopt;
  std::string_view place = line.substr(start + kAt.size());
  // Of an error with properties, the last line ends as the object that they stand in begins.
  if (place.ends_with(" {")) place.remove_suffix(2);
  if (place.ends_with(')')) {
    const size_t open = place.find(" (");
    if (open == std::string_view::npos) return std::nullopt;
    place = place.substr(open + 2, place.size() - open - 3);
  } else if (place.starts_with("async ")) {
    place.remove_prefix(sizeof "async " - 1);
  }
  SourcePlace found;
  const auto column = TakeNumber(place);
  const auto number = TakeNumber(place);
  if (!column || !number || place.empty()) return std::nullopt;
  constexpr std::string_view kFile = "file://";
  if (place.starts_with(kFile)) place.remove_prefix(kFile.size());
  found.file = place;
  found.line = *number;
  found.column = *column;
  return found;
}

std::string FormatCodeFrame(std::string_view source, const SourcePlace& place, Colours colours) {
  const auto wanted = LineOf(source, place.line);
  if (!wanted || wanted->size() > kLongestLine) return {};
  const int last = place.line + kAfter;
  const size_t width = std::to_string(last).size();
  std::string out;
  for (int i = std::max(1, place.line - kBefore); i <= last; i++) {
    const auto line = LineOf(source, i);
    if (!line || line->size() > kLongestLine) continue;
    const std::string number = std::to_string(i);
    const std::string margin = std::string(width - number.size(), ' ') + number + " | ";
    const bool here = i == place.line;
    if (!out.empty()) out += '\n';
    out += here ? Paint("  > ", Colour::kRed, colours) : "    ";
    out += Paint(margin, Colour::kDim, colours);
    // Tabs as they are, so that the caret stands below its character.
    for (const char c : *line) {
      if (c == '\t' || static_cast<unsigned char>(c) >= 0x20) out += c;
    }
    if (!here) continue;
    out += "\n    " + Paint(std::string(width, ' ') + " | ", Colour::kDim, colours);
    const size_t before = std::min(line->size(), static_cast<size_t>(place.column - 1));
    for (size_t j = 0; j < before; j++) {
      // A character of several bytes is one column.
      if ((static_cast<unsigned char>((*line)[j]) & 0xC0) == 0x80) continue;
      out += (*line)[j] == '\t' ? '\t' : ' ';
    }
    out += Paint("^", Colour::kRed, colours);
  }
  return out;
}

std::string CodeFrames::FrameOf(std::string_view text, Colours colours) {
  size_t at = text.find('\n');
  while (at != std::string_view::npos) {
    const size_t end = text.find('\n', at + 1);
    const std::string_view line = text.substr(at + 1, end - at - 1);
    at = end;
    const auto place = PlaceOfFrame(line);
    if (!place) continue;
    const auto changed = ChangeOf(place->file);
    if (!changed) continue;
    const auto known = known_.find(line);
    if (known != known_.end() && known->second.changed == *changed) return known->second.frame;
    std::ifstream file(place->file, std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    std::string frame = FormatCodeFrame(content.view(), *place, colours);
    if (known_.size() >= kMostKnown) known_.clear();
    known_[std::string(line)] = {*changed, frame};
    return frame;
  }
  return {};
}

}  // namespace isolane::cli
