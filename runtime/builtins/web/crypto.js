// crypto: random values and digests, https://w3c.github.io/webcrypto/
'use strict';

const { requireContext } = require('internal/context');
const { DOMException } = require('internal/dom_exception');
const { badArgument, defineInspect, defineInterface } = require('internal/webidl');
const { isView, toBytes, typedArrayName } = require('internal/bytes');

const DIGESTS = ['MD5', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];

let allowConstruction = true;

function notImplemented(name) {
  return new DOMException(
    `crypto.subtle.${name} is not implemented yet by isolane 0.1.`, 'NotSupportedError');
}

/** https://w3c.github.io/webcrypto/#subtlecrypto-interface; only digest() so far. */
class SubtleCrypto {
  constructor() {
    if (!allowConstruction) throw new TypeError('Illegal constructor');
  }

  /**
   * @param {string | {name: string}} algorithm
   * @param {ArrayBuffer | ArrayBufferView} data
   * @returns {Promise<ArrayBuffer>}
   */
  async digest(algorithm, data) {
    if (arguments.length === 0 ||
        (typeof algorithm !== 'string' && (algorithm === null || typeof algorithm !== 'object'))) {
      throw badArgument('digest', 'SubtleCrypto', 1, 'string or HashAlgorithm');
    }
    const name = `${typeof algorithm === 'string' ? algorithm : algorithm.name}`.toUpperCase();
    const bytes = toBytes(data);
    if (bytes === undefined) throw badArgument('digest', 'SubtleCrypto', 2, 'BufferSource');
    const result = DIGESTS.includes(name) ? native.digest(name, bytes) : undefined;
    if (result === undefined) {
      throw new DOMException(
        'Unrecognized or unimplemented digest algorithm requested.', 'NotSupportedError');
    }
    return result;
  }

  async encrypt() { throw notImplemented('encrypt'); }
  async decrypt() { throw notImplemented('decrypt'); }
  async sign() { throw notImplemented('sign'); }
  async verify() { throw notImplemented('verify'); }
  async generateKey() { throw notImplemented('generateKey'); }
  async deriveKey() { throw notImplemented('deriveKey'); }
  async deriveBits() { throw notImplemented('deriveBits'); }
  async importKey() { throw notImplemented('importKey'); }
  async exportKey() { throw notImplemented('exportKey'); }
  async wrapKey() { throw notImplemented('wrapKey'); }
  async unwrapKey() { throw notImplemented('unwrapKey'); }

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

const INTEGER_ARRAYS = new Set(['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array',
  'Uint16Array', 'Int32Array', 'Uint32Array', 'BigInt64Array', 'BigUint64Array']);

const subtle = new SubtleCrypto();

/** https://w3c.github.io/webcrypto/#crypto-interface */
class Crypto {
  constructor() {
    if (!allowConstruction) throw new TypeError('Illegal constructor');
  }

  get subtle() { return subtle; }

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

const crypto = new Crypto();
allowConstruction = false;

module.exports = { Crypto, SubtleCrypto, crypto };
