#include "vercel-compat/static_files.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>

#include "runtime/base/packed_head.h"
#include "runtime/config/files.h"

namespace isolane::vercel {
namespace {

struct MediaType {
  std::string_view extension;
  const char* type;
};
constexpr MediaType kTypes[] = {{"html", "text/html; charset=utf-8"},
                                {"htm", "text/html; charset=utf-8"},
                                {"css", "text/css; charset=utf-8"},
                                {"js", "application/javascript; charset=utf-8"},
                                {"mjs", "application/javascript; charset=utf-8"},
                                {"json", "application/json; charset=utf-8"},
                                {"map", "application/json; charset=utf-8"},
                                {"webmanifest", "application/manifest+json; charset=utf-8"},
                                {"txt", "text/plain; charset=utf-8"},
                                {"md", "text/markdown; charset=utf-8"},
                                {"csv", "text/csv; charset=utf-8"},
                                {"xml", "application/xml; charset=utf-8"},
                                {"svg", "image/svg+xml"},
                                {"png", "image/png"},
                                {"jpg", "image/jpeg"},
                                {"jpeg", "image/jpeg"},
                                {"gif", "image/gif"},
                                {"webp", "image/webp"},
                                {"avif", "image/avif"},
                                {"ico", "image/x-icon"},
                                {"woff", "font/woff"},
                                {"woff2", "font/woff2"},
                                {"ttf", "font/ttf"},
                                {"otf", "font/otf"},
                                {"wasm", "application/wasm"},
                                {"pdf", "application/pdf"},
                                {"mp4", "video/mp4"},
                                {"webm", "video/webm"},
                                {"mp3", "audio/mpeg"},
                                {"wav", "audio/wav"},
                                {"zip", "application/zip"}};

const char* TypeOf(std::string_view file) {
  const size_t dot = file.rfind('.');
  if (dot == std::string_view::npos || file.find('/', dot) != std::string_view::npos) {
    return "application/octet-stream";
  }
  std::string extension(file.substr(dot + 1));
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 32);
  }
  const auto found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                  [&](const MediaType& one) { return one.extension == extension; });
  return found == std::end(kTypes) ? "application/octet-stream" : found->type;
}

// FNV-1a, 64 bits: says that a file has changed, and protects against nothing.
std::string TagOf(std::string_view content) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : content) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  static constexpr char kHex[] = "0123456789abcdef";
  std::string tag = "\"";
  for (int shift = 60; shift >= 0; shift -= 4) tag += kHex[(hash >> shift) & 15];
  return tag + "\"";
}

// What belongs to the machine or the project rather than to its visitors.
bool IsPrivate(std::string_view part) {
  return (part.starts_with('.') && part != ".well-known") || part == "node_modules" ||
         part == "vercel.json" || part == "package-lock.json";
}

}  // namespace

StaticFiles::StaticFiles(const std::string& directory) {
  std::error_code error;
  directory_ = std::filesystem::canonical(directory, error).string();
}

std::string StaticFiles::FileOf(std::string_view path) const {
  const std::string decoded = PercentDecoded(path);
  if (decoded.find('\0') != std::string::npos) return {};
  std::string_view rest = decoded;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('/'), rest.size());
    if (IsPrivate(rest.substr(0, end))) return {};
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::string file = directory_ + decoded;
  if (config::KindOf(file) == config::PathKind::kDirectory) {
    if (!file.ends_with('/')) file += '/';
    file += "index.html";
  }
  if (config::KindOf(file) != config::PathKind::kFile) return {};
  std::error_code error;
  const std::string real = std::filesystem::canonical(file, error).string();
  return !error && real.starts_with(directory_ + "/") ? real : std::string();
}

bool StaticFiles::Has(std::string_view path) const { return !FileOf(path).empty(); }

bool StaticFiles::Answer(const RequestView& request, std::string_view path,
                         base::RouteDecision& decision) const {
  const std::string file = FileOf(path);
  if (file.empty()) return false;
  auto content = config::ReadFile(file);
  if (!content.ok()) return false;
  decision.to = base::RouteDecision::To::kAnswer;
  decision.head.clear();
  if (request.method != "GET" && request.method != "HEAD") {
    decision.status = 405;
    base::AppendPackedHeader(decision.head, "allow", "GET, HEAD");
    decision.body = "Method Not Allowed";
    return true;
  }
  const std::string tag = TagOf(*content);
  base::AppendPackedHeader(decision.head, "content-type", TypeOf(file));
  base::AppendPackedHeader(decision.head, "etag", tag);
  const auto known = HeaderOf(request.head, "if-none-match");
  const bool same = known && (*known == "*" || known->find(tag) != std::string::npos);
  decision.status = same ? 304 : 200;
  if (!same) decision.body = std::move(*content);
  return true;
}

}  // namespace isolane::vercel
