// DOMException, https://webidl.spec.whatwg.org/#idl-DOMException
'use strict';

const { defineInterface } = require('internal/webidl');

const CODES = [
  'IndexSizeError', 'DOMStringSizeError', 'HierarchyRequestError', 'WrongDocumentError',
  'InvalidCharacterError', 'NoDataAllowedError', 'NoModificationAllowedError', 'NotFoundError',
  'NotSupportedError', 'InUseAttributeError', 'InvalidStateError', 'SyntaxError',
  'InvalidModificationError', 'NamespaceError', 'InvalidAccessError', 'ValidationError',
  'TypeMismatchError', 'SecurityError', 'NetworkError', 'AbortError', 'URLMismatchError',
  'QuotaExceededError', 'TimeoutError', 'InvalidNodeTypeError', 'DataCloneError',
];

// Names that lost their meaning but keep a constant; an exception with such a name has code 0.
const NO_CODE = new Set(['DOMStringSizeError', 'NoDataAllowedError', 'ValidationError']);

/**
 * An error with a name from the Web's table.
 * It is a real Error (`Error.isError` is true), so V8 prints its stack and clones it.
 */
class DOMException extends Error {
  #message;
  #name = 'Error';

  /**
   * @param {string} [message]
   * @param {string | {name?: string, cause?: unknown}} [options] the name
   */
  constructor(message = '', options = undefined) {
    // An own property, as in Workers; the header of the stack and V8's serializer look for it there.
    super((message = `${message}`));
    this.#message = message;
    if (options !== null && typeof options === 'object') {
      if (options.name !== undefined) this.#name = `${options.name}`;
      if ('cause' in options) {
        Object.defineProperty(this, 'cause', {
          value: options.cause, writable: true, enumerable: false, configurable: true,
        });
      }
    } else if (options !== undefined) {
      this.#name = `${options}`;
    }
  }

  get name() { return this.#name; }
  get message() { return this.#message; }
  get code() {
    const name = this.#name;
    return NO_CODE.has(name) ? 0 : CODES.indexOf(name) + 1;
  }

  static isDOMException(value) {
    return value !== null && typeof value === 'object' && #name in value;
  }
}

// A brand check for the built-ins only.
const { isDOMException } = DOMException;
delete DOMException.isDOMException;

defineInterface(DOMException);
Object.defineProperty(DOMException, 'length', { value: 0, configurable: true });
CODES.forEach((name, index) => {
  // IndexSizeError -> INDEX_SIZE_ERR, DOMStringSizeError -> DOMSTRING_SIZE_ERR
  const constant = name.replace(/Error$/, 'Err').replace('DOM', 'Dom').replace('URL', 'Url')
    .replace('InUse', 'Inuse')
    .replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase().replace('DOM_STRING', 'DOMSTRING');
  const descriptor = { value: index + 1, enumerable: true };
  Object.defineProperty(DOMException, constant, descriptor);
  Object.defineProperty(DOMException.prototype, constant, descriptor);
});

module.exports = { DOMException, isDOMException };
