#include "cli/run_plan.h"

#include <doctest/doctest.h>

#include "tests/support/temporary_directory.h"

namespace isolane::cli {
namespace {

TEST_SUITE("cli/run_plan") {
  TEST_CASE("the certificate of https") {
    const testing::TemporaryDirectory directory;
    directory.Write("cert.pem", "certificate");
    directory.Write("key.pem", "key");
    CliOptions options;
    options.local_protocol = "https";
    SUBCASE("is made where nobody names one") {
      auto tls = ReadTls(options, {});
      REQUIRE(tls.ok());
      REQUIRE(tls->has_value());
      CHECK((*tls)->certificate.empty());
    }
    SUBCASE("is read with its key") {
      options.https_cert_path = directory / "cert.pem";
      options.https_key_path = directory / "key.pem";
      auto tls = ReadTls(options, {});
      REQUIRE(tls.ok());
      CHECK((*tls)->certificate == "certificate");
      CHECK((*tls)->key == "key");
    }
    SUBCASE("is nothing without its key") {
      options.https_cert_path = directory / "cert.pem";
      auto tls = ReadTls(options, {});
      REQUIRE_FALSE(tls.ok());
      CHECK(tls.error().message ==
            "Must specify both certificate path and key path to use a Custom Certificate.");
      CHECK(tls.error().hint == "Both of --https-cert-path and --https-key-path, or none.");
    }
    SUBCASE("that cannot be read is told with what names it") {
      options.https_cert_path = directory / "cert.pem";
      options.https_key_path = directory / "gone.pem";
      auto tls = ReadTls(options, {});
      REQUIRE_FALSE(tls.ok());
      CHECK(tls.error().message ==
            "Cannot read " + (directory / "gone.pem") + ": No such file or directory");
      CHECK(tls.error().hint == "It is named by --https-key-path or WRANGLER_HTTPS_KEY_PATH.");
    }
    SUBCASE("is none without https") {
      options.local_protocol = "http";
      options.https_cert_path = directory / "cert.pem";
      auto tls = ReadTls(options, {});
      REQUIRE(tls.ok());
      CHECK_FALSE(tls->has_value());
    }
  }
}

}  // namespace
}  // namespace isolane::cli
