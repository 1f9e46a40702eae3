// Random graphs of Workers for some seconds, each of another seed.
//
//   ISOLANE_STRESS_SECONDS=60 build-asan/tests/stress_tests     what ./test.sh stress does
//   SEED=123 build-asan/tests/stress_tests                      one graph again, with a log
#include "tests/stress/random_graph.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

namespace isolane::stress {
namespace {

constexpr size_t kRequestsOfAGraph = 150;
constexpr double kDefaultSeconds = 2.5;
// A graph that does not end by itself ends the program, and the last line says its seed.
constexpr unsigned kLongestSeconds = 150;
// AddressSanitizer keeps freed memory for a while: some 550 is ordinary with it, 110 without.
constexpr size_t kMuchMemoryMb = 1500;

const char* Variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

size_t ResidentMb() {
  size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * static_cast<size_t>(sysconf(_SC_PAGESIZE)) >> 20;
}

void RunGraph(uint32_t seed, RandomGraph::Telling telling, Tally& sum) {
  std::printf("SEED=%u (%zu MiB resident)\n", seed, ResidentMb());
  std::fflush(stdout);
  alarm(kLongestSeconds);
  RandomGraph graph(seed, telling);
  for (const std::string& wrong : graph.Run(kRequestsOfAGraph)) {
    FAIL_CHECK("SEED=", seed, ": ", wrong);
  }
  alarm(0);
  const Tally& tally = graph.tally();
  sum.requests += tally.requests;
  sum.answers += tally.answers;
  sum.failures += tally.failures;
  sum.left += tally.left;
  sum.replaced += tally.replaced;
  sum.hung += tally.hung;
}

}  // namespace

TEST_SUITE_BEGIN("stress/random_graph");

TEST_CASE("random graphs of Workers end with nothing left") {
  const auto begin = std::chrono::steady_clock::now();
  auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  Tally sum;
  size_t graphs = 0;
  if (const char* seed = Variable("SEED")) {
    RunGraph(static_cast<uint32_t>(std::strtoul(seed, nullptr, 10)), RandomGraph::Telling::kAll,
             sum);
    graphs++;
  } else {
    const char* wanted = Variable("ISOLANE_STRESS_SECONDS");
    const double limit = wanted == nullptr ? kDefaultSeconds : std::strtod(wanted, nullptr);
    std::random_device device;
    for (; graphs == 0 || seconds() < limit; graphs++)
      RunGraph(device(), RandomGraph::Telling::kNothing, sum);
  }
  std::printf(
      "%zu graphs, %zu requests in %.1f s: %zu answers (%zu failures), %zu clients left; "
      "%zu isolates replaced, %zu hangs; %zu MiB resident\n",
      graphs, sum.requests, seconds(), sum.answers, sum.failures, sum.left, sum.replaced, sum.hung,
      ResidentMb());
  if (ResidentMb() > kMuchMemoryMb) std::printf("warning: this is much memory\n");
  CHECK(sum.answers + sum.left == sum.requests);
}

TEST_SUITE_END();

}  // namespace isolane::stress
