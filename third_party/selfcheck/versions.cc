#include <doctest/doctest.h>
#include <openssl/crypto.h>
#include <openssl/opensslv.h>
#include <uv.h>
#include <v8.h>
#include <zlib.h>

#include <string>

#include "third_party/ada/ada_c.h"

TEST_SUITE_BEGIN("third_party/versions");

TEST_CASE("headers and host are of one build") {
  CHECK(std::string(v8::V8::GetVersion()).starts_with("14.6."));
  CHECK(std::string(v8::V8::GetVersion())
            .starts_with(std::to_string(V8_MAJOR_VERSION) + "." + std::to_string(V8_MINOR_VERSION) +
                         "." + std::to_string(V8_BUILD_NUMBER) + "."));
  CHECK(std::string(uv_version_string()) == "1.52.1");
  CHECK(uv_version() == UV_VERSION_HEX);
  CHECK(std::string(OpenSSL_version(OPENSSL_VERSION_STRING)) == OPENSSL_VERSION_STR);
  CHECK(std::string(zlibVersion()) == ZLIB_VERSION);
}

// Those without a header in the package: what third_party/{ada,llhttp,simdutf} were written for.
TEST_CASE("libraries without a header are those we declare") {
  CHECK(std::string(ada_get_version()) == "4.0.0");
  // llhttp and simdutf export no version; the unpatched executable reports them.
  const std::string command =
      ISOLANE_NODE " -p \"process.versions.llhttp + ' ' + process.versions.simdutf\" 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  char buffer[256];
  while (fgets(buffer, sizeof buffer, pipe) != nullptr) output += buffer;
  CHECK(pclose(pipe) == 0);
  CHECK(output == "9.4.3 7.7.0\n");
}

TEST_SUITE_END();
