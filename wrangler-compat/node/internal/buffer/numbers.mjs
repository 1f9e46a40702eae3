// Numbers in a Buffer: readInt32BE(), writeDoubleLE() and their kind.
import { checkNumber } from "../checks.mjs";
import { outOfRange, rangeError } from "../errors.mjs";

// `least`: of the values that would have been right, with `most`.
function refuse(name, value, least, most) {
  checkNumber(value, name);
  if (Math.floor(value) !== value) throw outOfRange(name, "an integer", value);
  if (most < 0) throw rangeError("ERR_BUFFER_OUT_OF_BOUNDS", "Attempt to access memory outside buffer bounds");
  throw outOfRange(name, `>= ${least} and <= ${most}`, value);
}

// The buffer, in which `size` bytes from `offset` on are.
function checked(buffer, offset, size) {
  checkNumber(offset, "offset");
  if (buffer[offset] === undefined || buffer[offset + size - 1] === undefined) {
    refuse("offset", offset, 0, buffer.length - size);
  }
  return buffer;
}

function checkSize(size) {
  if (!Number.isInteger(size) || size < 1 || size > 6) refuse("byteLength", size, 1, 6);
}

// The values that fit: both ends, and how an error tells them.
function rangeOf(signed, size, big) {
  const bits = size * 8 - (signed ? 1 : 0);
  const one = big ? 1n : 1;
  const end = big ? 2n ** BigInt(bits) : 2 ** bits;
  const range = { least: signed ? -end : end - end, most: end - one };
  const n = big ? "n" : "";
  const power = `2${n} ** ${bits}${n}`;
  range.text = size > 4 ? `>= ${signed ? `-(${power})` : `0${n}`} and < ${power}` : `>= ${range.least} and <= ${range.most}`;
  return range;
}

function fitting(value, { least, most, text }) {
  if (value > most || value < least) throw outOfRange("value", text, value);
  return value;
}

// By the number of bytes.
const SIZES = [0, 1, 2, 3, 4, 5, 6];
const UNSIGNED = /* @__PURE__ */ SIZES.map((size) => rangeOf(false, size, false));
const SIGNED = /* @__PURE__ */ SIZES.map((size) => rangeOf(true, size, false));
const [, UINT8, UINT16, , UINT32] = UNSIGNED;
const [, INT8, INT16, , INT32] = SIGNED;
const BIGUINT64 = /* @__PURE__ */ rangeOf(false, 8, true);
const BIGINT64 = /* @__PURE__ */ rangeOf(true, 8, true);
const BITS = 0xffffffffffffffffn;

// Of one to six bytes, from the lowest one on.
function sizedReader(signed, little) {
  const step = little ? 1 : -1;
  return function (offset, size) {
    checkNumber(offset, "offset");
    checkSize(size);
    checked(this, offset, size);
    let at = little ? offset : offset + size - 1;
    let value = 0;
    let unit = 1;
    for (let i = 0; i < size; i++) {
      value += this[at] * unit;
      unit *= 256;
      at += step;
    }
    return signed && value >= unit / 2 ? value - unit : value;
  };
}

function sizedWriter(signed, little) {
  const step = little ? 1 : -1;
  const ranges = signed ? SIGNED : UNSIGNED;
  return function (value, offset, size) {
    checkSize(size);
    const number = fitting(+value, ranges[size]);
    checked(this, offset, size);
    let at = little ? offset : offset + size - 1;
    let bits = number | 0;
    for (let i = 0; i < size; i++) {
      if (i === 4) bits = Math.floor(Math.trunc(number) / 2 ** 32);
      this[at] = bits;
      bits >>= 8;
      at += step;
    }
    return offset + size;
  };
}

// A number beside its bytes, lowest first.
const scratch = /* @__PURE__ */ new Uint8Array(8);
const float = /* @__PURE__ */ new Float32Array(scratch.buffer);
const double = /* @__PURE__ */ new Float64Array(scratch.buffer);
const unsigned = /* @__PURE__ */ new BigUint64Array(scratch.buffer);
const signed = /* @__PURE__ */ new BigInt64Array(scratch.buffer);

function forward(to, at, from, first, size) {
  for (let i = 0; i < size; i++) to[at + i] = from[first + i];
}

function backward(to, at, from, first, size) {
  for (let i = 0; i < size; i++) to[at + i] = from[first + size - 1 - i];
}

// Whole numbers of bytes at these places, the highest first.
const two = (buffer, a, b) => buffer[a] << 8 | buffer[b];
const four = (buffer, a, b, c, d) => buffer[a] << 24 | buffer[b] << 16 | buffer[c] << 8 | buffer[d];

function put8(buffer, value, offset, range) {
  const number = +value;
  checkNumber(offset, "offset");
  fitting(number, range);
  checked(buffer, offset, 1)[offset] = number;
  return offset + 1;
}

function put16LE(buffer, value, offset, range) {
  const number = fitting(+value, range);
  checked(buffer, offset, 2);
  buffer[offset] = number;
  buffer[offset + 1] = number >>> 8;
  return offset + 2;
}

function put16BE(buffer, value, offset, range) {
  const number = fitting(+value, range);
  checked(buffer, offset, 2);
  buffer[offset + 1] = number;
  buffer[offset] = number >>> 8;
  return offset + 2;
}

function put32LE(buffer, value, offset, range) {
  const number = fitting(+value, range);
  checked(buffer, offset, 4);
  buffer[offset] = number;
  buffer[offset + 1] = number >>> 8;
  buffer[offset + 2] = number >>> 16;
  buffer[offset + 3] = number >>> 24;
  return offset + 4;
}

function put32BE(buffer, value, offset, range) {
  const number = fitting(+value, range);
  checked(buffer, offset, 4);
  buffer[offset + 3] = number;
  buffer[offset + 2] = number >>> 8;
  buffer[offset + 1] = number >>> 16;
  buffer[offset] = number >>> 24;
  return offset + 4;
}

function putBigLE(buffer, value, offset, range) {
  fitting(value, range);
  checked(buffer, offset, 8);
  unsigned[0] = value & BITS;
  forward(buffer, offset, scratch, 0, 8);
  return offset + 8;
}

function putBigBE(buffer, value, offset, range) {
  fitting(value, range);
  checked(buffer, offset, 8);
  unsigned[0] = value & BITS;
  backward(buffer, offset, scratch, 0, 8);
  return offset + 8;
}

// `copy`: forward or backward.
function putFloat(buffer, value, offset, copy) {
  float[0] = value;
  copy(checked(buffer, offset, 4), offset, scratch, 0, 4);
  return offset + 4;
}

function putDouble(buffer, value, offset, copy) {
  double[0] = value;
  copy(checked(buffer, offset, 8), offset, scratch, 0, 8);
  return offset + 8;
}

// Written out for each kind: made by one function, all of them would be slow.
const methods = {
  readUInt8(offset = 0) { return checked(this, offset, 1)[offset]; },
  readInt8(offset = 0) { return checked(this, offset, 1)[offset] << 24 >> 24; },
  readUInt16LE(offset = 0) { return two(checked(this, offset, 2), offset + 1, offset); },
  readInt16LE(offset = 0) { return two(checked(this, offset, 2), offset + 1, offset) << 16 >> 16; },
  readUInt32LE(offset = 0) { return four(checked(this, offset, 4), offset + 3, offset + 2, offset + 1, offset) >>> 0; },
  readInt32LE(offset = 0) { return four(checked(this, offset, 4), offset + 3, offset + 2, offset + 1, offset); },
  readUInt16BE(offset = 0) { return two(checked(this, offset, 2), offset, offset + 1); },
  readInt16BE(offset = 0) { return two(checked(this, offset, 2), offset, offset + 1) << 16 >> 16; },
  readUInt32BE(offset = 0) { return four(checked(this, offset, 4), offset, offset + 1, offset + 2, offset + 3) >>> 0; },
  readInt32BE(offset = 0) { return four(checked(this, offset, 4), offset, offset + 1, offset + 2, offset + 3); },
  readFloatLE(offset = 0) { forward(scratch, 0, checked(this, offset, 4), offset, 4); return float[0]; },
  readDoubleLE(offset = 0) { forward(scratch, 0, checked(this, offset, 8), offset, 8); return double[0]; },
  readBigUInt64LE(offset = 0) { forward(scratch, 0, checked(this, offset, 8), offset, 8); return unsigned[0]; },
  readBigInt64LE(offset = 0) { forward(scratch, 0, checked(this, offset, 8), offset, 8); return signed[0]; },
  readFloatBE(offset = 0) { backward(scratch, 0, checked(this, offset, 4), offset, 4); return float[0]; },
  readDoubleBE(offset = 0) { backward(scratch, 0, checked(this, offset, 8), offset, 8); return double[0]; },
  readBigUInt64BE(offset = 0) { backward(scratch, 0, checked(this, offset, 8), offset, 8); return unsigned[0]; },
  readBigInt64BE(offset = 0) { backward(scratch, 0, checked(this, offset, 8), offset, 8); return signed[0]; },
  writeUInt8(value, offset = 0) { return put8(this, value, offset, UINT8); },
  writeInt8(value, offset = 0) { return put8(this, value, offset, INT8); },
  writeUInt16LE(value, offset = 0) { return put16LE(this, value, offset, UINT16); },
  writeInt16LE(value, offset = 0) { return put16LE(this, value, offset, INT16); },
  writeUInt32LE(value, offset = 0) { return put32LE(this, value, offset, UINT32); },
  writeInt32LE(value, offset = 0) { return put32LE(this, value, offset, INT32); },
  writeUInt16BE(value, offset = 0) { return put16BE(this, value, offset, UINT16); },
  writeInt16BE(value, offset = 0) { return put16BE(this, value, offset, INT16); },
  writeUInt32BE(value, offset = 0) { return put32BE(this, value, offset, UINT32); },
  writeInt32BE(value, offset = 0) { return put32BE(this, value, offset, INT32); },
  writeFloatLE(value, offset = 0) { return putFloat(this, value, offset, forward); },
  writeDoubleLE(value, offset = 0) { return putDouble(this, value, offset, forward); },
  writeBigUInt64LE(value, offset = 0) { return putBigLE(this, value, offset, BIGUINT64); },
  writeBigInt64LE(value, offset = 0) { return putBigLE(this, value, offset, BIGINT64); },
  writeFloatBE(value, offset = 0) { return putFloat(this, value, offset, backward); },
  writeDoubleBE(value, offset = 0) { return putDouble(this, value, offset, backward); },
  writeBigUInt64BE(value, offset = 0) { return putBigBE(this, value, offset, BIGUINT64); },
  writeBigInt64BE(value, offset = 0) { return putBigBE(this, value, offset, BIGINT64); },
};

// Methods for the prototype of Buffer, by name.
export function numberMethods() {
  const all = { ...methods };
  for (const [order, little] of [["LE", true], ["BE", false]]) {
    for (const [name, signed] of [["UInt", false], ["Int", true]]) {
      all[`read${name}${order}`] = sizedReader(signed, little);
      all[`write${name}${order}`] = sizedWriter(signed, little);
    }
  }
  for (const [name, method] of Object.entries(all)) all[name.replace("UInt", "Uint")] = method;
  return all;
}
