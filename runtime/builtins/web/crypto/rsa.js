// RSASSA-PKCS1-v1_5, RSA-PSS and RSA-OAEP.
'use strict';

const { lengthOf } = require('internal/bytes');
const { state } = require('internal/context');
const { CRYPTO_PRESERVE_PUBLIC_EXPONENT } = require('internal/flags');
const { Uint8Array, objectPrototype, setPrototypeOf } = require('internal/primordials');
const { dataError, invalidAccess, notSupported, operationError, required } = require('web/crypto/errors');
const { DIGEST_BYTES, digestNamed } = require('web/crypto/hashes');
const { decode, encode } = require('web/crypto/jwk');
const { checkUsages } = require('web/crypto/key');
const {
  exportPair, importPair, isStrict, makePair, requirePrivateToSign, requirePublicToVerify,
} = require('web/crypto/pair');

const MEMBERS = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'];
// How many of them are public.
const PUBLIC_MEMBERS = 2;
const WHAT = {
  n: 'Modulus parameter', e: 'Exponent parameter', d: 'Private Exponent parameter',
  p: 'First Prime Factor parameter', q: 'Second Prime Factor parameter',
  dp: 'First Factor CRT Exponent parameter', dq: 'Second Factor CRT Exponent parameter',
  qi: 'First CRT Coefficient parameter',
};

// What "alg" of a JSON Web Key stands for.
const HASHES = {
  RS1: 'SHA-1', RS256: 'SHA-256', RS384: 'SHA-384', RS512: 'SHA-512',
  PS1: 'SHA-1', PS256: 'SHA-256', PS384: 'SHA-384', PS512: 'SHA-512',
  'RSA-OAEP': 'SHA-1', 'RSA-OAEP-256': 'SHA-256', 'RSA-OAEP-384': 'SHA-384', 'RSA-OAEP-512': 'SHA-512',
};

function allowedUsages(name) {
  return name === 'RSA-OAEP' ? ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] : ['sign', 'verify'];
}

// What a key shows. Older Workers get the exponent as an ArrayBuffer.
function shownAlgorithm(name, modulusLength, exponent, hash) {
  const copy = exponent.slice();
  const publicExponent = state.flags & CRYPTO_PRESERVE_PUBLIC_EXPONENT ? copy : copy.buffer;
  return { name, modulusLength, publicExponent, hash: { name: hash } };
}

/** @returns {number | undefined} undefined when it needs more than 32 bits */
function exponentOf(bytes) {
  let value = 0;
  for (const byte of bytes) {
    value = value * 256 + byte;
    if (value > 0xffffffff) return undefined;
  }
  return value;
}

function checkNumbers(modulusLength, exponentBytes, isImport) {
  if ((isStrict() || !isImport) &&
      (modulusLength % 8 !== 0 || modulusLength < 256 || modulusLength > 16384)) {
    throw operationError('The modulus length must be a multiple of 8 and between 256 and 16k, but ' +
      `${modulusLength} was requested.`);
  }
  const exponent = exponentOf(exponentBytes);
  if (exponent === undefined) {
    throw operationError(
      'The "publicExponent" must be either 3 or 65537, but got a number larger than 2^32.');
  }
  if (!isImport && exponent !== 3 && exponent !== 65537) {
    throw operationError(`The "publicExponent" must be either 3 or 65537, but got ${exponent}.`);
  }
  if (isImport && isStrict() && ![3, 17, 37, 65537].includes(exponent)) {
    throw operationError(`Imported RSA key has invalid publicExponent ${exponent}.`);
  }
}

function generateKey({ name, algorithm, extractable, usages }) {
  const exponent = required(algorithm.publicExponent, 'publicExponent').slice();
  const givenHash = required(algorithm.hash, 'hash');
  const modulusLength = required(algorithm.modulusLength, 'modulusLength');
  if (modulusLength <= 0) {
    throw operationError(`modulusLength must be greater than zero (requested ${modulusLength}).`);
  }
  const hash = digestNamed(givenHash);
  const allowed = checkUsages(name, 'generate', usages, allowedUsages(name));
  checkNumbers(modulusLength, exponent, false);
  if (isStrict() && modulusLength % 128 !== 0) {
    throw operationError("Can't generate key: RSA key size is required to be a multiple of 128");
  }
  if (modulusLength < 512) throw operationError('RSA key size is too small.');
  const key = native.generateRsaKey(modulusLength, exponent);
  if (key === undefined) throw operationError('RSA key generation failed.');
  return makePair(key, { extractable, usages: allowed }, { name, hash, modulusBytes: modulusLength / 8 },
    () => shownAlgorithm(name, modulusLength, exponent, hash));
}

function readJwk(jwk, hash) {
  if (jwk.kty !== 'RSA') {
    throw dataError('RSASSA-PKCS1-v1_5 "jwk" key import requires a JSON Web Key with Key Type parameter "kty" ' +
      `("${jwk.kty}") equal to "RSA".`);
  }
  const { alg } = jwk;
  if (alg !== undefined) {
    if (!Object.hasOwn(HASHES, alg)) {
      throw notSupported(
        `Unrecognized or unimplemented algorithm "${alg}" listed in JSON Web Key Algorithm parameter.`);
    }
    if (HASHES[alg] !== hash) {
      throw dataError(`JSON Web Key Algorithm parameter "alg" ("${alg}") does not match requested hash ` +
        `algorithm "${hash}".`);
    }
  }
  const factors = MEMBERS.slice(3).filter((member) => jwk[member] !== undefined).length;
  if (jwk.d !== undefined && factors > 0 && factors < 5) {
    throw dataError('Invalid RSA private key in JSON Web Key; if one Prime Factor or CRT Exponent/Coefficient ' +
      'parameter is present, then they must all be present ("p", "q", "dp", "dq", "qi").');
  }
  const count = jwk.d === undefined ? PUBLIC_MEMBERS : factors === 0 ? 3 : 8;
  const number = (index) => {
    if (index >= count) return undefined;
    const member = MEMBERS[index];
    const bytes = decode(jwk[member]);
    if (bytes === undefined) {
      throw dataError(
        `Invalid RSA key in JSON Web Key; ${index > 2 ? '' : 'missing or '}invalid ${WHAT[member]} ("${member}").`);
    }
    return bytes;
  };
  // Nothing of Array.prototype, whose methods and setters may be a Worker's, gets to see these.
  const key = native.keyFromRsaNumbers(
    number(0), number(1), number(2), number(3), number(4), number(5), number(6), number(7));
  if (key === undefined) throw dataError('Invalid RSA key in JSON Web Key.');
  return key;
}

function importKey(request) {
  const { name, algorithm, extractable } = request;
  const hash = digestNamed(required(algorithm.hash, 'hash'));
  const imported = importPair(request, allowedUsages(name), (jwk) => readJwk(jwk, hash));
  if (native.keyKind(imported.key) !== 'RSA') throw dataError('Input was not an RSA key.');
  const [modulus, exponentBuffer] = native.rsaNumbersOf(imported.key, PUBLIC_MEMBERS);
  const exponent = new Uint8Array(exponentBuffer);
  const modulusBytes = lengthOf(new Uint8Array(modulus));
  const modulusLength = modulusBytes * 8;
  checkNumbers(modulusLength, exponent, true);
  return {
    __proto__: null, ...imported, name, hash, extractable, modulusBytes,
    algorithm: shownAlgorithm(name, modulusLength, exponent, hash),
  };
}

function algOf(name, hash) {
  if (!hash.startsWith('SHA')) {
    throw notSupported(`JWK export not supported for hash algorithm "${hash}".`);
  }
  const bits = hash.slice(4);
  if (name !== 'RSA-OAEP') return `${name === 'RSA-PSS' ? 'PS' : 'RS'}${bits}`;
  return bits === '1' ? 'RSA-OAEP' : `RSA-OAEP-${bits}`;
}

function exportKey(format, material) {
  const { name, key, hash, type } = material;
  return exportPair(format, material, {
    jwk(common) {
      // What is set here meets no setter of Object.prototype.
      const jwk = { __proto__: null, kty: 'RSA', key_ops: common.key_ops, alg: algOf(name, hash), ext: true };
      const count = type === 'private' ? MEMBERS.length : PUBLIC_MEMBERS;
      const numbers = native.rsaNumbersOf(key, count);
      if (numbers.length < count) {
        throw operationError('Private key export failed: the key was imported without its prime factors.');
      }
      // The private exponent stands first, as in workerd.
      if (type === 'private') jwk.d = encode(new Uint8Array(numbers[2]));
      for (let i = 0; i < count; i++) jwk[MEMBERS[i]] = encode(new Uint8Array(numbers[i]));
      return setPrototypeOf(jwk, objectPrototype);
    },
    raw() { throw invalidAccess(`Cannot export "${name}" in "raw" format.`); },
  });
}

function checkSigning({ name, hash, modulusBytes: size }, saltLength) {
  const digest = DIGEST_BYTES[hash];
  if (name === 'RSASSA-PKCS1-v1_5') {
    // The digest, what says which it is, and the padding.
    if (digest + 32 > size) {
      throw operationError(
        `key too small for signing with given digest, need at least ${8 * (digest + 32)}bits.`);
    }
    return;
  }
  if (digest + 2 > size) throw operationError('key too small for signing with given digest');
  if (saltLength > size - digest - 2) {
    throw operationError('key too small for signing with given digest and salt length');
  }
}

const NO_SALT = 'Failed to provide salt for RSA-PSS key operation which requires a salt';

// The salt of RSA-PSS; undefined for the other scheme.
function saltOf({ name }, { saltLength }, missing) {
  if (name === 'RSA-OAEP') {
    throw notSupported(`The sign and verify operations are not implemented for "${name}".`);
  }
  if (name !== 'RSA-PSS') return undefined;
  if (saltLength === undefined) throw missing(NO_SALT);
  if (saltLength < 0) {
    throw dataError(`SaltLength for RSA-PSS must be non-negative (provided ${saltLength}).`);
  }
  return saltLength;
}

function sign(material, algorithm, data) {
  requirePrivateToSign(material);
  const salt = saltOf(material, algorithm, dataError);
  checkSigning(material, salt);
  const signature = native.signData(material.key, material.hash, salt, data);
  if (signature === undefined) throw operationError('RSA operation failed.');
  return signature;
}

function verify(material, algorithm, signature, data) {
  requirePublicToVerify(material);
  const salt = saltOf(material, algorithm, (text) => new TypeError(text));
  return native.verifyData(material.key, material.hash, salt, signature, data);
}

function oaep(encrypting, { key, hash }, { label }, data) {
  const result = native.rsaOaep(key, encrypting, hash, label, data);
  if (result === undefined) throw operationError('RSA-OAEP failed encrypt/decrypt.');
  return result;
}

function encrypt(material, algorithm, data) {
  const { type } = material;
  if (type !== 'public') {
    throw invalidAccess(`Encryption/key wrapping only works with public keys, not "${type}".`);
  }
  return oaep(true, material, algorithm, data);
}

function decrypt(material, algorithm, data) {
  const { type } = material;
  if (type !== 'private') {
    throw invalidAccess(`Decryption/key unwrapping only works with private keys, not "${type}".`);
  }
  return oaep(false, material, algorithm, data);
}

module.exports = { __proto__: null, decrypt, encrypt, exportKey, generateKey, importKey, sign, verify };
