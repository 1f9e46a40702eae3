// The digests of crypto.subtle.
'use strict';

const { notSupported } = require('web/crypto/errors');

const BLOCK_BITS = { MD5: 512, 'SHA-1': 512, 'SHA-256': 512, 'SHA-384': 1024, 'SHA-512': 1024 };
const DIGEST_BYTES = { MD5: 16, 'SHA-1': 20, 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 };

/** @returns {string} the name as the natives know it */
function digestNamed(name) {
  const upper = name.toUpperCase();
  if (Object.hasOwn(BLOCK_BITS, upper)) return upper;
  throw notSupported('Unrecognized or unimplemented digest algorithm requested.');
}

module.exports = { BLOCK_BITS, DIGEST_BYTES, digestNamed };
