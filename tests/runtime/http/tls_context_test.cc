#include "runtime/http/tls_context.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/runtime/http/tls_peer.h"

namespace isolane::http {

TEST_SUITE_BEGIN("runtime/http/tls_context");

TEST_CASE("authorities") {
  const TestAuthority authority;
  CaSources sources;
  sources.system_files = {"/nowhere/a.crt", "/nowhere/b.crt"};
  sources.system_directories = {"/nowhere/certs", "/tmp"};
  const auto error = [&] {
    const auto made = TlsContext::Create(sources);
    return made.ok() ? std::string() : made.error().ToString();
  };
  SUBCASE("that are nowhere are an error that names the places and the way out") {
    CHECK(error() ==
          "https is not possible: no certificates of authorities were found (looked at "
          "/nowhere/a.crt, /nowhere/b.crt, /nowhere/certs, /tmp).\n"
          "Install the system's (apt-get install ca-certificates), or set SSL_CERT_FILE to a file "
          "with the certificates to trust (PEM).");
  }
  SUBCASE("of the system are found") {
    sources.system_files.push_back(authority.file());
    CHECK(error().empty());
  }
  SUBCASE("that the operator named must be there, even if the system has some") {
    sources.system_files = {authority.file()};
    sources.file = "/nowhere/mine.pem";
    CHECK(error().starts_with(
        "https is not possible: SSL_CERT_FILE=/nowhere/mine.pem cannot be read."));
    sources.file = "/dev/null";
    CHECK(
        error().starts_with("https is not possible: SSL_CERT_FILE=/dev/null holds no certificate"));
    sources.file = authority.file();
    CHECK(error().empty());
    sources.directory = "/tmp";
    CHECK(error().starts_with("https is not possible: SSL_CERT_DIR=/tmp holds no certificates"));
  }
}

TEST_SUITE_END();

}  // namespace isolane::http
