#include "wrangler-compat/build/esbuild_service.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <future>
#include <utility>

#include "wrangler-compat/build/child_process.h"
#include "wrangler-compat/files.h"

#ifndef ISOLANE_ESBUILD
#error "ISOLANE_ESBUILD must name the pinned esbuild program"
#endif

namespace isolane::wrangler {
namespace {

constexpr size_t kReadSize = 256 * 1024;

Error ServiceError(const std::string& why) { return Error{"esbuild's service " + why, {}, {}, {}}; }

std::string WayOut() {
  return std::string("Set ESBUILD_BINARY_PATH to the program esbuild of version ") +
         kEsbuildVersion + ".";
}

uint32_t NumberAt(std::string_view bytes) {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; i++) {
    number |= uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return number;
}

}  // namespace

std::string EsbuildPath() {
  const char* named = std::getenv("ESBUILD_BINARY_PATH");
  if (named != nullptr && *named != '\0') return named;
  char self[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof self);
  if (length > 0) {
    const std::string beside =
        DirectoryOf(std::string(self, static_cast<size_t>(length))) + "/esbuild";
    if (KindOf(beside) == PathKind::kFile) return beside;
  }
  return ISOLANE_ESBUILD;
}

Result<std::unique_ptr<EsbuildService>> EsbuildService::Start(const std::string& program) {
  if (KindOf(program) != PathKind::kFile) {
    return Error{"Bundling needs esbuild, and there is no " + program, WayOut(), {}, {}};
  }
  // A socket rather than pipes: writing to one whose other end is gone raises no signal.
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return ServiceError(std::string("cannot be started: ") + std::strerror(errno));
  }
  ChildOptions options;
  options.arguments = {program, std::string("--service=") + kEsbuildVersion};
  options.input = ends[1];
  options.output = ends[1];
  auto pid = StartChild(options);
  close(ends[1]);
  if (!pid.ok()) {
    close(ends[0]);
    pid.error().hint = WayOut();
    return pid.error();
  }
  return std::unique_ptr<EsbuildService>(new EsbuildService(*pid, ends[0]));
}

EsbuildService::EsbuildService(pid_t pid, int socket) : pid_(pid), socket_(socket) {
  reader_ = std::thread([this] { Read(); });
}

EsbuildService::~EsbuildService() {
  // It keeps nothing that would have to be finished.
  kill(pid_, SIGKILL);
  reader_.join();
  WaitForChild(pid_);
  close(socket_);
}

void EsbuildService::Stop() { kill(pid_, SIGKILL); }

bool EsbuildService::alive() {
  const std::lock_guard lock(mutex_);
  return closed_.empty();
}

void EsbuildService::Read() {
  std::string bytes;
  size_t used = 0;
  for (;;) {
    if (bytes.size() < used + kReadSize) bytes.resize(2 * used + kReadSize);
    const ssize_t got = read(socket_, bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    used += static_cast<size_t>(got);
    size_t at = 0;
    while (used - at >= 4) {
      const size_t length = NumberAt({bytes.data() + at, 4});
      if (used - at - 4 < length) break;
      Receive({bytes.data() + at + 4, length});
      at += 4 + length;
    }
    bytes.erase(0, at);
    used -= at;
  }
  Close("has ended");
}

void EsbuildService::Receive(std::string_view bytes) {
  if (!greeted_) {
    greeted_ = true;
    if (bytes != kEsbuildVersion) {
      Close("is of version " + std::string(bytes.substr(0, 40)) + ", and isolane needs " +
            kEsbuildVersion + ". " + WayOut());
    }
    return;
  }
  std::optional<EsbuildPacket> packet = DecodePacket(bytes);
  if (!packet) return Close("said something that is no packet");
  if (packet->is_request) return Question(*packet);
  Answer answer;
  {
    const std::lock_guard lock(mutex_);
    const auto found = answers_.find(packet->id);
    if (found == answers_.end()) return;
    answer = std::move(found->second);
    answers_.erase(found);
  }
  const std::string_view error = packet->value.Text("error");
  if (error.empty()) return answer(std::move(packet->value));
  answer(Error{std::string(error), {}, {}, {}});
}

void EsbuildService::Question(const EsbuildPacket& packet) {
  const auto reply = [this, id = packet.id](EsbuildValue value) {
    Write({id, false, std::move(value)});
  };
  const std::lock_guard calling(calling_);
  Handler handler;
  if (const EsbuildValue* key = packet.value.Find("key")) {
    const std::lock_guard lock(mutex_);
    const auto found = handlers_.find(key->integer);
    if (found != handlers_.end()) handler = found->second;
  }
  if (handler) {
    handler(packet.value, reply);
  } else {
    reply(NothingToSay());
  }
}

void EsbuildService::Write(const EsbuildPacket& packet) {
  const std::string bytes = EncodePacket(packet);
  const std::lock_guard lock(writing_);
  size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count =
        send(socket_, bytes.data() + written, bytes.size() - written, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    // Its end is seen, and told, by the thread that reads.
    if (count <= 0) return;
    written += static_cast<size_t>(count);
  }
}

void EsbuildService::Close(const std::string& why) {
  std::map<uint32_t, Answer> left;
  {
    const std::lock_guard lock(mutex_);
    if (closed_.empty()) closed_ = why;
    left.swap(answers_);
  }
  // The newest first: whoever waits for a build must not go on before what was asked for it is
  // over.
  for (auto one = left.rbegin(); one != left.rend(); ++one) one->second(ServiceError(why));
}

void EsbuildService::Send(EsbuildValue request, Answer answer) {
  uint32_t id = 0;
  {
    std::unique_lock lock(mutex_);
    if (!closed_.empty()) {
      const std::string why = closed_;
      lock.unlock();
      return answer(ServiceError(why));
    }
    id = next_id_++;
    answers_[id] = std::move(answer);
  }
  Write({id, true, std::move(request)});
}

Result<EsbuildValue> EsbuildService::Ask(EsbuildValue request) {
  // Shared: set_value still works on it when the one that waits has gone on.
  auto promise = std::make_shared<std::promise<Result<EsbuildValue>>>();
  auto answer = promise->get_future();
  Send(std::move(request),
       [promise](Result<EsbuildValue> value) { promise->set_value(std::move(value)); });
  return answer.get();
}

uint32_t EsbuildService::AddHandler(Handler handler) {
  const std::lock_guard lock(mutex_);
  const uint32_t key = next_key_++;
  handlers_[key] = std::move(handler);
  return key;
}

void EsbuildService::RemoveHandler(uint32_t key) {
  const std::lock_guard calling(calling_);
  const std::lock_guard lock(mutex_);
  handlers_.erase(key);
}

}  // namespace isolane::wrangler
