#include "vercel-compat/static_files.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/base/percent.h"
#include "runtime/config/files.h"
#include "runtime/files/content_types.h"
#include "runtime/files/file_response.h"
#include "runtime/files/open_file.h"

namespace isolane::vercel {
namespace {

// What belongs to the machine or the project rather than to its visitors.
bool IsPrivate(std::string_view part) {
  return (part.starts_with('.') && part != ".well-known") || part == "node_modules" ||
         part == "vercel.json" || part == "vercel.toml" || part == "package-lock.json";
}

}  // namespace

StaticFiles::StaticFiles(const std::string& directory) {
  std::error_code error;
  directory_ = std::filesystem::canonical(directory, error).string();
}

std::string StaticFiles::FileOf(std::string_view path, Extensions extensions) const {
  const std::string decoded = base::PercentDecoded(path);
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
  if (extensions == Extensions::kMayLack && config::KindOf(file) != config::PathKind::kFile) {
    file = directory_ + decoded;
    while (file.ends_with('/')) file.pop_back();
    file += ".html";
  }
  if (config::KindOf(file) != config::PathKind::kFile) return {};
  std::error_code error;
  const std::string real = std::filesystem::canonical(file, error).string();
  return !error && real.starts_with(directory_ + "/") ? real : std::string();
}

bool StaticFiles::Answer(const RequestView& request, std::string_view path, Extensions extensions,
                         base::ResponderHost& host, base::RouteDecision& decision) const {
  const std::string name = FileOf(path, extensions);
  std::shared_ptr<files::OpenFile> file = name.empty() ? nullptr : files::OpenFile::Open(name);
  if (file == nullptr) return false;
  decision.to = base::RouteDecision::To::kAnswer;
  decision.head.clear();
  if (request.method != "GET" && request.method != "HEAD") {
    decision.status = 405;
    base::AppendPackedHeader(decision.head, "allow", "GET, HEAD");
    decision.body = base::Body::Bytes(base::Chunk::Copy("Method Not Allowed"));
    return true;
  }
  files::FileResponse given;
  given.content_type = files::ContentTypeOf(name);
  base::PlainResponse response =
      files::RespondWithFile(request.head, std::move(file), std::move(given), host);
  decision.status = response.status;
  decision.head = std::move(response.head);
  decision.body = std::move(response.body);
  return true;
}

}  // namespace isolane::vercel
