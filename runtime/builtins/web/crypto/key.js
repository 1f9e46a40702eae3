// CryptoKey, https://w3c.github.io/webcrypto/#cryptokey-interface
'use strict';

const { defineInterface, defineProperty } = require('internal/webidl');
const { syntaxError } = require('web/crypto/errors');

// In the order in which a key shows them.
const USAGES = ['encrypt', 'decrypt', 'sign', 'verify', 'deriveKey', 'deriveBits', 'wrapKey', 'unwrapKey'];

/** What a key of a pair can be for, by the half it is. */
const PUBLIC_USAGES = ['encrypt', 'verify', 'wrapKey'];
const PRIVATE_USAGES = ['decrypt', 'sign', 'deriveKey', 'deriveBits', 'unwrapKey'];

/**
 * What a CryptoKey stands for. It has no prototype, so that nobody is asked for what it lacks. What the key
 * shows - a copy of `usages`, and `algorithm` itself - is read by nobody: a Worker that changes it changes
 * nothing.
 *
 * @typedef {object} Material
 * @property {string} name of its algorithm
 * @property {'secret' | 'public' | 'private'} type
 * @property {boolean} extractable
 * @property {string[]} usages in the order of USAGES
 * @property {object} algorithm what the key shows under that name, and no more than that
 * @property {Uint8Array} [secret] the bytes; never given to anybody
 * @property {ArrayBuffer} [key] of a pair: what the natives take
 * @property {string} [hash] the digest it was made for
 * @property {number} [bits] of a key of AES
 * @property {number} [modulusBytes] of a key of RSA
 * @property {string} [curve]
 */

// An object: Symbol may be a Worker's function by now, and who has this makes keys of what he likes.
const MAKE = {};

class CryptoKey {
  /** @type {Material} */
  #material;

  constructor(key = undefined, material = undefined) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    this.#material = material;
    const { usages, algorithm, extractable, type } = material;
    const shown = { __proto__: null, usages: [...usages], algorithm, extractable, type };
    for (const name in shown) {
      defineProperty(this, name, {
        value: shown[name], writable: false, enumerable: true, configurable: true,
      });
    }
  }

  static materialOf(value) {
    return value !== null && typeof value === 'object' && #material in value ? value.#material : undefined;
  }
}

/** @type {(value: unknown) => Material | undefined} */
const { materialOf } = CryptoKey;
delete CryptoKey.materialOf;

defineInterface(CryptoKey);

/** @param {Material} material */
function makeKey(material) {
  return new CryptoKey(MAKE, material);
}

// Those of `usages` that are among `among`, in the order of USAGES.
function sortUsages(usages, among = USAGES) {
  return USAGES.filter((usage) => usages.includes(usage) && among.includes(usage));
}

/**
 * @param {string} name of the algorithm
 * @param {'generate' | 'import secret' | 'import public' | 'import private'} action
 * @param {string[]} usages what is asked for
 * @param {string[]} allowed
 */
function checkUsages(name, action, usages, allowed) {
  for (const usage of usages) {
    if (!allowed.includes(usage)) {
      throw syntaxError(`Attempt to ${action} ${name} key with invalid usage "${usage}".`);
    }
  }
  return sortUsages(usages);
}

module.exports = { CryptoKey, PRIVATE_USAGES, PUBLIC_USAGES, checkUsages, makeKey, materialOf, sortUsages };
