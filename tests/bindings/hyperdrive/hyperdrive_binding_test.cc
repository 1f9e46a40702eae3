#include "bindings/hyperdrive/hyperdrive_binding.h"

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/http/tls_server.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::bindings {
namespace {

using http::RawServer;
using http::TestAuthority;
using http::TlsServer;
using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

constexpr char kSslRequest[] = "\0\0\0\x08\x04\xd2\x16\x2f";
const std::string kAsksForTls(kSslRequest, 8);

// `code` sees `env`, `connect`, and gives what is to be shown.
TestWorker Worker(const std::string& connection_string, const std::string& code) {
  return TestWorker::Evaluating("w", R"js(
    import { connect } from 'cloudflare:sockets';
    const talk = async (socket) => {
      await socket.opened;
      await socket.writable.getWriter().write(new TextEncoder().encode('ask'));
      const { value } = await socket.readable.getReader().read();
      return new TextDecoder().decode(value);
    };
    const failure = (promise) => promise.then(() => 'none', (error) => `${error.name}: ${error.message}`);
)js",
                                code)
      .Date("2026-11-01")
      .Binding({"DB", HyperdriveBinding{"id", connection_string}, "wrangler.toml:3"});
}

std::string Ask(const std::string& connection_string, const std::string& code) {
  TestRuntime runtime({Worker(connection_string, code)});
  const auto pending = runtime.Start();
  REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
  return pending->response().body;
}

std::string Url(int port, const std::string& end = "", const std::string& scheme = "postgres") {
  return scheme + "://user:secret@localhost:" + std::to_string(port) + "/data" + end;
}

const std::string kConnectBoth[] = {
    "return talk(env.DB.connect());",
    "return talk(connect({ hostname: env.DB.host, port: env.DB.port }));",
    "return talk(connect(new URL(env.DB.connectionString).host, { secureTransport: 'on' }));",
    "return talk(connect(env.DB.ip + ':' + env.DB.port));",
};

}  // namespace

TEST_SUITE_BEGIN("bindings/hyperdrive");

TEST_CASE("a Hyperdrive binding tells drivers") {
  SUBCASE("what the connection string says, but a host and a port of its own") {
    CHECK(
        Ask("postgres://us%40er:pa%3Ass@localhost:9999/my%20db?sslmode=require",
            "const { DB } = env; const { host } = DB;"
            "return [/^[0-9a-f]{32}\\.hyperdrive\\.local$/.test(host), DB.port, DB.user, "
            "DB.password, DB.database,"
            "  DB.connectionString.replace(host, 'HOST'), DB.host === host, Object.keys(DB),"
            "  String(DB), DB.constructor.name];") ==
        R"([true,5432,"us@er","pa:ss","my db","postgres://us@er:pa:ss@HOST:5432/my db?sslmode=disable",)"
        R"(true,["connectionString","port","ip","host","password","user","database"],)"
        R"("[object Hyperdrive]","Hyperdrive"])");
    CHECK(Ask("mysql://root:pw@127.0.0.1/db",
              "return [env.DB.port, env.DB.connectionString.replace(env.DB.host, 'HOST')];") ==
          R"([3306,"mysql://root:pw@HOST:3306/db?ssl-mode=disabled"])");
  }
  SUBCASE("with a password that does not end its part of the URL") {
    CHECK(Ask("postgres://u:a%2Fb%3Fc%23d%25e@h/d",
              "const { password } = new URL(env.DB.connectionString);"
              "return [env.DB.password, decodeURIComponent(password)];") ==
          R"(["a/b?c#d%e","a/b?c#d%e"])");
  }
  SUBCASE("with a user whose name has a colon") {
    CHECK(Ask("postgres://a%3Ab:p:w@h/d",
              "const { username, password } = new URL(env.DB.connectionString);"
              "return [username, password].map(decodeURIComponent);") == R"(["a:b","p:w"])");
  }
  SUBCASE("and nobody can make one") {
    CHECK(Ask("postgres://u:p@h/d", "new env.DB.constructor();") ==
          "TypeError: Illegal constructor");
  }
}

TEST_CASE("a Hyperdrive binding leads to its database") {
  for (const std::string& code : kConnectBoth) {
    CAPTURE(code);
    RawServer server;
    TestRuntime runtime({Worker(Url(server.port), code)});
    const auto pending = runtime.Start();
    REQUIRE(PollUntil(runtime, [&] {
      server.Asked();
      return server.heard == "ask";
    }));
    server.Say("answer");
    REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
    CHECK(pending->response().body == "answer");
  }
}

TEST_CASE("a Hyperdrive binding whose database is not there says so") {
  const int closed = RawServer().port;
  CHECK(Ask(Url(closed), "return failure(env.DB.connect().opened);") ==
        "Error: connection attempt failed: Hyperdrive binding DB: connect to localhost:" +
            std::to_string(closed) + ": connection refused");
}

TEST_CASE("another port of a Hyperdrive binding's address is nobody's") {
  RuntimeOptions options;
  options.public_only = true;
  TestRuntime runtime(
      {Worker("postgres://u:p@h/d", "return failure(connect(env.DB.ip + ':1').opened);")},
      std::move(options));
  CHECK(runtime.Text().find("is not a public address") != std::string::npos);
}

TEST_CASE("TLS to PostgreSQL") {
  const TestAuthority authority;
  setenv("SSL_CERT_FILE", authority.file().c_str(), 1);
  // What becomes of it when the server gives that answer, or none and hangs up.
  const auto run = [](TlsServer& server, const std::string& end, const std::string& answer) {
    TestRuntime runtime({Worker(Url(server.raw.port, end), "return talk(env.DB.connect());")});
    const auto pending = runtime.Start();
    std::string came;
    REQUIRE(PollUntil(runtime, [&] {
      came += server.raw.Hear();
      return came == kAsksForTls;
    }));
    const bool plain = answer != "S";
    if (answer.empty()) {
      server.raw.Hang();
    } else {
      server.raw.Say(answer);
    }
    bool said = false;
    REQUIRE(PollUntil(runtime, [&] {
      if (answer == "S" && server.Has("ask") && !said) {
        server.Say("answer");
        said = true;
      }
      // Without TLS it comes by a connection of its own.
      if (plain && server.raw.Left()) server.raw.Hang();
      if (plain && server.raw.Hear() == "ask") server.raw.Say("plain answer");
      return pending->done();
    }));
    return pending->response().body;
  };
  SUBCASE("is agreed on by the runtime") {
    TlsServer server(authority.Sign());
    CHECK(run(server, "?sslmode=verify-full", "S") == "answer");
    CHECK(server.peer().server_name() == "localhost");
  }
  SUBCASE("looks at the certificate only when it is told to") {
    TlsServer server(TestAuthority::SelfSigned());
    CHECK(run(server, "?sslmode=require", "S") == "answer");
  }
  SUBCASE("refuses a stranger") {
    TlsServer server(TestAuthority::SelfSigned());
    CHECK(
        run(server, "?sslmode=verify-ca", "S")
            .starts_with("Error: connection attempt failed: Hyperdrive binding DB: the certificate "
                         "of localhost:" +
                         std::to_string(server.raw.port) + " is not trusted: "));
  }
  SUBCASE("is not given up when it is required") {
    TlsServer server(authority.Sign());
    CHECK(run(server, "?sslmode=require", "N") ==
          "Error: connection attempt failed: Hyperdrive binding DB: localhost:" +
              std::to_string(server.raw.port) +
              " does not support TLS, which sslmode=require demands");
  }
  SUBCASE("is given up when it is only preferred") {
    TlsServer server(authority.Sign());
    CHECK(run(server, "?sslmode=prefer", "N") == "plain answer");
  }
  SUBCASE("is given up when it is only preferred and nobody knows what it is") {
    TlsServer server(authority.Sign());
    CHECK(run(server, "?sslmode=prefer", "") == "plain answer");
  }
  SUBCASE("is not given up when the server has agreed to it, and then hangs up") {
    RawServer server;
    TestRuntime runtime(
        {Worker(Url(server.port, "?sslmode=prefer"), "return failure(talk(env.DB.connect()));")});
    const auto pending = runtime.Start();
    std::string came;
    bool agreed = false;
    REQUIRE(PollUntil(runtime, [&] {
      came += server.Hear();
      if (came == kAsksForTls && !agreed) {
        server.Say("S");
        agreed = true;
      }
      if (came.size() > kAsksForTls.size()) server.Hang();
      return pending->done();
    }));
    CHECK(pending->response().body.starts_with(
        "Error: connection attempt failed: Hyperdrive binding DB: "));
  }
  SUBCASE("does not begin when the server hangs up") {
    TlsServer server(authority.Sign());
    CHECK(run(server, "?sslmode=require", "") ==
          "Error: connection attempt failed: Hyperdrive binding DB: localhost:" +
              std::to_string(server.raw.port) + " closed the connection when it was asked for TLS");
  }
  SUBCASE("does not begin with what somebody has put before it") {
    TlsServer server(authority.Sign());
    CHECK(run(server, "?sslmode=require", "Sx").ends_with("did not answer as PostgreSQL does"));
  }
  unsetenv("SSL_CERT_FILE");
}

TEST_CASE("what is not supported of TLS says so") {
  const std::string opened = "return failure(env.DB.connect().opened);";
  const std::string begin = "Error: connection attempt failed: Hyperdrive binding DB: ";
  CHECK(Ask(Url(1, "?sslmode=foo"), opened).starts_with(begin + "sslmode=foo is not known"));
  CHECK(Ask(Url(1, "?sslmode=verify-ca&sslrootcert=/ca.pem"), opened)
            .starts_with(begin + "sslrootcert is not supported by isolane."));
  CHECK(Ask(Url(1, "?ssl-mode=REQUIRED", "mysql"), opened)
            .starts_with(begin + "TLS to MySQL is not supported by isolane."));
  CHECK(Ask(Url(1, "?ssl={%22rejectUnauthorized%22:true}", "mysql"), opened)
            .starts_with(begin + "TLS to MySQL is not supported by isolane."));
}

TEST_CASE("a connection string that is none stops the Worker, and is not shown") {
  for (const char* text :
       {"", "nonsense:secret", "http://user:secret@h/d", "postgres://user:secret@h%00x/d"}) {
    const Error error = testing::LoadError({Worker(text, "")});
    CHECK(error.message ==
          "w: the connection string of the binding \"DB\" (Hyperdrive) is not that of a PostgreSQL "
          "or "
          "MySQL database");
    CHECK(error.hint.find("secret") == std::string::npos);
    CHECK(error.where == "wrangler.toml:3");
  }
}

TEST_SUITE_END();

}  // namespace isolane::bindings
