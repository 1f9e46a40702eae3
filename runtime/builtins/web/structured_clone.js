// structuredClone, https://html.spec.whatwg.org/#structured-cloning
//
// V8's ValueSerializer does the work; instances of our own classes are refused by it, because they
// are marked (see internal/webidl.js) and would otherwise arrive as {}.
'use strict';

const { badArgument } = require('internal/webidl');
const { isArrayBuffer } = require('internal/bytes');

// Set by the native half, in native.scratch[0], when what it threw is the text of a DataCloneError
// and not an exception of an accessor in the value.
const DATA_CLONE_ERROR = 1;

function dataCloneError(message) {
  const { DOMException } = require('internal/dom_exception');
  return new DOMException(message, 'DataCloneError');
}

// For an exception of native.serialize(), or of another native that serializes.
function rethrow(error) {
  if (native.scratch[0] === DATA_CLONE_ERROR) throw dataCloneError(error);
  throw error;
}

function checkTransfer(list) {
  const seen = new Set();
  for (const item of list) {
    if (!isArrayBuffer(item)) throw new TypeError('Object is not transferable');
    if (seen.has(item)) {
      throw dataCloneError('ArrayBuffer occurs at the transfer list more than once.');
    }
    if (item.detached) {
      throw dataCloneError('Cannot transfer a detached ArrayBuffer.');
    }
    seen.add(item);
  }
}

/**
 * @template T
 * @param {T} value
 * @param {{transfer?: Iterable<ArrayBuffer>}} [options]
 * @returns {T}
 */
function structuredClone(value, options = undefined) {
  if (arguments.length === 0) {
    throw badArgument('structuredClone', 'ServiceWorkerGlobalScope', 1, 'Value');
  }
  const transfer = options?.transfer === undefined ? undefined : [...options.transfer];
  if (transfer === undefined || transfer.length === 0) {
    // What has nothing to copy is its own clone.
    if (value === null) return null;
    const type = typeof value;
    if (type !== 'object' && type !== 'function' && type !== 'symbol') return value;
    if (require.loaded('internal/dom_exception')?.isDOMException(value)) return cloneException(value);
  } else {
    checkTransfer(transfer);
  }
  try {
    return native.structuredClone(value, transfer);
  } catch (error) {
    return rethrow(error);
  }
}

// V8 takes a DOMException for a plain Error; inside of other objects that is what arrives.
function cloneException(value) {
  const { DOMException } = require('internal/dom_exception');
  const copy = new DOMException(value.message, value.name);
  Object.defineProperty(copy, 'stack', {
    value: value.stack, writable: true, enumerable: false, configurable: true,
  });
  return copy;
}

// The bytes of a clone, for another isolate. Throws DataCloneError.
function serialize(value) {
  try {
    return native.serialize(value);
  } catch (error) {
    return rethrow(error);
  }
}

// `buffer` was made by serialize(), never by a user.
function deserialize(buffer) {
  return native.deserialize(buffer);
}

module.exports = { deserialize, rethrow, serialize, structuredClone };
