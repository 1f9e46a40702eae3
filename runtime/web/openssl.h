// Owners for OpenSSL's objects, and its queue of errors. OpenSSL's own headers stay in the sources.
//
// Thread: any; an object belongs to one thread at a time.
#pragma once

#include <memory>
#include <string_view>

struct bignum_st;
struct ec_group_st;
struct ec_point_st;
struct ECDSA_SIG_st;
struct evp_cipher_ctx_st;
struct evp_kdf_ctx_st;
struct evp_kdf_st;
struct evp_mac_ctx_st;
struct evp_mac_st;
struct evp_md_ctx_st;
struct evp_md_st;
struct evp_pkey_ctx_st;
struct evp_pkey_st;
struct ossl_param_bld_st;
struct ossl_param_st;

namespace isolane::web {

struct OpensslFree {
  void operator()(bignum_st* object) const;  // wiped: it may be a secret
  void operator()(ec_group_st* object) const;
  void operator()(ec_point_st* object) const;
  void operator()(ECDSA_SIG_st* object) const;
  void operator()(evp_cipher_ctx_st* object) const;
  void operator()(evp_kdf_ctx_st* object) const;
  void operator()(evp_kdf_st* object) const;
  void operator()(evp_mac_ctx_st* object) const;
  void operator()(evp_mac_st* object) const;
  void operator()(evp_md_ctx_st* object) const;
  void operator()(evp_pkey_ctx_st* object) const;
  void operator()(evp_pkey_st* object) const;
  void operator()(ossl_param_bld_st* object) const;
  void operator()(ossl_param_st* object) const;
};

template <class T>
using Openssl = std::unique_ptr<T, OpensslFree>;

// Empties the thread's queue of errors when it is made and when it goes: every function that calls
// OpenSSL and may fail has one.
class OpensslErrors {
 public:
  OpensslErrors();
  ~OpensslErrors();
  OpensslErrors(const OpensslErrors&) = delete;
  OpensslErrors& operator=(const OpensslErrors&) = delete;

  // What the latest error means for a user, in workerd's words, or "" when it is none of those that
  // a user can do something about.
  std::string_view Reason() const;
};

// "SHA-256" and its kin; null for an unknown name.
const evp_md_st* DigestByName(std::string_view name);

}  // namespace isolane::web
