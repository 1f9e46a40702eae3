// The parts of JSON Web Keys, RFC 7517 and 7518.
'use strict';

/** @returns {string} base64url without padding */
function encode(bytes) { return native.base64UrlEncode(bytes); }

/** @returns {Uint8Array | undefined} undefined for what is missing, or no base64 */
function decode(text) { return native.base64UrlDecode(text); }

function firstDuplicate(list) {
  return list.find((item, index) => list.indexOf(item) !== index);
}

module.exports = { decode, encode, firstDuplicate };
