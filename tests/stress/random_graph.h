// A runtime of a random graph of Workers (worker.js), and random requests to it: by the embedder's
// interface and through a port, some by clients that leave. All follows from one seed, except what
// depends on time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <isolane/runtime.h>

#include "tests/stress/visitor.h"

namespace isolane::stress {

struct Tally {
  size_t requests = 0;
  size_t answers = 0;   // of the embedder's requests and of visitors that stayed
  size_t failures = 0;  // of these: with status 5xx, or cut in their midst
  size_t left = 0;      // visitors that did not wait
  size_t replaced = 0;  // isolates
  size_t hung = 0;      // requests that could never be answered
};

class RandomGraph {
 public:
  enum class Telling { kNothing, kAll };

  // kAll: what the Workers do goes to stdout.
  RandomGraph(uint32_t seed, Telling telling);
  ~RandomGraph();

  // Runs so many requests, and until nothing is left of them. What did not hold, one line each.
  std::vector<std::string> Run(size_t requests);
  const Tally& tally() const { return tally_; }

 private:
  class Log;
  struct Asked {
    std::string url;
    int answers = 0;
  };

  WorkerSpec RandomWorker(size_t number, size_t count);
  Limits RandomLimits();
  void StartOne();
  void StartCall();
  void StartVisitor();
  // Lets everything go on, and notes who is done.
  void Step();
  void CheckThatNothingIsLeft();
  size_t under_way() const { return calls_under_way_ + visitors_.size(); }
  size_t Below(size_t limit) {
    return std::uniform_int_distribution<size_t>(0, limit - 1)(random_);
  }
  std::string RandomQuery();

  std::mt19937 random_;
  const Telling telling_;
  Tally tally_;
  std::vector<std::string> wrong_;
  std::unique_ptr<Log> log_;
  std::vector<std::unique_ptr<Asked>> asked_;
  size_t calls_under_way_ = 0;
  int port_ = 0;
  std::unique_ptr<Runtime> runtime_;
  std::vector<std::unique_ptr<Visitor>> visitors_;
};

}  // namespace isolane::stress
