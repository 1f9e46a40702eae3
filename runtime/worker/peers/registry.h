// The directory in which the isolane processes of a user find each other: a file for each Worker
// that says which process has it, and a unix socket for each process.
//
// There is no clock in it. Whether a process lives is asked of its socket: the kernel refuses a
// connection to one whose process has ended, however it ended. The first process to have a name
// keeps it. What ended processes have left is removed by whoever comes across it.
//
// Thread: any. Blocks as long as a look at a few small files takes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <isolane/result.h>

namespace isolane::worker {

class Registry {
 public:
  struct Entry {
    std::string worker;
    std::string socket;    // name within the directory
    std::string instance;  // names the Runtime behind it
  };

  // Makes the directory if need be. `instance` names this Runtime: letters and digits. An error
  // names the directory and says what is wrong with it.
  static Result<std::unique_ptr<Registry>> Open(const std::string& directory,
                                                const std::string& instance);
  // Takes back what it has registered.
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The socket of this process, listening; the caller's to close. Once.
  Result<int> Listen();
  // From now on `worker` is found here. False if another process that lives has the name.
  bool Register(const std::string& worker);

  // It is not here any more.
  void Withdraw(const std::string& worker);

  // Who has `worker`, as far as its file says.
  std::optional<Entry> Find(const std::string& worker) const;
  // A connection to that process, the caller's to close; -1 if it has ended: then the file is gone.
  int Connect(const Entry& entry);
  // The Workers that other processes have, of those that live.
  std::vector<std::string> NamesElsewhere();

 private:
  Registry(std::string directory, int descriptor, std::string instance);

  std::string ProcPath(const std::string& name) const;
  std::string SocketName() const;
  int ConnectTo(const std::string& socket) const;
  bool Lives(const std::string& socket) const;
  std::optional<Entry> Read(const std::string& file) const;
  std::vector<std::string> Files() const;
  // Under the lock: removes what `entry` says, if it still says it.
  void Forget(const Entry& entry);

  class Lock;

  const std::string directory_;
  const int descriptor_;  // of the directory; locks are on it
  const std::string instance_;
  bool listening_ = false;
  std::vector<std::string> registered_;
};

}  // namespace isolane::worker
