// Randomness of Web Crypto, which gives 64 KiB at a time.
import { Buffer } from "node:buffer";
import { checkFunction, checkInteger } from "../checks.mjs";
import { invalidArgType, outOfRange } from "../errors.mjs";
import { nextTick } from "../ticks.mjs";

const QUOTA = 65536;
const MAX_RANGE = 2 ** 48 - 1;

function fill(bytes) {
  for (let at = 0; at < bytes.length; at += QUOTA) {
    globalThis.crypto.getRandomValues(bytes.subarray(at, at + QUOTA));
  }
  return bytes;
}

export function randomBytes(size, callback) {
  checkInteger(size, "size");
  if (callback !== undefined) checkFunction(callback);
  const bytes = fill(Buffer.alloc(size));
  if (callback === undefined) return bytes;
  nextTick(() => callback(null, bytes));
}
export const pseudoRandomBytes = randomBytes;

export function randomFillSync(buffer, offset = 0, size = undefined) {
  if (!ArrayBuffer.isView(buffer) && !(buffer instanceof ArrayBuffer)) {
    throw invalidArgType("buf", "an instance of ArrayBuffer or ArrayBufferView", buffer);
  }
  // Counted in elements.
  const unit = buffer.BYTES_PER_ELEMENT ?? 1;
  checkInteger(offset, "offset", 0, buffer.byteLength / unit);
  const from = offset * unit;
  const length = size === undefined ? buffer.byteLength - from : size * unit;
  if (size !== undefined) checkInteger(size, "size", 0, (buffer.byteLength - from) / unit);
  fill(new Uint8Array(buffer.buffer ?? buffer, (buffer.byteOffset ?? 0) + from, length));
  return buffer;
}

export function randomFill(buffer, ...rest) {
  const callback = rest.pop();
  checkFunction(callback);
  randomFillSync(buffer, ...rest);
  nextTick(() => callback(null, buffer));
}

function checkBound(value, name) {
  if (typeof value !== "number") throw invalidArgType(name, "a safe integer", value);
  if (!Number.isSafeInteger(value)) throw outOfRange(name, "an integer", value);
}

// What lies beyond the last whole multiple of the range is drawn again, so that all are as likely.
function draw(range) {
  const limit = 2 ** 48 - (2 ** 48 % range);
  for (;;) {
    const [high, low] = globalThis.crypto.getRandomValues(new Uint32Array(2));
    const value = (high & 0xffff) * 2 ** 32 + low;
    if (value < limit) return value % range;
  }
}

export function randomInt(first, second, last) {
  const ranged = typeof second === "number";
  const [min, max] = ranged ? [first, second] : [0, first];
  const callback = ranged ? last : second;
  if (callback !== undefined) checkFunction(callback);
  checkBound(min, "min");
  checkBound(max, "max");
  if (max <= min) throw outOfRange("max", `greater than the value of "min" (${min})`, max);
  if (max - min > MAX_RANGE) throw outOfRange(ranged ? "max - min" : "max", `<= ${MAX_RANGE}`, max - min);
  const value = min + draw(max - min);
  if (callback === undefined) return value;
  nextTick(() => callback(null, value));
}

export const randomUUID = () => globalThis.crypto.randomUUID();
export const getRandomValues = (view) => globalThis.crypto.getRandomValues(view);
