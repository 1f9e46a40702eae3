// The head of a request or a response in one run of bytes: cheap to copy, to hand to an isolate as
// one string, and to forward without looking inside.
//
//   request:  METHOD \0 URL   [\n name \0 value]...
//   response: STATUS TEXT     [\n name \0 value]...
//
// Names are lower-case ASCII tokens. Values are Latin-1 bytes, trimmed, without NUL, CR or LF: so
// "\nname\0" occurs only where a header of that name begins, and a search for it needs no parsing.
// A name may repeat; order is the order of arrival.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace isolane::base {

// Before each header's name.
inline constexpr char kHeaderMark = '\n';
// Between a header's name and its value, and between method and URL.
inline constexpr char kValueMark = '\0';

// What stands before the first header: "METHOD\0URL" or the status text.
inline std::string_view PackedStart(std::string_view packed) {
  return packed.substr(0, packed.find(kHeaderMark));
}

inline std::string_view PackedMethod(std::string_view packed) {
  return packed.substr(0, packed.find(kValueMark));
}

inline std::string_view PackedUrl(std::string_view packed) {
  const std::string_view start = PackedStart(packed);
  const size_t mark = start.find(kValueMark);
  return mark == std::string_view::npos ? std::string_view() : start.substr(mark + 1);
}

// Calls visit(name, value) for each header of `packed`.
template <typename Visitor>
void VisitPackedHeaders(std::string_view packed, Visitor&& visit) {
  size_t at = packed.find(kHeaderMark);
  while (at != std::string_view::npos) {
    const size_t name_end = packed.find(kValueMark, at);
    if (name_end == std::string_view::npos) return;
    const size_t next = packed.find(kHeaderMark, name_end);
    visit(packed.substr(at + 1, name_end - at - 1),
          packed.substr(name_end + 1, next == std::string_view::npos ? next : next - name_end - 1));
    at = next;
  }
}

// The value of the first header called `name`; nothing if there is none.
inline std::optional<std::string_view> FindPackedHeader(std::string_view packed,
                                                        std::string_view name) {
  size_t at = packed.find(kHeaderMark);
  while (at != std::string_view::npos) {
    const size_t next = packed.find(kHeaderMark, at + 1);
    const std::string_view line = packed.substr(at + 1, next - at - 1);
    if (line.size() > name.size() && line[name.size()] == kValueMark && line.starts_with(name)) {
      return line.substr(name.size() + 1);
    }
    at = next;
  }
  return std::nullopt;
}

inline void AppendPackedHeader(std::string& packed, std::string_view name, std::string_view value) {
  packed += kHeaderMark;
  packed += name;
  packed += kValueMark;
  packed += value;
}

}  // namespace isolane::base
