#include "runtime/http/server_tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "runtime/base/check.h"

namespace isolane::http {
namespace {

constexpr long kDay = 24 * 60 * 60;
constexpr long kValidDays = 30;

template <typename T, void (*kFree)(T*)>
struct FreeWith {
  void operator()(T* object) const { kFree(object); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509, X509_free>>;
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

void AddExtension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  ISOLANE_CHECK(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// The name for which a client may take it. Others than these characters have a meaning in OpenSSL's
// lists.
bool IsName(const std::string& name) {
  return !name.empty() && name.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                              "XYZ0123456789.-_*") == std::string::npos;
}

std::string NamesOf(const std::vector<std::string>& names) {
  std::string list = "DNS:localhost,IP:127.0.0.1,IP:::1";
  for (const std::string& name : names) {
    char bytes[16];
    const bool address = inet_pton(AF_INET, name.c_str(), bytes) == 1 ||
                         inet_pton(AF_INET6, name.c_str(), bytes) == 1;
    if (address || IsName(name)) list += (address ? ",IP:" : ",DNS:") + name;
  }
  return list;
}

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

Error Refused(const char* part) {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  Error error{std::string("HTTPS is not possible: ") + part, {}, {}, {}};
  if (reason != nullptr) error.message += std::string(" (") + reason + ")";
  error.hint = "Give both as PEM files.";
  ERR_clear_error();
  return error;
}

Bio Reader(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

int NoPassphrase(char*, int, int, void*) { return 0; }

bool UseCertificates(SSL_CTX* context, const std::string& pem) {
  const Bio bio = Reader(pem);
  Certificate own(PEM_read_bio_X509(bio.get(), nullptr, NoPassphrase, nullptr));
  if (own == nullptr || SSL_CTX_use_certificate(context, own.get()) != 1) return false;
  while (X509* above = PEM_read_bio_X509(bio.get(), nullptr, NoPassphrase, nullptr)) {
    SSL_CTX_add0_chain_cert(context, above);
  }
  // The end of the text is told as an error.
  ERR_clear_error();
  return true;
}

Key ReadKey(const std::string& pem) {
  const Bio bio = Reader(pem);
  return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr));
}

void InitOpenSsl() {
  // The host's OpenSSL would look for a configuration file of node's; there is nothing in it for
  // us.
  ISOLANE_CHECK(OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) == 1);
}

int ChooseProtocol(SSL*, const unsigned char** chosen, unsigned char* size,
                   const unsigned char* offered, unsigned length, void*) {
  static constexpr unsigned char kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  const int found = SSL_select_next_proto(const_cast<unsigned char**>(chosen), size, kProtocols,
                                          sizeof kProtocols, offered, length);
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

ServerIdentity MakeIdentity(const std::vector<std::string>& names) {
  InitOpenSsl();
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  ISOLANE_CHECK(key != nullptr && certificate != nullptr);
  X509* const made = certificate.get();
  X509_set_version(made, X509_VERSION_3);
  // Browsers refuse a second certificate of the same issuer and number.
  uint64_t serial = 0;
  ISOLANE_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(made), serial >> 1 | 1);
  // Clocks of this machine and of its guests may differ a little.
  X509_gmtime_adj(X509_getm_notBefore(made), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(made), kValidDays * kDay);
  X509_set_pubkey(made, key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(made, X509_get_subject_name(made));
  AddExtension(made, NID_subject_alt_name, NamesOf(names));
  AddExtension(made, NID_ext_key_usage, "serverAuth");
  ISOLANE_CHECK(X509_sign(made, key.get(), EVP_sha256()) > 0);
  const Bio certificate_text(BIO_new(BIO_s_mem()));
  const Bio key_text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate_text.get(), made);
  PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {TextOf(certificate_text.get()), TextOf(key_text.get())};
}

Result<std::unique_ptr<ServerTls>> ServerTls::Create(const ServerIdentity& identity) {
  InitOpenSsl();
  ERR_clear_error();
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  ISOLANE_CHECK(context != nullptr);
  std::unique_ptr<ServerTls> made(new ServerTls(context));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, nullptr);
  if (!UseCertificates(context, identity.certificate)) {
    return Refused("the certificate cannot be used");
  }
  const Key key = ReadKey(identity.key);
  if (key == nullptr) return Refused("the private key cannot be used");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return Refused("the private key is not that of the certificate");
  }
  return made;
}

ServerTls::~ServerTls() { SSL_CTX_free(context_); }

SSL* ServerTls::NewSession() {
  SSL* const ssl = SSL_new(context_);
  ISOLANE_CHECK(ssl != nullptr);
  return ssl;
}

}  // namespace isolane::http
