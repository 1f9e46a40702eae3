#include "runtime/worker/peers/registry.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "runtime/base/percent.h"

namespace isolane::worker {

namespace {

constexpr std::string_view kFirstLine = "isolane registry 1\n";
constexpr std::string_view kSuffix = ".worker";
constexpr std::string_view kSocketSuffix = ".sock";
constexpr size_t kMaxFile = 1024;
constexpr size_t kMaxName = 200;
constexpr int kBacklog = 128;

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

bool IsPlain(std::string_view text) {
  for (const char c : text) {
    if (!IsPlain(c)) return false;
  }
  return !text.empty();
}

// Names of Workers that an embedder has chosen may have any character.
std::string FileOf(const std::string& worker) {
  std::string file;
  for (const char c : worker) {
    if (IsPlain(c)) {
      file += c;
      continue;
    }
    char hex[4];
    std::snprintf(hex, sizeof hex, "%%%02x", static_cast<unsigned char>(c));
    file += hex;
  }
  return file + std::string(kSuffix);
}

// Empty: it is no file of ours.
std::string WorkerOf(std::string_view file) {
  if (!file.ends_with(kSuffix)) return {};
  std::string worker = base::PercentDecoded(file.substr(0, file.size() - kSuffix.size()));
  // A Worker has one file: not that of "%41" or "%7E".
  return FileOf(worker) == file ? worker : std::string();
}

// What follows `key` up to the end of the line; empty if it is not there.
std::string_view TakeLine(std::string_view& text, std::string_view key) {
  if (!text.starts_with(key)) return {};
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return {};
  const std::string_view value = text.substr(key.size(), end - key.size());
  text.remove_prefix(end + 1);
  return value;
}

Error Failure(const std::string& directory, const std::string& what) {
  return Error{"the registry of Workers, " + directory + ": " + what,
               "Set ISOLANE_REGISTRY_PATH to a directory of your own, or to nothing to do without.",
               {},
               {}};
}

}  // namespace

// Others wait meanwhile: nobody takes a name between somebody's look and his writing.
class Registry::Lock {
 public:
  explicit Lock(int descriptor) : descriptor_(descriptor) {
    while (flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  ~Lock() { flock(descriptor_, LOCK_UN); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  const int descriptor_;
};

Registry::Registry(std::string directory, int descriptor, std::string instance)
    : directory_(std::move(directory)), descriptor_(descriptor), instance_(std::move(instance)) {}

Registry::~Registry() {
  {
    const Lock lock(descriptor_);
    for (const std::string& worker : registered_) {
      const auto entry = Find(worker);
      if (entry && entry->instance == instance_) {
        unlinkat(descriptor_, FileOf(worker).c_str(), 0);
      }
    }
    if (listening_) unlinkat(descriptor_, SocketName().c_str(), 0);
  }
  close(descriptor_);
}

Result<std::unique_ptr<Registry>> Registry::Open(const std::string& directory,
                                                 const std::string& instance) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(directory, error);
  if (error) return Failure(directory, error.message());
  if (made) chmod(directory.c_str(), S_IRWXU);
  const int descriptor = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return Failure(directory, std::strerror(errno));
  struct stat state {};
  if (fstat(descriptor, &state) != 0 || state.st_uid != geteuid() ||
      (state.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    close(descriptor);
    return Failure(directory, "others can write to it");
  }
  return std::unique_ptr<Registry>(new Registry(directory, descriptor, instance));
}

// Names of sockets are short, whatever the path of the directory.
std::string Registry::ProcPath(const std::string& name) const {
  return "/proc/self/fd/" + std::to_string(descriptor_) + "/" + name;
}

std::string Registry::SocketName() const { return instance_ + std::string(kSocketSuffix); }

Result<int> Registry::Listen() {
  const int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_fd < 0) return Failure(directory_, std::strerror(errno));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = ProcPath(SocketName());
  if (path.size() >= sizeof address.sun_path) {
    close(socket_fd);
    return Failure(directory_, "the name of its socket is too long");
  }
  path.copy(address.sun_path, path.size());
  // A socket that is bound and does not listen yet looks like that of an ended process.
  const Lock lock(descriptor_);
  if (bind(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(socket_fd, kBacklog) != 0) {
    const std::string why = std::strerror(errno);
    close(socket_fd);
    return Failure(directory_, why);
  }
  fchmodat(descriptor_, SocketName().c_str(), S_IRUSR | S_IWUSR, 0);
  listening_ = true;
  return socket_fd;
}

void Registry::Withdraw(const std::string& worker) {
  const Lock lock(descriptor_);
  std::erase(registered_, worker);
  const auto entry = Find(worker);
  if (entry && entry->instance == instance_) unlinkat(descriptor_, FileOf(worker).c_str(), 0);
}

bool Registry::Register(const std::string& worker) {
  const std::string file = FileOf(worker);
  if (file.size() > kMaxName) return false;
  const Lock lock(descriptor_);
  if (const auto entry = Find(worker)) {
    if (entry->instance == instance_) return true;
    if (Lives(entry->socket)) return false;
    unlinkat(descriptor_, entry->socket.c_str(), 0);
  }
  std::string text(kFirstLine);
  text.append("socket ").append(SocketName());
  text.append("\ninstance ").append(instance_).append("\n");
  const std::string temporary = file + "." + instance_;
  const int fd = openat(descriptor_, temporary.c_str(),
                        O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (fd < 0) return false;
  const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  // Whole or not at all, for those who read without the lock.
  if (!written || renameat(descriptor_, temporary.c_str(), descriptor_, file.c_str()) != 0) {
    unlinkat(descriptor_, temporary.c_str(), 0);
    return false;
  }
  registered_.push_back(worker);
  return true;
}

std::optional<Registry::Entry> Registry::Read(const std::string& file) const {
  const int fd = openat(descriptor_, file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return std::nullopt;
  char buffer[kMaxFile];
  const ssize_t size = read(fd, buffer, sizeof buffer);
  close(fd);
  if (size <= 0) return std::nullopt;
  std::string_view text(buffer, static_cast<size_t>(size));
  if (!text.starts_with(kFirstLine)) return std::nullopt;
  text.remove_prefix(kFirstLine.size());
  Entry entry;
  entry.worker = WorkerOf(file);
  entry.socket = TakeLine(text, "socket ");
  entry.instance = TakeLine(text, "instance ");
  const bool socket_is_here =
      entry.socket.ends_with(kSocketSuffix) &&
      IsPlain(std::string_view(entry.socket).substr(0, entry.socket.size() - kSocketSuffix.size()));
  if (entry.worker.empty() || !socket_is_here || !IsPlain(entry.instance)) return std::nullopt;
  return entry;
}

std::optional<Registry::Entry> Registry::Find(const std::string& worker) const {
  if (worker.empty()) return std::nullopt;
  return Read(FileOf(worker));
}

int Registry::ConnectTo(const std::string& socket_name) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = ProcPath(socket_name);
  if (path.size() >= sizeof address.sun_path) return -1;
  path.copy(address.sun_path, path.size());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  const int error = errno;
  close(fd);
  errno = error;
  return -1;
}

bool Registry::Lives(const std::string& socket_name) const {
  const int fd = ConnectTo(socket_name);
  if (fd >= 0) {
    close(fd);
    return true;
  }
  // Too many connections wait there: that is a life, too.
  return errno == EAGAIN;
}

void Registry::Forget(const Entry& entry) {
  const Lock lock(descriptor_);
  const auto now = Find(entry.worker);
  if (!now || now->socket != entry.socket || Lives(entry.socket)) return;
  unlinkat(descriptor_, FileOf(entry.worker).c_str(), 0);
  unlinkat(descriptor_, entry.socket.c_str(), 0);
}

int Registry::Connect(const Entry& entry) {
  const int fd = ConnectTo(entry.socket);
  if (fd < 0 && errno != EAGAIN) Forget(entry);
  return fd;
}

std::vector<std::string> Registry::Files() const {
  std::vector<std::string> files;
  const int fd = openat(descriptor_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* const listing = fd < 0 ? nullptr : fdopendir(fd);
  if (listing == nullptr) return files;
  while (const dirent* entry = readdir(listing)) {
    if (!WorkerOf(entry->d_name).empty()) files.emplace_back(entry->d_name);
  }
  closedir(listing);
  return files;
}

std::vector<std::string> Registry::NamesElsewhere() {
  std::vector<std::string> names;
  for (const std::string& file : Files()) {
    const auto entry = Read(file);
    if (!entry || entry->instance == instance_) continue;
    if (Lives(entry->socket)) {
      names.push_back(entry->worker);
    } else {
      Forget(*entry);
    }
  }
  return names;
}

}  // namespace isolane::worker
