#include "runtime/http/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "runtime/base/check.h"

namespace isolane::http {
namespace {

constexpr char kWayOut[] =
    "Install the system's (apt-get install ca-certificates), or set SSL_CERT_FILE to a file with "
    "the certificates to trust (PEM).";

std::string EnvironmentText(const char* name) {
  const char* const text = std::getenv(name);
  return text == nullptr ? "" : text;
}

// Certificates in a directory have names like 3513523f.0; OpenSSL opens no others.
bool HasCertificates(const std::string& directory) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename();
    if (name.size() > 9 && name[8] == '.' && name.find_first_not_of("0123456789abcdef") == 8) {
      return true;
    }
  }
  return false;
}

Status LoadFile(ssl_ctx_st* context, const std::string& file, const char* origin) {
  ERR_clear_error();
  if (SSL_CTX_load_verify_file(context, file.c_str()) == 1) return Ok{};
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  std::string why =
      access(file.c_str(), R_OK) != 0 ? "cannot be read" : "holds no certificate that can be used";
  if (access(file.c_str(), R_OK) == 0 && reason != nullptr) why += std::string(" (") + reason + ")";
  ERR_clear_error();
  return Error{
      "https is not possible: " + std::string(origin) + file + " " + why + ".", kWayOut, {}, {}};
}

Status LoadNamed(ssl_ctx_st* context, const CaSources& sources) {
  if (!sources.file.empty()) ISOLANE_TRY(LoadFile(context, sources.file, "SSL_CERT_FILE="));
  if (sources.directory.empty()) return Ok{};
  if (!HasCertificates(sources.directory)) {
    return Error{"https is not possible: SSL_CERT_DIR=" + sources.directory +
                     " holds no certificates (files named by their hash, as c_rehash makes them).",
                 kWayOut,
                 {},
                 {}};
  }
  SSL_CTX_load_verify_dir(context, sources.directory.c_str());
  return Ok{};
}

Status LoadSystem(ssl_ctx_st* context, const CaSources& sources) {
  std::string looked;
  for (const std::string& file : sources.system_files) {
    if (access(file.c_str(), R_OK) == 0) return LoadFile(context, file, "");
    looked += (looked.empty() ? "" : ", ") + file;
  }
  for (const std::string& directory : sources.system_directories) {
    if (HasCertificates(directory)) {
      SSL_CTX_load_verify_dir(context, directory.c_str());
      return Ok{};
    }
    looked += (looked.empty() ? "" : ", ") + directory;
  }
  return Error{"https is not possible: no certificates of authorities were found (looked at " +
                   looked + ").",
               kWayOut,
               {},
               {}};
}

}  // namespace

CaSources CaSources::FromEnvironment() {
  CaSources sources;
  sources.file = EnvironmentText("SSL_CERT_FILE");
  sources.directory = EnvironmentText("SSL_CERT_DIR");
  return sources;
}

std::unique_ptr<TlsContext> TlsContext::CreateWithoutAuthorities() {
  // The host's OpenSSL would look for a configuration file of node's; there is nothing in it for
  // us.
  ISOLANE_CHECK(OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) == 1);
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  ISOLANE_CHECK(context != nullptr);
  std::unique_ptr<TlsContext> made(new TlsContext(context));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  static constexpr unsigned char kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_alpn_protos(context, kProtocols, sizeof kProtocols);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_set_app_data(context, made.get());
  SSL_CTX_sess_set_new_cb(context, [](SSL* ssl, SSL_SESSION* ticket) {
    auto* self = static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    self->Keep(*static_cast<std::string*>(SSL_get_app_data(ssl)), ticket);
    return 1;  // ours now
  });
  return made;
}

Result<std::unique_ptr<TlsContext>> TlsContext::Create(const CaSources& sources) {
  auto made = CreateWithoutAuthorities();
  const bool named = !sources.file.empty() || !sources.directory.empty();
  ISOLANE_TRY(named ? LoadNamed(made->context_, sources) : LoadSystem(made->context_, sources));
  return made;
}

TlsContext::~TlsContext() {
  tickets_.clear();
  SSL_CTX_free(context_);
}

SSL* TlsContext::NewSession(const std::string& key) {
  SSL* const ssl = SSL_new(context_);
  ISOLANE_CHECK(ssl != nullptr);
  if (const auto known = tickets_.find(key); known != tickets_.end()) {
    SSL_set_session(ssl, known->second.get());
  }
  return ssl;
}

void TlsContext::Keep(const std::string& key, SSL_SESSION* ticket) {
  if (tickets_.size() >= kMaxTickets && !tickets_.contains(key)) tickets_.erase(tickets_.begin());
  tickets_[key].reset(ticket);
}

void TlsContext::FreeTicket::operator()(SSL_SESSION* ticket) const { SSL_SESSION_free(ticket); }

}  // namespace isolane::http
