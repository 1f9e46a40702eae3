// The other side of TLS for tests: an authority that signs certificates, and a server end of a
// session that is fed by hand. Everything is made in memory, at test time.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace isolane::http {

template <typename T, void (*kFree)(T*)>
struct FreeWith {
  void operator()(T* object) const { kFree(object); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509, X509_free>>;

struct Identity {
  Key key;
  Certificate certificate;
};

// How a certificate differs from a good one for localhost and 127.0.0.1.
struct CertificateOptions {
  std::string names = "DNS:localhost,IP:127.0.0.1";
  long from_s = -3600;
  long to_s = 3600;
};

class TestAuthority {
 public:
  explicit TestAuthority(const char* name = "isolane test authority")
      : root_(Make(name, {.names = ""}, nullptr)) {
    char path[] = "/tmp/isolane-test-ca-XXXXXX";
    const int fd = mkstemp(path);
    REQUIRE(fd >= 0);
    FILE* file = fdopen(fd, "w");
    PEM_write_X509(file, root_.certificate.get());
    fclose(file);
    file_ = path;
  }
  ~TestAuthority() { unlink(file_.c_str()); }
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  // Its certificate as PEM, for CaSources::file.
  const std::string& file() const { return file_; }
  Identity Sign(const CertificateOptions& options = {}) const {
    return Make("server", options, &root_);
  }
  static Identity SelfSigned() { return Make("server", {}, nullptr); }

 private:
  static void AddExtension(X509* certificate, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    REQUIRE(extension != nullptr);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }

  // Without an issuer it signs itself.
  static Identity Make(const char* name, const CertificateOptions& options,
                       const Identity* issuer) {
    static int64_t serial = 1;
    Identity made{Key(EVP_EC_gen("P-256")), Certificate(X509_new())};
    X509* const certificate = made.certificate.get();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), options.from_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate), options.to_s);
    X509_set_pubkey(certificate, made.key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    const Identity& signer = issuer == nullptr ? made : *issuer;
    X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get()));
    if (options.names.empty()) {
      AddExtension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    } else {
      AddExtension(certificate, NID_subject_alt_name, options.names);
    }
    REQUIRE(X509_sign(certificate, signer.key.get(), EVP_sha256()) > 0);
    return made;
  }

  const Identity root_;
  std::string file_;
};

// The server's end of TLS connections: one context, so that sessions can be resumed.
class TlsServerContext {
 public:
  explicit TlsServerContext(const Identity& identity) : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_use_certificate(context_, identity.certificate.get());
    SSL_CTX_use_PrivateKey(context_, identity.key.get());
    SSL_CTX_set_alpn_select_cb(
        context_,
        [](SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
           unsigned length, void*) {
          static constexpr unsigned char kMine[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
          return SSL_select_next_proto(const_cast<unsigned char**>(chosen), size, kMine,
                                       sizeof kMine, offered, length) == OPENSSL_NPN_NEGOTIATED
                     ? SSL_TLSEXT_ERR_OK
                     : SSL_TLSEXT_ERR_ALERT_FATAL;
        },
        nullptr);
  }
  ~TlsServerContext() { SSL_CTX_free(context_); }
  TlsServerContext(const TlsServerContext&) = delete;
  TlsServerContext& operator=(const TlsServerContext&) = delete;
  SSL_CTX* get() const { return context_; }

 private:
  SSL_CTX* context_;
};

// One session of the server's end, without a socket.
class TlsPeer {
 public:
  explicit TlsPeer(const TlsServerContext& context) : ssl_(SSL_new(context.get())) {
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_);
  }
  ~TlsPeer() { SSL_free(ssl_); }
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  // Takes ciphertext; what it holds is added to received().
  void Receive(std::string_view ciphertext) {
    if (!ciphertext.empty()) {
      BIO_write(SSL_get_rbio(ssl_), ciphertext.data(), static_cast<int>(ciphertext.size()));
    }
    if (!SSL_is_init_finished(ssl_) && SSL_do_handshake(ssl_) != 1) return;
    char buffer[16384];
    int size;
    while ((size = SSL_read(ssl_, buffer, sizeof buffer)) > 0) {
      received_.append(buffer, static_cast<size_t>(size));
    }
  }
  void Send(std::string_view plain) {
    if (!plain.empty()) SSL_write(ssl_, plain.data(), static_cast<int>(plain.size()));
  }
  // Says that nothing more will come.
  void End() { SSL_shutdown(ssl_); }
  // What is to be sent to the client.
  std::string TakeOutput() {
    std::string out(BIO_ctrl_pending(SSL_get_wbio(ssl_)), '\0');
    if (!out.empty()) BIO_read(SSL_get_wbio(ssl_), out.data(), static_cast<int>(out.size()));
    return out;
  }
  // The client has said that nothing more will come.
  bool ended() const { return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0; }
  bool open() const { return SSL_is_init_finished(ssl_) != 0; }
  bool resumed() const { return SSL_session_reused(ssl_) != 0; }
  std::string received() const { return received_; }
  std::string server_name() const {
    const char* const name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? "" : name;
  }
  std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_, &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }

 private:
  SSL* ssl_;
  std::string received_;
};

}  // namespace isolane::http
