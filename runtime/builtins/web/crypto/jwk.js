// The parts of JSON Web Keys, RFC 7517 and 7518.
'use strict';

/** @returns {string} base64url without padding */
function encode(bytes) {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
  return native.base64Encode(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** @returns {Uint8Array | undefined} undefined for what is missing, or no base64 */
function decode(text) {
  if (text === undefined) return undefined;
  const decoded = native.base64Decode(text.replace(/-/g, '+').replace(/_/g, '/'));
  if (decoded === undefined) return undefined;
  const bytes = new Uint8Array(decoded.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = decoded.charCodeAt(i);
  return bytes;
}

function firstDuplicate(list) {
  return list.find((item, index) => list.indexOf(item) !== index);
}

module.exports = { decode, encode, firstDuplicate };
