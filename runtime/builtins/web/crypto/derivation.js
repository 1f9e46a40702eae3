// HKDF and PBKDF2.
'use strict';

const { notSupported, operationError, required, syntaxError } = require('web/crypto/errors');
const { DIGEST_BYTES, digestNamed } = require('web/crypto/hashes');
const { checkUsages } = require('web/crypto/key');

function importKey({ name, format, data, extractable, usages }) {
  const allowed = checkUsages(name, 'import secret', usages, ['deriveKey', 'deriveBits']);
  if (extractable) throw syntaxError(`${name} key cannot be extractable.`);
  if (format !== 'raw') {
    throw notSupported(`${name} key must be imported in "raw" format (requested "${format}")` +
      (name === 'PBKDF2' ? '.' : ''));
  }
  return {
    __proto__: null, name, type: 'secret', extractable, usages: allowed,
    algorithm: { name }, secret: native.secretKey(data),
  };
}

// Bytes for a number of bits.
function checkLength(name, bits) {
  if (bits === undefined) throw operationError(`${name} cannot derive a key with null length.`);
  if (bits % 8 !== 0) {
    throw operationError(
      `${name} requires a derived key length that is a multiple of eight (requested ${bits}).`);
  }
  return bits / 8;
}

function hkdf(secret, algorithm, bits) {
  const hash = digestNamed(required(algorithm.hash, 'hash'));
  const salt = required(algorithm.salt, 'salt');
  const info = required(algorithm.info, 'info');
  const result = native.deriveHkdf(hash, secret, salt, info, checkLength('HKDF', bits));
  if (result === undefined) throw operationError('HKDF deriveBits failed.');
  return result;
}

function pbkdf2(secret, algorithm, bits) {
  const hash = digestNamed(required(algorithm.hash, 'hash'));
  const salt = required(algorithm.salt, 'salt');
  const iterations = required(algorithm.iterations, 'iterations');
  const length = checkLength('PBKDF2', bits);
  if (iterations <= 0) {
    throw operationError(`PBKDF2 requires a positive iteration count (requested ${iterations}).`);
  }
  if (length > 255 * DIGEST_BYTES[hash]) {
    throw operationError('Pbkdf2 failed: derived key length exceeds maximum for this hash');
  }
  const result = native.derivePbkdf2(hash, secret, salt, iterations, length);
  if (result === undefined) throw operationError('PBKDF2 deriveBits failed.');
  return result;
}

function deriveBits({ name, secret }, algorithm, bits) {
  return name === 'HKDF' ? hkdf(secret, algorithm, bits) : pbkdf2(secret, algorithm, bits);
}

module.exports = { __proto__: null, deriveBits, importKey };
