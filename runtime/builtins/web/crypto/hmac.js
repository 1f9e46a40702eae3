// HMAC.
'use strict';

const { bufferOf, lengthOf } = require('internal/bytes');
const { requireContext } = require('internal/context');
const { Uint8Array } = require('internal/primordials');
const { dataError, notSupported, operationError, required } = require('web/crypto/errors');
const { BLOCK_BITS, digestNamed } = require('web/crypto/hashes');
const { decode, encode } = require('web/crypto/jwk');
const { checkUsages } = require('web/crypto/key');

const ALLOWED = ['sign', 'verify'];

function material({ secret, bits, hash, extractable, usages }) {
  return {
    __proto__: null, name: 'HMAC', type: 'secret', extractable, usages, hash, secret,
    algorithm: { name: 'HMAC', hash: { name: hash }, length: bits },
  };
}

function generateKey({ name, algorithm, extractable, usages }) {
  const hash = digestNamed(required(algorithm.hash, 'hash'));
  const allowed = checkUsages(name, 'generate', usages, ALLOWED);
  const { length: bits = BLOCK_BITS[hash] } = algorithm;
  if (bits <= 0) {
    throw operationError(`HMAC key length must be a non-zero unsigned long integer (requested ${bits}).`);
  }
  requireContext();
  return material({ secret: native.generateSecretKey(bits), bits, hash, extractable, usages: allowed });
}

function bytesOfJwk(jwk, hash) {
  if (jwk.kty !== 'oct') {
    throw dataError('HMAC "jwk" key import requires a JSON Web Key with Key Type parameter ("kty") equal to ' +
      `"oct" (encountered "${jwk.kty}").`);
  }
  const bytes = decode(jwk.k);
  if (bytes === undefined) {
    throw dataError('HMAC "jwk" key import requires a base64Url encoding of the key');
  }
  if (jwk.alg !== undefined) {
    if (!hash.startsWith('SHA-')) {
      throw notSupported(`Unrecognized or unimplemented hash algorithm requested${jwk.alg}`);
    }
    const expected = `HS${hash.slice(4)}`;
    if (jwk.alg !== expected) {
      throw dataError('HMAC "jwk" key import specifies "alg" that is incompatible with the hash name ' +
        `(encountered "${jwk.alg}", expected "${expected}").`);
    }
  }
  return bytes;
}

function importKey({ name, format, data, algorithm, extractable, usages }) {
  const allowed = checkUsages(name, 'import secret', usages, ALLOWED);
  const hash = required(algorithm.hash, 'hash');
  let bytes;
  if (format === 'raw') {
    bytes = new Uint8Array(data);
  } else if (format === 'jwk') {
    // As it was given: the "alg" is compared before the digest is looked up.
    bytes = bytesOfJwk(data, hash);
  } else {
    throw notSupported(`Unrecognized key import format "${format}".`);
  }
  const length = lengthOf(bytes);
  const size = length * 8;
  const { length: bits = size } = algorithm;
  if (bits <= 0 || bits > size || bits <= size - 8) {
    throw dataError(`Imported HMAC key length (${bits}) must be a non-zero value up to 7 bits less than, and no ` +
      `greater than, the bit length of the raw key data (${size}).`);
  }
  // The bits of the last byte that do not count.
  if (bits < size) bytes[length - 1] &= 0xff00 >> (bits % 8);
  return material({
    secret: native.secretKey(bytes), bits, hash: digestNamed(hash), extractable, usages: allowed,
  });
}

function exportKey(format, { secret, hash, usages }) {
  if (format === 'raw') return bufferOf(new Uint8Array(secret));
  if (format !== 'jwk') throw notSupported(`Unimplemented key export format "${format}".`);
  if (!hash.startsWith('SHA-')) {
    throw notSupported(`Unimplemented JWK key export format for key algorithm "${hash}".`);
  }
  return { kty: 'oct', key_ops: [...usages], alg: `HS${hash.slice(4)}`, ext: true, k: encode(secret) };
}

function sign({ secret, hash }, algorithm, data) {
  const result = native.hmacSign(hash, secret, data);
  if (result === undefined) throw operationError('HMAC computation failed.');
  return result;
}

function verify(key, algorithm, signature, data) {
  return native.timingSafeEqual(new Uint8Array(sign(key, algorithm, data)), signature);
}

module.exports = { __proto__: null, exportKey, generateKey, importKey, sign, verify };
