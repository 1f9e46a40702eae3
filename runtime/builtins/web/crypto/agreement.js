// Diffie-Hellman, for ECDH and X25519.
'use strict';

const { bufferOf, lengthOf } = require('internal/bytes');
const { Uint8Array } = require('internal/primordials');
const { invalidAccess, notSupported, operationError, required } = require('web/crypto/errors');

/**
 * @param {import('./key').Material} own
 * @param {{public?: import('./key').Material}} algorithm
 * @param {number | undefined} bits all that there are when it is not given
 * @returns {ArrayBuffer}
 */
function deriveBits(own, algorithm, bits) {
  const { name, type, curve } = own;
  if (name !== 'ECDH' && name !== 'X25519') {
    throw notSupported(`The deriveBits operation is not implemented for "${name}".`);
  }
  if (type !== 'private') {
    throw invalidAccess(`The deriveBits operation is only valid for a private key, not "${type}".`);
  }
  const peer = required(algorithm.public, 'public', 'derivedKeyParams');
  if (peer.type !== 'public') {
    throw invalidAccess(`The provided key has type "${peer.type}", not "public"`);
  }
  // Two algorithms of one family, or of two.
  if (peer.family !== own.family) {
    throw invalidAccess(`Base ${name} private key cannot be used to derive a key from a peer ${peer.name} public key`);
  }
  if (peer.name !== name) {
    throw invalidAccess(`Private key for derivation is using "${name}" while public key is using "${peer.name}".`);
  }
  if (peer.curve !== curve) {
    throw invalidAccess(
      `Private key for derivation is using curve "${curve}" while public key is using "${peer.curve}".`);
  }
  const shared = native.deriveShared(own.key, peer.key);
  if (shared === undefined) {
    throw operationError(name === 'ECDH' ? 'Failed to generate shared ECDH secret.' : 'Failed to derive EDDH key.');
  }
  if (bits === undefined) return shared;
  const most = lengthOf(new Uint8Array(shared)) * 8;
  if (bits > most) {
    throw operationError(`Derived key length (${bits} bits) is too long (should be at most ${most} bits).`);
  }
  const length = Math.ceil(bits / 8);
  const result = new Uint8Array(new Uint8Array(shared, 0, length));
  // The bits of the last byte that were not asked for.
  if (bits % 8 > 0) result[length - 1] &= 0xff00 >> (bits % 8);
  return bufferOf(result);
}

module.exports = { deriveBits };
