// What the operations of crypto.subtle throw. Words are workerd's.
'use strict';

const { DOMException } = require('internal/dom_exception');

const dataError = (text) => new DOMException(text, 'DataError');
const invalidAccess = (text) => new DOMException(text, 'InvalidAccessError');
const notSupported = (text) => new DOMException(text, 'NotSupportedError');
const operationError = (text) => new DOMException(text, 'OperationError');
const syntaxError = (text) => new DOMException(text, 'SyntaxError');

// The value of a member of a dictionary that this algorithm needs.
function required(value, member, dictionary = 'algorithm') {
  if (value === undefined) throw new TypeError(`Missing field "${member}" in "${dictionary}".`);
  return value;
}

module.exports = { dataError, invalidAccess, notSupported, operationError, required, syntaxError };
