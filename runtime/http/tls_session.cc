#include "runtime/http/tls_session.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "runtime/base/check.h"
#include "runtime/http/server_tls.h"
#include "runtime/http/tls_context.h"

namespace isolane::http {
namespace {

constexpr int kStep = 16 * 1024;  // what one record holds at most

bool IsAddress(const std::string& host) {
  char bytes[16];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

// Who resumes a session takes the peer for whom it was checked to be then.
std::string TicketKey(const std::string& host, const std::string& peer,
                      const TlsClientOptions& options) {
  if (options.http) return peer;
  return peer + '\n' + host + '\n' + std::to_string(static_cast<int>(options.trust));
}

}  // namespace

TlsSession::TlsSession(TlsContext& context, const std::string& host, const std::string& peer,
                       TlsClientOptions options)
    : peer_(peer), key_(TicketKey(host, peer, options)), ssl_(context.NewSession(key_)) {
  SSL* const ssl = ssl_.get();
  SSL_set_app_data(ssl, const_cast<std::string*>(&key_));
  // A memory BIO that is empty asks for more; it does not say that this is the end.
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(ssl);
  if (!options.http) SSL_set_alpn_protos(ssl, nullptr, 0);
  if (options.trust == TlsTrust::kNothing) SSL_set_verify(ssl, SSL_VERIFY_NONE, nullptr);
  X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl);
  if (IsAddress(host)) {
    if (options.trust != TlsTrust::kFull) return;
    ISOLANE_CHECK(X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1);
    return;
  }
  // A name's final dot is not in certificates.
  const std::string name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  // To OpenSSL an empty name is that of everybody, and ".com" that of all below.
  if (name.empty() || name.starts_with('.') || name.find('\0') != std::string::npos) {
    ERR_clear_error();
    Fail("the certificate of " + peer_ +
         " cannot be checked: what it is to be for is no host name");
    return;
  }
  if (options.trust == TlsTrust::kFull) {
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    ISOLANE_CHECK(X509_VERIFY_PARAM_set1_host(rules, name.data(), name.size()) == 1);
  }
  SSL_set_tlsext_host_name(ssl, name.c_str());
}

TlsSession::TlsSession(ServerTls& context) : peer_("a client"), ssl_(context.NewSession()) {
  SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_accept_state(ssl_.get());
}

TlsSession::~TlsSession() = default;

void TlsSession::FreeSession::operator()(SSL* ssl) const {
  // Without this OpenSSL takes the session for broken and would not resume it.
  SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl);
}

void TlsSession::Receive(std::string_view ciphertext, ByteBuffer& plain) {
  if (state_ == State::kFailed || state_ == State::kEnded) return;
  BIO* const in = SSL_get_rbio(ssl_.get());
  ISOLANE_CHECK(BIO_write(in, ciphertext.data(), static_cast<int>(ciphertext.size())) ==
                static_cast<int>(ciphertext.size()));
  if (state_ == State::kHandshake) Handshake();
  if (state_ == State::kOpen) Decrypt(plain);
}

void TlsSession::Handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    state_ = State::kOpen;
    return;
  }
  const int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
  const long verdict = SSL_get_verify_result(ssl_.get());
  const bool unverified = SSL_get_verify_mode(ssl_.get()) == SSL_VERIFY_NONE;
  if (verdict == X509_V_OK || unverified) {
    Fail("the TLS handshake with " + peer_ + " failed");
    return;
  }
  state_ = State::kFailed;
  error_ = "the certificate of " + peer_ +
           " is not trusted: " + X509_verify_cert_error_string(verdict) +
           ". To trust an authority of your own, set SSL_CERT_FILE to a file with its certificate "
           "(PEM).";
  ERR_clear_error();
}

void TlsSession::Decrypt(ByteBuffer& plain) {
  for (;;) {
    ERR_clear_error();
    char* to = plain.Reserve(kStep);
    const int size = SSL_read(ssl_.get(), to, kStep);
    if (size > 0) {
      plain.Commit(to + size);
      continue;
    }
    const int error = SSL_get_error(ssl_.get(), size);
    if (error == SSL_ERROR_ZERO_RETURN) {
      state_ = State::kEnded;
    } else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
      Fail("TLS with " + peer_ + " broke off");
    }
    return;
  }
}

bool TlsSession::Send(std::string_view plain) {
  while (!plain.empty()) {
    ERR_clear_error();
    const size_t part = plain.size() < kStep ? plain.size() : kStep;
    // A memory BIO takes all of it.
    const int size = SSL_write(ssl_.get(), plain.data(), static_cast<int>(part));
    if (size <= 0) {
      Fail("TLS with " + peer_ + " broke off");
      return false;
    }
    plain.remove_prefix(static_cast<size_t>(size));
  }
  return true;
}

void TlsSession::Close() {
  if (state_ != State::kOpen && state_ != State::kEnded) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

void TlsSession::TakeOutput(ByteBuffer& out) {
  BIO* const from = SSL_get_wbio(ssl_.get());
  const size_t size = BIO_ctrl_pending(from);
  if (size == 0) return;
  char* to = out.Reserve(size);
  const int taken = BIO_read(from, to, static_cast<int>(size));
  if (taken > 0) out.Commit(to + taken);
}

void TlsSession::Fail(std::string_view what) {
  state_ = State::kFailed;
  error_ = what;
  const char* const reason = ERR_reason_error_string(ERR_peek_error());
  if (reason != nullptr) error_.append(": ").append(reason);
  ERR_clear_error();
}

}  // namespace isolane::http
