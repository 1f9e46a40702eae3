// What keys of pairs have in common: RSA and the curves.
'use strict';

const { state } = require('internal/context');
const { STRICT_CRYPTO_CHECKS } = require('internal/flags');
const { dataError, invalidAccess, notSupported, operationError } = require('web/crypto/errors');
const { firstDuplicate } = require('web/crypto/jwk');
const { PRIVATE_USAGES, PUBLIC_USAGES, checkUsages, sortUsages } = require('web/crypto/key');

function isStrict() {
  return (state.flags & STRICT_CRYPTO_CHECKS) !== 0;
}

const both = (usages, half) => usages.filter((usage) => half.includes(usage));

// What a JSON Web Key with these usages is for, and the operations that go with it.
function useOf(name) {
  if (name === 'RSA-OAEP') return { use: 'enc', operations: ['encrypt', 'wrapKey'] };
  if (name === 'ECDH' || name === 'X25519') return { use: 'enc', operations: [] };
  return { use: 'sig', operations: ['sign', 'verify'] };
}

// https://www.rfc-editor.org/rfc/rfc7517.html#section-4.3
function checkOperations(jwk, name, usages) {
  const { use, key_ops: given } = jwk;
  if (firstDuplicate(given) !== undefined) {
    throw dataError('A JSON Web Key\'s Key Operations parameter ("key_ops") must not contain duplicates.');
  }
  if (use !== undefined) {
    const { use: expected, operations } = useOf(name);
    if (use !== expected) {
      throw dataError(
        `Asymmetric "jwk" import requires a JSON Web Key with Public Key Use "use" ("${use}") equal to "${expected}".`);
    }
    const begin = 'A JSON Web Key should have either a Public Key Use parameter ("use") or a Key Operations ' +
      'parameter ("key_ops"); otherwise, the parameters must be consistent with each other. ';
    for (const operation of given) {
      if (operations.length === 0) {
        throw dataError(`${begin}For public ${name} keys, there are no valid usages,` +
          'so keys with a non-empty "key_ops" parameter are not allowed.');
      }
      if (!operations.includes(operation)) {
        throw dataError(`${begin}A Public Key Use for ${name} would allow a Key Operations array with only ` +
          `"${operations[0]}" and/or "${operations[1]}" values (not "${operation}").`);
      }
    }
  }
  if (usages.some((usage) => !given.includes(usage))) {
    throw dataError('All specified key usages must be present in the JSON Web Key\'s Key Operations parameter ' +
      '("key_ops").');
  }
}

function usagesOfJwk(jwk, name, usages, allowed) {
  if (jwk.d !== undefined) {
    const result = checkUsages(name, 'import private', usages, both(allowed, PRIVATE_USAGES));
    if (jwk.oth !== undefined) throw notSupported('Multi-prime private keys not supported.');
    return result;
  }
  // Older Workers may give a public key of ECDH the usages of the private one.
  const half = name === 'ECDH' && !isStrict() ? PRIVATE_USAGES : PUBLIC_USAGES;
  return checkUsages(name, 'import public', usages, both(allowed, half));
}

/**
 * @param {{name: string, format: string, data: any, extractable: boolean, usages: string[]}} request
 * @param {string[]} allowed usages of both halves
 * @param {(jwk: object) => ArrayBuffer} readJwk
 * @returns {{key: ArrayBuffer, type: 'public' | 'private', usages: string[]}}
 */
function importPair({ name, format, data, usages }, allowed, readJwk) {
  if (format === 'jwk') {
    const granted = usagesOfJwk(data, name, usages, allowed);
    const { use: expected } = useOf(name);
    if (usages.length > 0 && data.use !== undefined && data.use !== expected) {
      throw dataError('Asymmetric "jwk" key import with usages requires a JSON Web Key with Public Key Use ' +
        `parameter "use" ("${data.use}") equal to "${expected}".`);
    }
    if (data.key_ops !== undefined) checkOperations(data, name, usages);
    return { key: readJwk(data), type: data.d === undefined ? 'public' : 'private', usages: granted };
  }
  if (format !== 'spki' && format !== 'pkcs8') {
    throw notSupported(`Unrecognized key import format "${format}".`);
  }
  const isPrivate = format === 'pkcs8';
  const key = native.keyFromDer(data, isPrivate);
  const what = format.toUpperCase();
  if (key === undefined) throw dataError(`Invalid ${what} input.`);
  const trailing = native.scratch[0];
  if (trailing > 0) throw dataError(`Invalid ${trailing} trailing bytes after ${what} input.`);
  const half = isPrivate ? PRIVATE_USAGES : PUBLIC_USAGES;
  const action = isPrivate ? 'import private' : 'import public';
  return {
    key, type: isPrivate ? 'private' : 'public',
    usages: checkUsages(name, action, usages, both(allowed, half)),
  };
}

/**
 * @param {string} format
 * @param {import('./key').Material} material
 * @param {{jwk(): object, raw(): ArrayBuffer}} formats
 */
function exportPair(format, { name, type, key, usages }, formats) {
  if (format === 'jwk') return formats.jwk({ key_ops: [...usages], ext: true });
  if (format === 'raw') return formats.raw();
  if (format !== 'pkcs8' && format !== 'spki') {
    throw invalidAccess(`Cannot export "${name}" in "${format}" format.`);
  }
  const half = format === 'pkcs8' ? 'private' : 'public';
  if (type !== half) {
    throw invalidAccess(`Asymmetric ${format} export requires ${half} key (not "${type}").`);
  }
  const der = native.keyToDer(key, format === 'pkcs8');
  if (der === undefined) {
    throw operationError(`${format === 'pkcs8' ? 'Private' : 'Public'} key export failed.`);
  }
  return der;
}

/**
 * The two halves of a new key. `common` are the properties of both, `algorithm` makes what each shows.
 *
 * @param {ArrayBuffer} key the private one
 */
function makePair(key, { extractable, usages }, common, algorithm) {
  const publicKey = {
    __proto__: null, ...common, type: 'public', extractable: true, key: native.publicKeyOf(key), algorithm: algorithm(),
    usages: sortUsages(usages, PUBLIC_USAGES),
  };
  const privateKey = {
    __proto__: null, ...common, type: 'private', extractable, key, algorithm: algorithm(),
    usages: sortUsages(usages, PRIVATE_USAGES),
  };
  return { publicKey, privateKey };
}

// Before key material is touched: what only one half can do.
function requirePrivateToSign({ type }) {
  if (type !== 'private') throw invalidAccess('Asymmetric signing requires a private key.');
}
function requirePublicToVerify({ type }) {
  if (type !== 'public') throw invalidAccess('Asymmetric verification requires a public key.');
}

module.exports = { exportPair, importPair, isStrict, makePair, requirePrivateToSign, requirePublicToVerify };
