#include "runtime/http/socket_writer.h"

#include <utility>

namespace isolane::http {
namespace {

struct Pieces {
  uv_buf_t list[loop::TcpStream::kMaxPieces];
  int count = 0;
  size_t bytes = 0;

  bool operator()(const char* data, size_t size) {
    list[count] = uv_buf_init(const_cast<char*>(data), static_cast<unsigned>(size));
    bytes += size;
    return ++count < loop::TcpStream::kMaxPieces;
  }
};

}  // namespace

SocketWriter::Outcome SocketWriter::Write(loop::TcpStream& stream, WriteQueue& queue) {
  Pieces offered;
  queue.Gather(offered);
  const ptrdiff_t written = stream.TryWrite(offered.list, offered.count);
  if (written < 0) return Outcome::kFailed;
  queue.Consume(static_cast<size_t>(written));
  if (static_cast<size_t>(written) == offered.bytes) return Outcome::kTaken;

  queue.Seal();
  Pieces rest;
  queue.GatherSealed(rest);
  pending_ = seen_pending_ = rest.bytes;
  return stream.Write(rest.list, rest.count) == 0 ? Outcome::kPending : Outcome::kFailed;
}

bool SocketWriter::TakeProgress(const loop::TcpStream& stream) {
  if (!stream.write_pending()) return false;
  const size_t now = stream.pending_bytes();
  return std::exchange(seen_pending_, now) != now;
}

}  // namespace isolane::http
