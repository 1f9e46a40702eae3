// SubtleCrypto, https://w3c.github.io/webcrypto/#subtlecrypto-interface
//
// Everything is computed at once, before the promise is returned, as in workerd: its time is the
// request's. Here arguments are checked and the algorithm is found; each family has a file.
//
// A Worker may patch every intrinsic and wait for a key that it may not read. So what is not its own
// to see - the bytes of keys, on their way as well, and those of C++ - goes to natives, to what
// internal/bytes and internal/primordials have of the originals, and to no method or accessor else;
// materials and tables have no prototype.
'use strict';

const { badArgument, defineInterface } = require('internal/webidl');
const { isUint8Array, toBytes } = require('internal/bytes');
const { Uint8Array, parse, setPrototypeOf, stringify } = require('internal/primordials');
const { decodeUtf8, encodeUtf8 } = require('web/encoding');
const { dataError, invalidAccess, notSupported, operationError, required, syntaxError } =
  require('web/crypto/errors');
const { CallArguments, isObject, readJsonWebKey } = require('web/crypto/dictionaries');
const { BLOCK_BITS, digestNamed } = require('web/crypto/hashes');
const { makeKey } = require('web/crypto/key');

// The algorithms of keys: their names, and the file of the family.
const FAMILIES = {
  __proto__: null,
  'AES-CTR': 'aes', 'AES-CBC': 'aes', 'AES-GCM': 'aes', 'AES-KW': 'aes',
  HMAC: 'hmac',
  PBKDF2: 'derivation', HKDF: 'derivation',
  'RSASSA-PKCS1-v1_5': 'rsa', 'RSA-PSS': 'rsa', 'RSA-OAEP': 'rsa',
  ECDSA: 'elliptic', ECDH: 'elliptic',
  Ed25519: 'edwards', 'NODE-ED25519': 'edwards', X25519: 'edwards',
};

/** @returns {string | undefined} the name as it stands in FAMILIES */
function canonicalName(name) {
  const upper = name.toUpperCase();
  for (const known in FAMILIES) {
    if (known.toUpperCase() === upper) return known;
  }
  return undefined;
}

function familyOf(name) {
  return require(`web/crypto/${FAMILIES[name]}`);
}

// Throws unless `material` is a key of that algorithm which may be used so.
function checkOperation(material, name, usage) {
  if (name.toUpperCase() !== material.name.toUpperCase()) {
    throw invalidAccess(
      `Requested algorithm "${name}" does not match this CryptoKey's algorithm "${material.name}".`);
  }
  if (!material.usages.includes(usage)) {
    throw invalidAccess(`Requested key usage "${usage}" does not match any usage listed in this CryptoKey.`);
  }
}

// What has a usage can do what that is for, so this is for keys that get theirs by hand.
function operationOf(material, operation) {
  const run = familyOf(material.name)[operation];
  if (run === undefined) {
    throw notSupported(`The ${operation} operation is not implemented for "${material.name}".`);
  }
  return run;
}

function checkSomeUsage({ type, usages }) {
  if (type !== 'public' && usages.length === 0) {
    throw syntaxError('Secret/private CryptoKeys must have at least one usage.');
  }
}

function importMaterial({ format, data, algorithm, extractable, usages }) {
  const isBytes = isUint8Array(data);
  if (format === 'raw' || format === 'pkcs8' || format === 'spki') {
    if (!isBytes) {
      throw new TypeError('Import data provided for buffer-based import formats must be a buffer source.');
    }
  } else if (format === 'jwk') {
    if (isBytes) {
      throw new TypeError('Import data provided for "jwk" import format must be a JsonWebKey.');
    }
    if (data.ext === false && extractable) {
      throw dataError(`JWK ext field for "${algorithm.name}" is set to false but extractable is true`);
    }
  } else {
    throw notSupported(`Unrecognized key import format "${format}".`);
  }
  const name = canonicalName(algorithm.name);
  if (name === undefined) {
    throw notSupported(`Unrecognized key import algorithm "${algorithm.name}" requested.`);
  }
  const material = familyOf(name).importKey({ name, format, data, algorithm, extractable, usages });
  checkSomeUsage(material);
  return material;
}

function exportMaterial(format, material) {
  if (!material.extractable) {
    throw invalidAccess(`Attempt to export non-extractable ${material.name} key.`);
  }
  return operationOf(material, 'exportKey')(format, material);
}

// Bits that a key of this algorithm needs; undefined for one that takes any number.
function keyLengthOf(algorithm) {
  const name = canonicalName(algorithm.name);
  const family = FAMILIES[name];
  if (family === 'aes') {
    const length = required(algorithm.length, 'length', 'derivedKeyParams');
    if (length !== 128 && length !== 192 && length !== 256) {
      throw operationError(`Derived AES key must be 128, 192, or 256 bits in length but provided ${length}.`);
    }
    return length;
  }
  if (family === 'hmac') {
    const { length, hash } = algorithm;
    if (length === undefined) return BLOCK_BITS[digestNamed(required(hash, 'hash', 'derivedKeyParams'))];
    if (length <= 0) throw new TypeError('HMAC key length must be a non-zero unsigned long integer.');
    return length;
  }
  if (family === 'derivation') return undefined;
  throw notSupported(`Unrecognized derived key type "${algorithm.name}" requested.`);
}

// A method (algorithm, key, bytes), or with a `count` of two (algorithm, key, bytes, bytes).
function run(operation, type, values, count = 1) {
  const call = new CallArguments(operation, values);
  const algorithm = call.algorithm(0, type);
  const material = call.key(1);
  const first = call.bytes(2);
  const second = count < 2 ? undefined : call.bytes(3);
  checkOperation(material, algorithm.name, operation);
  return operationOf(material, operation)(material, algorithm, first, second);
}

// An object: Symbol may be a Worker's function by now.
const MAKE = {};

// The bytes of a JWK; nobody's toJSON is asked.
function textOf(jwk) {
  setPrototypeOf(jwk.key_ops, null);
  return encodeUtf8(stringify(setPrototypeOf(jwk, null)));
}

class SubtleCrypto {
  constructor(key = undefined) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
  }

  async encrypt() { return run('encrypt', 'EncryptAlgorithm', arguments); }
  async decrypt() { return run('decrypt', 'EncryptAlgorithm', arguments); }
  async sign() { return run('sign', 'SignAlgorithm', arguments); }
  async verify() { return run('verify', 'SignAlgorithm', arguments, 2); }

  async digest() {
    const call = new CallArguments('digest', arguments);
    const { name } = call.algorithm(0, 'HashAlgorithm');
    const data = call.bytes(1);
    return native.digest(digestNamed(name), data);
  }

  async generateKey() {
    const call = new CallArguments('generateKey', arguments);
    const algorithm = call.algorithm(0, 'GenerateKeyAlgorithm');
    const extractable = call.flag(1);
    const usages = call.texts(2);
    const name = canonicalName(algorithm.name);
    const generate = name === undefined ? undefined : familyOf(name).generateKey;
    if (generate === undefined) {
      throw notSupported(`Unrecognized key generation algorithm "${algorithm.name}" requested.`);
    }
    const made = generate({ name, algorithm, extractable, usages });
    if (made.privateKey === undefined) {
      checkSomeUsage(made);
      return makeKey(made);
    }
    if (made.privateKey.usages.length === 0) {
      throw syntaxError('Attempt to generate asymmetric keys with no valid private key usages.');
    }
    return { publicKey: makeKey(made.publicKey), privateKey: makeKey(made.privateKey) };
  }

  async deriveKey() {
    const call = new CallArguments('deriveKey', arguments);
    const algorithm = call.algorithm(0, 'DeriveKeyAlgorithm');
    const material = call.key(1);
    const derived = call.algorithm(2, 'ImportKeyAlgorithm');
    const extractable = call.flag(3);
    const usages = call.texts(4);
    checkOperation(material, algorithm.name, 'deriveKey');
    const bits = keyLengthOf(derived);
    const data = new Uint8Array(operationOf(material, 'deriveBits')(material, algorithm, bits));
    return makeKey(importMaterial({ format: 'raw', data, algorithm: derived, extractable, usages }));
  }

  async deriveBits() {
    const call = new CallArguments('deriveBits', arguments);
    const algorithm = call.algorithm(0, 'DeriveKeyAlgorithm');
    const material = call.key(1);
    const bits = call.length(2);
    if (bits < 0) throw new TypeError('deriveBits length must be an unsigned long integer.');
    checkOperation(material, algorithm.name, 'deriveBits');
    return operationOf(material, 'deriveBits')(material, algorithm, bits);
  }

  async importKey() {
    const call = new CallArguments('importKey', arguments);
    const format = call.text(0);
    const data = call.keyData(1);
    const algorithm = call.algorithm(2, 'ImportKeyAlgorithm');
    const extractable = call.flag(3);
    const usages = call.texts(4);
    return makeKey(importMaterial({ format, data, algorithm, extractable, usages }));
  }

  async exportKey() {
    const call = new CallArguments('exportKey', arguments);
    const format = call.text(0);
    return exportMaterial(format, call.key(1));
  }

  async wrapKey() {
    const call = new CallArguments('wrapKey', arguments);
    const format = call.text(0);
    const material = call.key(1);
    const wrapping = call.key(2);
    const algorithm = call.algorithm(3, 'EncryptAlgorithm');
    checkOperation(wrapping, algorithm.name, 'wrapKey');
    const exported = exportMaterial(format, material);
    const bytes = format === 'jwk' ? textOf(exported) : new Uint8Array(exported);
    // Keys are wrapped by encrypting them, even where nothing else may be encrypted.
    return operationOf(wrapping, 'encrypt')(wrapping, algorithm, bytes);
  }

  async unwrapKey() {
    const call = new CallArguments('unwrapKey', arguments);
    const format = call.text(0);
    const wrapped = call.bytes(1);
    const unwrapping = call.key(2);
    const algorithm = call.algorithm(3, 'EncryptAlgorithm');
    const unwrapped = call.algorithm(4, 'ImportKeyAlgorithm');
    const extractable = call.flag(5);
    const usages = call.texts(6);
    checkOperation(unwrapping, algorithm.name, 'unwrapKey');
    const bytes = new Uint8Array(operationOf(unwrapping, 'decrypt')(unwrapping, algorithm, wrapped));
    let data = bytes;
    if (format === 'jwk') {
      const value = parse(decodeUtf8(bytes));
      if (!isObject(value)) throw dataError('Missing "kty" field or corrupt JSON unwrapping key?');
      data = readJsonWebKey(setPrototypeOf(value, null));
    }
    return makeKey(importMaterial({ format, data, algorithm: unwrapped, extractable, usages }));
  }

  /** Cloudflare's extension: compares in a time that does not depend on the contents. */
  timingSafeEqual(a, b) {
    const left = toBytes(a);
    const right = toBytes(b);
    if (left === undefined) throw badArgument('timingSafeEqual', 'SubtleCrypto', 1, 'BufferSource');
    if (right === undefined) throw badArgument('timingSafeEqual', 'SubtleCrypto', 2, 'BufferSource');
    if (left.length !== right.length) {
      throw new TypeError('Input buffers must have the same byte length.');
    }
    return native.timingSafeEqual(left, right);
  }
}
defineInterface(SubtleCrypto);

const subtle = new SubtleCrypto(MAKE);

module.exports = { SubtleCrypto, subtle };
