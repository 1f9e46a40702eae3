// Bytes behind an ArrayBuffer or a view of one.
'use strict';

const { Uint8Array } = require('internal/primordials');

const { isView } = ArrayBuffer;
const { call } = Function.prototype;

// An accessor as a function of the object, which nobody can get between.
function getterOf(prototype, name) {
  return call.bind(Object.getOwnPropertyDescriptor(prototype, name).get);
}

const TypedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);
const bufferByteLength = getterOf(ArrayBuffer.prototype, 'byteLength');
// Name of a typed array's class; undefined for everything else, DataView included.
const typedArrayName = getterOf(TypedArrayPrototype, Symbol.toStringTag);
// Of a typed array, whatever a Worker has made of its prototype.
const bufferOf = getterOf(TypedArrayPrototype, 'buffer');
const lengthOf = getterOf(TypedArrayPrototype, 'length');

// A real ArrayBuffer, of any realm and whatever its prototype says.
function isArrayBuffer(value) {
  if (value === null || typeof value !== 'object') return false;
  try {
    bufferByteLength(value);
    return true;
  } catch {
    return false;
  }
}

// SharedArrayBuffer does not exist while the snapshot is made, so it is looked up when needed.
function isSharedArrayBuffer(value) {
  return typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer;
}

function isUint8Array(value) {
  return typedArrayName(value) === 'Uint8Array';
}

// A Uint8Array over the same memory; undefined when `value` is no buffer source.
function toBytes(value) {
  if (isView(value)) {
    if (isUint8Array(value)) return value;
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  if (isArrayBuffer(value) || isSharedArrayBuffer(value)) return new Uint8Array(value);
  return undefined;
}

// The bytes in one piece. A single chunk is returned as it is.
function concat(chunks, total = undefined) {
  if (chunks.length === 1) return chunks[0];
  if (total === undefined) {
    total = 0;
    for (const chunk of chunks) total += chunk.byteLength;
  }
  const out = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    out.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return out;
}

// An ArrayBuffer with exactly these bytes; the buffer itself when the view covers it.
function toExactBuffer(bytes) {
  const { buffer, byteOffset, byteLength } = bytes;
  if (byteOffset === 0 && byteLength === buffer.byteLength && isArrayBuffer(buffer)) return buffer;
  return bytes.slice().buffer;
}

module.exports = {
  bufferOf, concat, isArrayBuffer, isSharedArrayBuffer, isUint8Array, isView, lengthOf, toBytes, toExactBuffer,
  typedArrayName,
};
