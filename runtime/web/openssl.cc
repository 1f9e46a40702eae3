#include "runtime/web/openssl.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

namespace isolane::web {

void OpensslFree::operator()(bignum_st* object) const { BN_clear_free(object); }
void OpensslFree::operator()(ec_group_st* object) const { EC_GROUP_free(object); }
void OpensslFree::operator()(ec_point_st* object) const { EC_POINT_free(object); }
void OpensslFree::operator()(ECDSA_SIG_st* object) const { ECDSA_SIG_free(object); }
void OpensslFree::operator()(evp_cipher_ctx_st* object) const { EVP_CIPHER_CTX_free(object); }
void OpensslFree::operator()(evp_kdf_ctx_st* object) const { EVP_KDF_CTX_free(object); }
void OpensslFree::operator()(evp_kdf_st* object) const { EVP_KDF_free(object); }
void OpensslFree::operator()(evp_mac_ctx_st* object) const { EVP_MAC_CTX_free(object); }
void OpensslFree::operator()(evp_mac_st* object) const { EVP_MAC_free(object); }
void OpensslFree::operator()(evp_md_ctx_st* object) const { EVP_MD_CTX_free(object); }
void OpensslFree::operator()(evp_pkey_ctx_st* object) const { EVP_PKEY_CTX_free(object); }
void OpensslFree::operator()(evp_pkey_st* object) const { EVP_PKEY_free(object); }
void OpensslFree::operator()(ossl_param_bld_st* object) const { OSSL_PARAM_BLD_free(object); }
void OpensslFree::operator()(ossl_param_st* object) const { OSSL_PARAM_free(object); }

OpensslErrors::OpensslErrors() { ERR_clear_error(); }
OpensslErrors::~OpensslErrors() { ERR_clear_error(); }

std::string_view OpensslErrors::Reason() const {
  const unsigned long error = ERR_peek_last_error();
  if (ERR_GET_LIB(error) != ERR_LIB_EC) return "";
  switch (ERR_GET_REASON(error)) {
    case EC_R_INVALID_ENCODING:
    case EC_R_BUFFER_TOO_SMALL:
      return "Invalid point encoding.";
    case EC_R_INVALID_COMPRESSED_POINT:
      return "Invalid compressed point.";
    case EC_R_POINT_IS_NOT_ON_CURVE:
    case EC_R_COORDINATES_OUT_OF_RANGE:
      return "Point is not on curve.";
    default:
      return "";
  }
}

const evp_md_st* DigestByName(std::string_view name) {
  if (name == "SHA-256") return EVP_sha256();
  if (name == "SHA-1") return EVP_sha1();
  if (name == "SHA-384") return EVP_sha384();
  if (name == "SHA-512") return EVP_sha512();
  if (name == "MD5") return EVP_md5();
  return nullptr;
}

}  // namespace isolane::web
