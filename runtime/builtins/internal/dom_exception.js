// DOMException, https://webidl.spec.whatwg.org/#idl-DOMException
'use strict';

const { defineInterface, defineProperty } = require('internal/webidl');

const CODES = [
  'IndexSizeError', 'DOMStringSizeError', 'HierarchyRequestError', 'WrongDocumentError',
  'InvalidCharacterError', 'NoDataAllowedError', 'NoModificationAllowedError', 'NotFoundError',
  'NotSupportedError', 'InUseAttributeError', 'InvalidStateError', 'SyntaxError',
  'InvalidModificationError', 'NamespaceError', 'InvalidAccessError', 'ValidationError',
  'TypeMismatchError', 'SecurityError', 'NetworkError', 'AbortError', 'URLMismatchError',
  'QuotaExceededError', 'TimeoutError', 'InvalidNodeTypeError', 'DataCloneError',
];
const CONSTANTS = [
  'INDEX_SIZE_ERR', 'DOMSTRING_SIZE_ERR', 'HIERARCHY_REQUEST_ERR', 'WRONG_DOCUMENT_ERR',
  'INVALID_CHARACTER_ERR', 'NO_DATA_ALLOWED_ERR', 'NO_MODIFICATION_ALLOWED_ERR', 'NOT_FOUND_ERR',
  'NOT_SUPPORTED_ERR', 'INUSE_ATTRIBUTE_ERR', 'INVALID_STATE_ERR', 'SYNTAX_ERR',
  'INVALID_MODIFICATION_ERR', 'NAMESPACE_ERR', 'INVALID_ACCESS_ERR', 'VALIDATION_ERR',
  'TYPE_MISMATCH_ERR', 'SECURITY_ERR', 'NETWORK_ERR', 'ABORT_ERR', 'URL_MISMATCH_ERR',
  'QUOTA_EXCEEDED_ERR', 'TIMEOUT_ERR', 'INVALID_NODE_TYPE_ERR', 'DATA_CLONE_ERR',
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
defineProperty(DOMException, 'length', { value: 0, configurable: true });
for (let i = 0; i < CONSTANTS.length; i++) {
  const descriptor = { value: i + 1, enumerable: true };
  defineProperty(DOMException, CONSTANTS[i], descriptor);
  defineProperty(DOMException.prototype, CONSTANTS[i], descriptor);
}

module.exports = { DOMException, isDOMException };
