// The seeds of the fuzz targets, and findings that were kept among them, as plain inputs.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "tests/fuzz/targets.h"

namespace isolane::fuzz {
namespace {

void RunSeeds(const std::string& name, void (*target)(std::string_view)) {
  const std::string folder = ISOLANE_SOURCE_DIR "/tests/fuzz/seeds/" + name;
  size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    // A target that finds something aborts: doctest says where.
    INFO(file.path().string());
    std::ostringstream bytes;
    bytes << std::ifstream(file.path(), std::ios::binary).rdbuf();
    const std::string input = bytes.str();
    target(input);
    // What a mutation does most: an end too early.
    for (size_t size = 0; size < input.size(); size += 1 + input.size() / 16) {
      target(std::string_view(input).substr(0, size));
    }
    count++;
  }
  CHECK(count > 0);
}

}  // namespace

TEST_SUITE_BEGIN("fuzz/seeds");

TEST_CASE("request_head") { RunSeeds("request_head", RequestHead); }
TEST_CASE("response_head") { RunSeeds("response_head", ResponseHead); }
TEST_CASE("rpc_clone") { RunSeeds("rpc_clone", RpcClone); }
TEST_CASE("web_socket") { RunSeeds("web_socket", WebSocket); }
TEST_CASE("peer_link") { RunSeeds("peer_link", PeerLink); }
TEST_CASE("config_readers") { RunSeeds("config_readers", ConfigReaders); }

TEST_SUITE_END();

}  // namespace isolane::fuzz
