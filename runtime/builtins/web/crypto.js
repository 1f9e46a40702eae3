// crypto: random values, and the ways to crypto.subtle and crypto.DigestStream.
// https://w3c.github.io/webcrypto/#crypto-interface
'use strict';

const { requireContext } = require('internal/context');
const { DOMException } = require('internal/dom_exception');
const { badArgument, defineInspect, defineInterface } = require('internal/webidl');
const { isView, typedArrayName } = require('internal/bytes');

const MAKE = Symbol('Crypto');

const INTEGER_ARRAYS = new Set(['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array',
  'Uint16Array', 'Int32Array', 'Uint32Array', 'BigInt64Array', 'BigUint64Array']);

class Crypto {
  constructor(key = undefined) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
  }

  // Both are loaded when they are first used: most Workers only want randomness.
  get subtle() { return require('web/crypto/subtle').subtle; }
  get DigestStream() { return require('web/crypto/digest_stream').DigestStream; }

  /**
   * @template {ArrayBufferView} T
   * @param {T} array
   * @returns {T} the same array
   */
  getRandomValues(array) {
    if (!isView(array)) throw badArgument('getRandomValues', 'Crypto', 1, 'ArrayBufferView');
    if (!INTEGER_ARRAYS.has(typedArrayName(array))) {
      throw new DOMException(
        'ArrayBufferView argument to getRandomValues() must be an integer-typed view.',
        'TypeMismatchError');
    }
    const { byteLength } = array;
    if (byteLength > 65536) {
      throw new DOMException(
        `getRandomValues() only accepts buffers of size <= 64K but provided ${byteLength} bytes.`,
        'QuotaExceededError');
    }
    requireContext();
    native.randomFill(array);
    return array;
  }

  /** @returns {string} a version 4 UUID */
  randomUUID() {
    requireContext();
    return native.randomUUID();
  }
}
defineInterface(Crypto);
defineInspect(Crypto, ['subtle']);

const crypto = new Crypto(MAKE);

module.exports = { Crypto, crypto };
