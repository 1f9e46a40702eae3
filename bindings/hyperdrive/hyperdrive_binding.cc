#include "bindings/hyperdrive/hyperdrive_binding.h"

#include <sys/random.h>

#include <cstdio>
#include <string>

#include "bindings/configured_object.h"
#include "runtime/base/ascii.h"
#include "runtime/base/check.h"
#include "runtime/base/database_url.h"
#include "runtime/worker/worker.h"

namespace isolane::bindings {

namespace {

// How the Worker knows the database: a name and an address that only its own connect() knows.
struct Alias {
  std::string host;
  std::string ip;
};

Alias MakeAlias() {
  unsigned char bytes[16] = {};
  // Never short for so few bytes.
  ISOLANE_CHECK(getrandom(bytes, sizeof bytes, 0) == sizeof bytes);
  Alias alias;
  for (const unsigned char byte : bytes) {
    char hex[3];
    std::snprintf(hex, sizeof hex, "%02x", byte);
    alias.host += hex;
  }
  alias.host += ".hyperdrive.local";
  // Of the block that is reserved for ever (RFC 1112, section 4).
  alias.ip = std::to_string(240 + bytes[0] % 15);
  for (int i = 1; i <= 3; i++) alias.ip += "." + std::to_string(bytes[i]);
  return alias;
}

// What is asked of TLS, in the words of PostgreSQL, whatever the database is.
std::string SslMode(const base::DatabaseUrl& url) {
  if (url.is_postgres()) {
    const std::string mode = base::LowerCased(url.Parameter("sslmode"));
    return mode.empty() ? "disable" : mode;
  }
  for (const char* name : {"ssl-mode", "ssl", "sslmode"}) {
    const std::string mode = base::LowerCased(url.Parameter(name));
    if (mode.empty()) continue;
    if (mode == "verify_identity") return "verify-full";
    if (mode == "verify_ca") return "verify-ca";
    if (mode == "required" || mode == "true" || mode == "1") return "require";
    if (mode == "preferred") return "prefer";
    if (mode == "disabled" || mode == "false" || mode == "0") return "disable";
    return mode;
  }
  return "disable";
}

class Hyperdrive final : public worker::BindingKind {
 public:
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker& worker, const BindingSpec& spec) override {
    const auto* binding = std::get_if<HyperdriveBinding>(&spec.value);
    if (binding == nullptr) return v8::MaybeLocal<v8::Value>();
    const auto url = base::DatabaseUrl::Parse(binding->connection_string);
    if (!url || !(url->is_postgres() || url->is_mysql())) {
      // The string is not shown: there is a password in it.
      return Error{worker.name() + ": the connection string of the binding \"" + spec.name +
                       "\" (Hyperdrive) is not that of a PostgreSQL or MySQL database",
                   "Write it as postgres://user:password@host:5432/database or mysql://...",
                   spec.where,
                   {}};
    }
    const int default_port = url->is_mysql() ? 3306 : 5432;
    const Alias alias = MakeAlias();
    return ConfiguredObject(v8::Isolate::GetCurrent())
        .Set("name", spec.name)
        .Set("scheme", url->scheme)
        .Set("user", url->user)
        .Set("password", url->password)
        .Set("database", url->database)
        .Set("host", alias.host)
        .Set("ip", alias.ip)
        .Set("port", default_port)
        .Set("targetHost", url->host)
        .Set("targetPort", url->port == 0 ? default_port : url->port)
        .Set("sslMode", SslMode(*url))
        .Set("sslRootCertificate", std::string(url->Parameter("sslrootcert")))
        .MakeBy("workers/hyperdrive", worker, spec);
  }
};

}  // namespace

worker::BindingKind& HyperdriveKind() {
  static Hyperdrive kind;
  return kind;
}

}  // namespace isolane::bindings
