// A libFuzzer program of one target, ISOLANE_FUZZ_TARGET. libFuzzer's own main is of no use: ours
// is called by the host (third_party/v8/README.md).
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerRunDriver(int* argc, char*** argv,
                                   int (*target)(const uint8_t* data, size_t size));

namespace {

int RunTarget(const uint8_t* data, size_t size) {
  isolane::fuzz::ISOLANE_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return LLVMFuzzerRunDriver(&argc, &argv, RunTarget); }
