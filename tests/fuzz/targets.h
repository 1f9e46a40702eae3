// What is fuzzed: each target takes any bytes, and aborts when something does not hold. libFuzzer
// drives them (fuzz_main.cc, ./test.sh fuzz), and the unit tests run the seeds (seeds_test.cc).
#pragma once

#include <string_view>

namespace isolane::fuzz {

void RequestHead(std::string_view input);
void ResponseHead(std::string_view input);
void RpcClone(std::string_view input);
void WebSocket(std::string_view input);
void PeerLink(std::string_view input);
void ConfigReaders(std::string_view input);

}  // namespace isolane::fuzz
