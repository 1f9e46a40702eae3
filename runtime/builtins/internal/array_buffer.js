// Guards ArrayBuffer's `maxByteLength`.
//
// V8 reserves address space for a resizable buffer itself, past the allocator that counts what a
// Worker uses. So the constructor is replaced by one with the same prototype that refuses a
// maximum above 128 MiB, the default memory limit of an isolate, whatever the Worker's own is. `instanceof`, subclassing and
// `buffer.constructor === ArrayBuffer` stay as they are; the original is unreachable for Workers,
// because the prototype's `constructor` is replaced as well.
'use strict';

const LIMIT = 128 * 1024 * 1024;

const Native = ArrayBuffer;
const { construct } = Reflect;

function guardedLength(options) {
  const max = options.maxByteLength;
  if (max === undefined) return undefined;
  // Converted once: an object could answer differently the second time.
  const number = Math.trunc(Number(max)) || 0;
  if (number > LIMIT) throw new RangeError('Array buffer allocation failed');
  return number;
}

function makeGuarded() {
  const Guarded = function ArrayBuffer(length, options = undefined) {
    if (new.target === undefined) throw new TypeError("Constructor ArrayBuffer requires 'new'");
    if (options !== null && typeof options === 'object') {
      const maxByteLength = guardedLength(options);
      if (maxByteLength !== undefined) {
        return construct(Native, [length, { maxByteLength }], new.target);
      }
    }
    // The usual case; Native.prototype is our prototype too.
    if (new.target === Guarded) return new Native(length);
    return construct(Native, [length], new.target);
  };
  Object.defineProperty(Guarded, 'length', { value: 1, configurable: true });
  Object.defineProperty(Guarded, 'prototype', { value: Native.prototype, writable: false });
  Object.defineProperty(Guarded, 'isView', {
    value: Native.isView, writable: true, enumerable: false, configurable: true,
  });
  Object.defineProperty(Guarded, Symbol.species, {
    get: Object.getOwnPropertyDescriptor(Native, Symbol.species).get,
    enumerable: false, configurable: true,
  });
  return Guarded;
}

function installArrayBufferGuard(global) {
  const Guarded = makeGuarded();
  Object.defineProperty(Native.prototype, 'constructor', {
    value: Guarded, writable: true, enumerable: false, configurable: true,
  });
  Object.defineProperty(global, 'ArrayBuffer', {
    value: Guarded, writable: true, enumerable: false, configurable: true,
  });
}

module.exports = { installArrayBufferGuard };
