// Where bytes are in others.
import { invalidArgType } from "../errors.mjs";

const KINDS = "one of type number or string or an instance of Buffer or Uint8Array";
const { indexOf, lastIndexOf } = Uint8Array.prototype;

const isAt = (bytes, needle, at) => {
  for (let i = 0; i < needle.length; i++) {
    if (bytes[at + i] !== needle[i]) return false;
  }
  return true;
};

// Where the search begins; -1: nowhere. An offset below 0 counts from the end.
function startOf(length, offset, size, forward) {
  if (offset < 0) {
    if (offset + length >= 0) return offset + length;
    return forward || size === 0 ? 0 : -1;
  }
  if (offset + size <= length) return offset;
  if (size === 0) return length;
  return forward ? -1 : length - 1;
}

// `unit`: a place is a multiple of it.
function search(bytes, needle, offset, forward, unit) {
  let at = startOf(bytes.length, offset, needle.length, forward);
  if (at < 0 || needle.length === 0) return at;
  if (needle.length > bytes.length || needle.length < unit) return -1;
  at -= at % unit;
  const next = forward ? indexOf : lastIndexOf;
  for (;; at += forward ? 1 : -1) {
    at = at < 0 ? -1 : next.call(bytes, needle[0], at);
    if (at < 0) return -1;
    if (at % unit === 0 && isAt(bytes, needle, at)) return at;
  }
}

// `encode`: text as bytes; fails for encodings that there are not.
export function searchingMethods(encode) {
  const find = (bytes, value, offset, encoding, forward) => {
    if (typeof offset === "string") [offset, encoding] = [undefined, offset];
    let from = Math.trunc(Math.min(Math.max(+offset, -0x80000000), 0x7fffffff));
    if (Number.isNaN(from)) from = forward ? 0 : bytes.length;
    if (typeof value === "number") return search(bytes, [value & 0xff], from, forward, 1);
    const wide = /^(ucs-?2|utf-?16le)$/i.test(encoding);
    if (typeof value === "string") return search(bytes, encode(value, encoding), from, forward, wide ? 2 : 1);
    if (value instanceof Uint8Array) return search(bytes, value, from, forward, wide ? 2 : 1);
    throw invalidArgType("value", KINDS, value);
  };
  return {
    indexOf(value, offset, encoding) {
      return find(this, value, offset, encoding, true);
    },
    lastIndexOf(value, offset, encoding) {
      return find(this, value, offset, encoding, false);
    },
    includes(value, offset, encoding) {
      return find(this, value, offset, encoding, true) !== -1;
    },
  };
}
