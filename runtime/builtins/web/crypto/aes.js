// AES-CTR, AES-CBC, AES-GCM and AES-KW.
'use strict';

const { bufferOf, lengthOf } = require('internal/bytes');
const { requireContext } = require('internal/context');
const { Uint8Array } = require('internal/primordials');
const { dataError, notSupported, operationError, required } = require('web/crypto/errors');
const { decode, encode, firstDuplicate } = require('web/crypto/jwk');
const { checkUsages } = require('web/crypto/key');

const KEY_BITS = [128, 192, 256];
const TAG_BITS = [32, 64, 96, 104, 112, 120, 128];
const BLOCK = 16;
// OpenSSL's limit; longer ones would have to be hashed first.
const MAX_IV = 128;

function allowedUsages(name) {
  return name === 'AES-KW' ? ['wrapKey', 'unwrapKey'] : ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'];
}

function material({ name, extractable, usages }, secret, bits) {
  return {
    __proto__: null, name, type: 'secret', extractable, usages, secret, bits,
    algorithm: { name, length: bits },
  };
}

function generateKey({ name, algorithm, extractable, usages }) {
  const allowed = checkUsages(name, 'generate', usages, allowedUsages(name));
  const length = required(algorithm.length, 'length');
  if (!KEY_BITS.includes(length)) {
    throw operationError(`Generated AES key length must be 128, 192, or 256 bits but requested ${length}.`);
  }
  requireContext();
  return material({ name, extractable, usages: allowed }, native.generateSecretKey(length), length);
}

function checkLength(bits) {
  if (KEY_BITS.includes(bits)) return;
  throw dataError(`Imported AES key length must be 128, 192, or 256 bits but provided ${bits}.`);
}

// https://www.rfc-editor.org/rfc/rfc7518.html#section-6.4
function bytesOfJwk(jwk, name, usages) {
  if (jwk.kty !== 'oct') {
    throw dataError('Symmetric "jwk" key import requires a JSON Web Key with Key Type parameter "kty" ' +
      `equal to "oct" (encountered "${jwk.kty}").`);
  }
  const bytes = decode(jwk.k);
  if (bytes === undefined) {
    throw dataError('Symmetric "jwk" key import requires a base64Url encoding of the key.');
  }
  const bits = lengthOf(bytes) * 8;
  checkLength(bits);
  const alg = `A${bits}${name.slice(4)}`;
  if (jwk.alg !== undefined && jwk.alg !== alg) {
    throw dataError(`Symmetric "jwk" key contains invalid "alg" value "${jwk.alg}", expected "${alg}".`);
  }
  if (usages.length > 0 && jwk.use !== undefined && jwk.use !== 'enc') {
    throw dataError(`Symmetric "jwk" key must have a "use" of "enc", not "${jwk.use}".`);
  }
  const { key_ops: operations } = jwk;
  if (operations === undefined) return bytes;
  const duplicate = firstDuplicate(operations);
  if (duplicate !== undefined) {
    throw dataError(`Symmetric "jwk" key contains duplicate value "${duplicate}", in "key_op".`);
  }
  const missing = usages.find((usage) => !operations.includes(usage));
  if (missing !== undefined) throw dataError(`"jwk" key missing usage "${missing}", in "key_ops".`);
  return bytes;
}

function importKey({ name, format, data, extractable, usages }) {
  const allowed = checkUsages(name, 'import secret', usages, allowedUsages(name));
  let bytes = data;
  if (format === 'jwk') {
    bytes = bytesOfJwk(data, name, usages);
  } else if (format === 'raw') {
    checkLength(lengthOf(data) * 8);
  } else {
    throw notSupported(`Unrecognized key import format "${format}".`);
  }
  return material({ name, extractable, usages: allowed }, native.secretKey(bytes), lengthOf(bytes) * 8);
}

function exportKey(format, { name, secret, bits, usages }) {
  if (format === 'raw') return bufferOf(new Uint8Array(secret));
  if (format !== 'jwk') {
    throw notSupported(`${name} key only supports exporting "raw" & "jwk", not "${format}".`);
  }
  return {
    kty: 'oct', key_ops: [...usages], alg: `A${bits}${name.slice(4)}`, ext: true,
    k: encode(secret),
  };
}

// `expected`: how many bytes there would have been.
function notDecrypted(name, length, expected) {
  return operationError('Decryption failed. This could be due to a ciphertext authentication failure, bad ' +
    'padding, incorrect CryptoKey, or another algorithm-specific reason. Input length was ' +
    `${length}, output length expected to be ${expected} for ${name}`);
}

function gcm(encrypt, { name, secret }, algorithm, data) {
  const iv = required(algorithm.iv, 'iv');
  if (iv.length === 0) throw operationError('AES-GCM IV must not be empty.');
  if (iv.length > MAX_IV) {
    throw operationError(`AES-GCM IV must not be longer than ${MAX_IV} bytes in isolane (provided ${iv.length}).`);
  }
  const { tagLength = 128, additionalData } = algorithm;
  if (!TAG_BITS.includes(tagLength)) throw operationError(`Invalid AES-GCM tag length ${tagLength}.`);
  const tag = tagLength / 8;
  if (!encrypt && data.length < tag) {
    throw operationError(`Ciphertext length of ${data.length * 8} bits must be greater than or equal to the ` +
      `size of the AES-GCM tag length of ${tagLength} bits.`);
  }
  const result = native.aesGcm(secret, encrypt, iv, data, tag, additionalData);
  if (result === undefined) throw notDecrypted(name, data.length - tag, native.scratch[0]);
  return result;
}

function cbc(encrypt, { name, secret }, { iv }, data) {
  if (required(iv, 'iv').length !== BLOCK) {
    throw operationError(`AES-CBC IV must be 16 bytes long (provided ${iv.length}${encrypt ? ' bytes' : ''}).`);
  }
  const result = native.aesCbc(secret, encrypt, iv, data);
  if (result === undefined) throw notDecrypted(name, data.length, native.scratch[0]);
  return result;
}

function ctr(encrypt, { secret }, { counter, length }, data) {
  if (counter === undefined) throw new TypeError('Missing "counter" member in "algorithm".');
  if (counter.length !== BLOCK) {
    throw operationError(`Counter must have length of 16 bytes (provided ${counter.length}).`);
  }
  if (length === undefined) throw new TypeError('Missing "length" member in "algorithm".');
  if (length <= 0 || length > 128) {
    throw operationError(`Invalid counter of ${length} bits length provided.`);
  }
  // The same counter twice would give both texts away.
  if (Math.ceil(data.length / BLOCK) > 2 ** length) throw operationError('Counter block values will repeat.');
  const result = native.aesCtr(secret, counter, length, data);
  if (result === undefined) throw operationError('Input is too large to encrypt.');
  return result;
}

// For keys only: they are of no other use.
// https://www.rfc-editor.org/rfc/rfc3394
function kw(encrypt, { secret }, algorithm, data) {
  const { length } = data;
  if (length % 8 !== 0) {
    throw operationError(encrypt
      ? 'Unwrapped key bit length must be a multiple of 64 bits but unwrapped key has a length of ' +
        `${length * 8} bits.`
      : `Provided a wrapped key to unwrap that is ${length * 8} bits which isn't a multiple of 64 bits.`);
  }
  if (encrypt && length < 16) {
    throw operationError(`Unwrapped key has length ${length} bytes but it should be greater than or equal to 16 ` +
      'and less than or equal to 18446744073709551607');
  }
  if (!encrypt && length < 24) {
    throw operationError(`Provided a wrapped key to unwrap this is ${length * 8} bits that is less than the ` +
      'minimal length of 192 bits.');
  }
  const result = native.aesKw(secret, encrypt, data);
  if (result === undefined) throw operationError(`AES-KW key ${encrypt ? 'wrapping' : 'unwrapping'} failed.`);
  return result;
}

const MODES = { __proto__: null, 'AES-GCM': gcm, 'AES-CBC': cbc, 'AES-CTR': ctr, 'AES-KW': kw };

function encrypt(key, algorithm, data) { return MODES[key.name](true, key, algorithm, data); }
function decrypt(key, algorithm, data) { return MODES[key.name](false, key, algorithm, data); }

module.exports = { __proto__: null, decrypt, encrypt, exportKey, generateKey, importKey };
