// How many puts a second the storage takes, and what one costs: batches of 64 in a turn, one object
// or many.   build/tests/storage_bench [DIRECTORY]
//
// A turn ends when its batch is durable, as for a client that waits for the answer; or it does not
// wait, as for many clients.
#include <time.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/loop/loop.h"
#include "runtime/storage/committer.h"
#include "runtime/storage/database.h"

namespace isolane::storage {
namespace {

struct Quiet : Database::Listener {
  void OnDurable(uint64_t) override {}
  void OnBroken(const Error& error) override { std::printf("%s\n", error.ToString().c_str()); }
};

double ThreadSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

enum class Pace { kAwaitEach, kFlow };

struct Shape {
  const char* name;
  int objects;
  int puts_per_turn;  // of all objects together
  int keys;           // different ones in an object
  Pace pace;
};

void Measure(const std::string& directory, const Shape& shape) {
  const std::string place = directory + "/isolane-storage-bench";
  std::filesystem::remove_all(place);
  loop::Loop loop;
  Committer committer(loop);
  Quiet quiet;
  std::vector<std::unique_ptr<Database>> objects;
  for (int i = 0; i < shape.objects; i++) {
    const StorageName name{"bench", place + "/" + std::to_string(i) + ".sqlite"};
    objects.push_back(std::make_unique<Database>(committer, name, quiet));
  }
  const std::string value(100, 'v');
  const auto run = [&](int64_t puts) {
    double longest = 0;
    for (int64_t put = 0; put < puts;) {
      const auto begin = std::chrono::steady_clock::now();
      for (int i = 0; i < shape.puts_per_turn; i++, put++) {
        Database& database = *objects[static_cast<size_t>(put % shape.objects)];
        const auto key =
            static_cast<uint64_t>(put) * 2'654'435'761u % static_cast<uint64_t>(shape.keys);
        if (!database.Put("key" + std::to_string(key), value + std::to_string(put)).ok())
          return 0.0;
      }
      committer.CommitAll();
      const std::chrono::duration<double> turn = std::chrono::steady_clock::now() - begin;
      longest = std::max(longest, turn.count());
      if (shape.pace == Pace::kAwaitEach) {
        while (!committer.idle()) loop.Wait();
      } else {
        loop.RunOnce();
      }
    }
    while (!committer.idle()) loop.Wait();
    return longest;
  };
  run(shape.puts_per_turn * 100);
  const int64_t puts = shape.puts_per_turn * (shape.pace == Pace::kAwaitEach ? 1'000 : 5'000);
  const double cpu = ThreadSeconds();
  const auto begin = std::chrono::steady_clock::now();
  const double longest = run(puts);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  std::printf("%-44s %8.0f puts/s  %5.2f us CPU of the loop per put  longest turn %.1f ms\n",
              shape.name, static_cast<double>(puts) / wall.count(),
              (ThreadSeconds() - cpu) / static_cast<double>(puts) * 1e6, longest * 1e3);
  objects.clear();
  while (!committer.idle()) loop.Wait();
  std::filesystem::remove_all(place);
}

}  // namespace
}  // namespace isolane::storage

int main(int argc, char** argv) {
  using isolane::storage::Pace;
  const std::string directory =
      argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string();
  for (const isolane::storage::Shape& shape : {
           isolane::storage::Shape{"one object, 64 a turn, awaited", 1, 64, 1'000,
                                   Pace::kAwaitEach},
           {"one object, 64 a turn, many clients", 1, 64, 1'000, Pace::kFlow},
           {"one object, 64 a turn, 100,000 keys", 1, 64, 100'000, Pace::kFlow},
           {"one object, 1 a turn, awaited", 1, 1, 1'000, Pace::kAwaitEach},
           {"64 objects, one put each a turn, awaited", 64, 64, 1'000, Pace::kAwaitEach},
           {"64 objects, one put each a turn, many clients", 64, 64, 1'000, Pace::kFlow},
       }) {
    isolane::storage::Measure(directory, shape);
  }
  return 0;
}
