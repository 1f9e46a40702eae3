// esbuild as a long-lived process: requests and answers over its stdin and stdout, and its
// questions to us (which file does an import mean?) while it builds.
//
// Thread: any. Has a thread that reads; answers and questions are told there, one at a time, so
// what they call must be quick and must not wait for another answer.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <isolane/result.h>

#include "wrangler-compat/build/esbuild_packet.h"

namespace isolane::wrangler {

// The version of the package in third_party/npm; the service refuses any other.
inline constexpr char kEsbuildVersion[] = "0.28.2";

// Where the program is: ESBUILD_BINARY_PATH, "esbuild" beside this executable, or where it was when
// isolane was built.
std::string EsbuildPath();

class EsbuildService {
 public:
  using Answer = std::function<void(Result<EsbuildValue>)>;
  using Reply = std::function<void(EsbuildValue)>;
  using Handler = std::function<void(const EsbuildValue& question, Reply reply)>;

  static Result<std::unique_ptr<EsbuildService>> Start(const std::string& program);
  // Ends the process. Answers that are due become errors before it returns.
  ~EsbuildService();
  EsbuildService(const EsbuildService&) = delete;
  EsbuildService& operator=(const EsbuildService&) = delete;

  // Ends the process. What is asked for from then on is answered by an error.
  void Stop();
  // False once the process has ended; it does not come back.
  bool alive();

  // Sends a request. `answer` is called once. An answer with the member "error" is an Error.
  void Send(EsbuildValue request, Answer answer);
  // The same, waiting. Not on the thread that reads.
  Result<EsbuildValue> Ask(EsbuildValue request);

  // Who answers the questions of builds with this "key". `reply` may be called later, from any
  // thread, while the service lives.
  uint32_t AddHandler(Handler handler);
  // No call of it is under way or comes after. Not on the thread that reads.
  void RemoveHandler(uint32_t key);

 private:
  EsbuildService(pid_t pid, int socket);
  void Read();
  void Receive(std::string_view bytes);
  void Question(const EsbuildPacket& packet);
  void Write(const EsbuildPacket& packet);
  void Close(const std::string& why);

  const pid_t pid_;
  const int socket_;
  std::mutex mutex_;    // of what follows
  std::string closed_;  // why; empty while it runs
  uint32_t next_id_ = 0;
  uint32_t next_key_ = 0;
  std::map<uint32_t, Answer> answers_;
  std::map<uint32_t, Handler> handlers_;
  std::mutex calling_;  // held while a handler runs
  std::mutex writing_;
  bool greeted_ = false;  // of the reading thread
  std::thread reader_;
};

}  // namespace isolane::wrangler
