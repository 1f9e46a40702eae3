// atob and btoa, https://html.spec.whatwg.org/#atob
'use strict';

const { DOMException } = require('internal/dom_exception');
const { badArgument } = require('internal/webidl');

/** @returns {string} */
function atob(data) {
  if (arguments.length === 0) throw badArgument('atob', 'ServiceWorkerGlobalScope', 1, 'string');
  const text = native.base64Decode(`${data}`);
  if (text === undefined) {
    throw new DOMException(
      'atob() called with invalid base64-encoded data. (Only whitespace, \'+\', \'/\', alphanumeric ' +
        'ASCII, and up to two terminal \'=\' signs when the input data length is divisible by 4 are ' +
        'allowed.)',
      'InvalidCharacterError');
  }
  return text;
}

/** @returns {string} */
function btoa(data) {
  if (arguments.length === 0) throw badArgument('btoa', 'ServiceWorkerGlobalScope', 1, 'string');
  const text = native.base64Encode(`${data}`);
  if (text === undefined) {
    throw new DOMException(
      'btoa() can only operate on characters in the Latin1 (ISO/IEC 8859-1) range.',
      'InvalidCharacterError');
  }
  return text;
}

module.exports = { atob, btoa };
