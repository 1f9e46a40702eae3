// unenv's Buffer, with what it lacks: base64url, text in bytes by the runtime's own coders, isUtf8 and
// the like.
import {
  Buffer as Base, INSPECT_MAX_BYTES, SlowBuffer, kMaxLength,
} from "npm:unenv/node/internal/buffer/buffer";
import { bytesOf, viewBytes } from "./internal/bytes.mjs";
import { checkBytes, compareBytes, comparingMethods } from "./internal/buffer/comparing.mjs";
import { checkSize, fillingMethods } from "./internal/buffer/filling.mjs";
import { numberMethods } from "./internal/buffer/numbers.mjs";
import { searchingMethods } from "./internal/buffer/searching.mjs";
import { checkInteger } from "./internal/checks.mjs";
import { invalidArgType, missing, plainError, rangeError, typeError } from "./internal/errors.mjs";

const isBase64Url = (encoding) => typeof encoding === "string" && encoding.toLowerCase() === "base64url";
const isHex = (encoding) => typeof encoding === "string" && encoding.toLowerCase() === "hex";
const toBase64Url = (bytes) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });

const SOURCES = "of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object";
const encoder = /* @__PURE__ */ new TextEncoder();
const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });
const BASE64 = /^base64(url)?$/i;

const isUtf8Name = (encoding) => !encoding || typeof encoding !== "string" || /^utf-?8$/i.test(encoding);

// Text of bytes ends at the first thing that is none.
function fromHex(text) {
  const end = text.search(/[^\da-f]/i);
  const length = end < 0 ? text.length : end;
  return Uint8Array.fromHex(text.slice(0, length - (length % 2)));
}

// What the package says without a code.
function coded(error, value) {
  if (error.code !== undefined) return error;
  if (error instanceof TypeError) return invalidArgType("first argument", SOURCES, value);
  return /outside/.test(error.message) ? rangeError("ERR_BUFFER_OUT_OF_BOUNDS", error.message) : error;
}

export const Buffer = extend(Base);

function extend(Buffer) {
  const { alloc, allocUnsafe, allocUnsafeSlow, byteLength, from, isEncoding } = Buffer;
  const { toString, write } = Buffer.prototype;
  const checkEncoding = (encoding) => {
    if (Buffer.isEncoding(encoding)) return;
    throw typeError("ERR_UNKNOWN_ENCODING", `Unknown encoding: ${encoding}`);
  };
  // Where bytes are read from it, base64 takes the letters of both.
  const reading = (encoding) => (isBase64Url(encoding) ? "base64" : encoding);
  const encode = (text, encoding) => {
    if (typeof encoding === "string" && encoding !== "") checkEncoding(encoding);
    const bytes = isUtf8Name(encoding) ? encoder.encode(text) : isHex(encoding) ? fromHex(text) : undefined;
    return bytes === undefined ? from(text, reading(encoding)) : Object.setPrototypeOf(bytes, Buffer.prototype);
  };
  const writeText = (room, text, encoding) => {
    checkEncoding(encoding);
    if (isHex(encoding)) {
      const bytes = fromHex(text.slice(0, room.length * 2));
      room.set(bytes);
      return bytes.length;
    }
    return write.call(room, text, 0, room.length, reading(encoding));
  };
  const statics = {
    isEncoding: (encoding) => isBase64Url(encoding) || isEncoding(encoding),
    byteLength(value, encoding) {
      if (typeof value === "string") {
        if (!BASE64.test(encoding)) return byteLength(value, encoding);
        const padding = value.endsWith("==") ? 2 : value.endsWith("=") ? 1 : 0;
        return (value.length - padding) * 3 >>> 2;
      }
      const bytes = bytesOf(value);
      if (bytes !== undefined) return bytes.length;
      throw invalidArgType("string", "of type string or an instance of Buffer or ArrayBuffer", value);
    },
    from(value, encodingOrOffset, length) {
      if (typeof value === "string") return encode(value, encodingOrOffset);
      if (typeof value !== "object" || value === null) throw invalidArgType("first argument", SOURCES, value);
      const isMemory = !ArrayBuffer.isView(value) && bytesOf(value) !== undefined;
      try {
        return from(value, isMemory ? Math.trunc(+encodingOrOffset) || 0 : encodingOrOffset, length);
      } catch (error) {
        throw coded(error, value);
      }
    },
    alloc(size, value, encoding) {
      checkSize(size, "size");
      const bytes = alloc(size);
      return value === undefined || value === 0 ? bytes : bytes.fill(value, encoding);
    },
    allocUnsafe(size) {
      checkSize(size, "size");
      return allocUnsafe(size);
    },
    allocUnsafeSlow(size) {
      checkSize(size, "size");
      return allocUnsafeSlow(size);
    },
    compare(one, other) {
      checkBytes(one, "buf1");
      checkBytes(other, "buf2");
      return compareBytes(one, other);
    },
    concat(list, length) {
      if (!Array.isArray(list)) throw invalidArgType("list", "an instance of Array", list);
      list.forEach((part, i) => checkBytes(part, `list[${i}]`));
      if (length !== undefined) checkInteger(length, "length", 0, Number.MAX_SAFE_INTEGER);
      const all = alloc(length ?? list.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of list) {
        all.set(part.subarray(0, all.length - at), at);
        at += Math.min(part.length, all.length - at);
      }
      return all;
    },
    copyBytesFrom(view, offset = 0, length = undefined) {
      if (!ArrayBuffer.isView(view) || view instanceof DataView) throw invalidArgType("view", "an instance of TypedArray", view);
      checkInteger(offset, "offset", 0, Number.MAX_SAFE_INTEGER);
      if (length !== undefined) checkInteger(length, "length", 0, Number.MAX_SAFE_INTEGER);
      return from(viewBytes(view.subarray(offset, length === undefined ? undefined : offset + length)));
    },
  };
  const methods = {
    ...numberMethods(),
    ...comparingMethods,
    ...searchingMethods(encode),
    ...fillingMethods(encode, writeText),
    toString(encoding, start, end) {
      const from = Math.max(Math.trunc(+start) || 0, 0);
      const to = end === undefined || end > this.length ? this.length : Math.trunc(+end) || 0;
      if (to <= from) return "";
      if (encoding !== undefined) checkEncoding(encoding);
      const part = viewBytes(this).subarray(from, to);
      if (isUtf8Name(encoding)) return decoder.decode(part);
      if (isHex(encoding)) return part.toHex();
      if (isBase64Url(encoding)) return toBase64Url(part);
      return BASE64.test(encoding) ? part.toBase64() : toString.call(this, encoding, from, to);
    },
  };
  for (const size of [2, 4, 8]) {
    const swap = Buffer.prototype[`swap${size * 8}`];
    methods[`swap${size * 8}`] = function () {
      if (this.length % size === 0) return swap.call(this);
      throw rangeError("ERR_INVALID_BUFFER_SIZE", `Buffer size must be a multiple of ${size * 8}-bits`);
    };
  }
  for (const [name, value] of Object.entries(statics)) {
    Object.defineProperty(Buffer, name, { value, writable: true, enumerable: true, configurable: true });
  }
  for (const encoding of ["utf8", "latin1", "ascii", "hex", "base64", "base64url", "ucs2"]) {
    methods[`${encoding}Slice`] = function (start, end) {
      return this.toString(encoding, start, end);
    };
    methods[`${encoding}Write`] = function (text, offset, length) {
      return this.write(text, offset ?? 0, length ?? this.length, encoding);
    };
  }
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(Buffer.prototype, name, { value, writable: true, configurable: true });
  }
  return Buffer;
}

const inputOf = (value) => {
  const bytes = bytesOf(value);
  if (bytes !== undefined) return bytes;
  throw invalidArgType("input", "an instance of ArrayBuffer, Buffer, or TypedArray", value);
};

export function isUtf8(input) {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(inputOf(input));
    return true;
  } catch (error) {
    if (error.code === "ERR_INVALID_ARG_TYPE") throw error;
    return false;
  }
}

export const isAscii = (input) => inputOf(input).every((byte) => byte < 128);

// The highest letter of an encoding of text; in the place of others "?" is written.
const HIGHEST = { ascii: 0x7f, latin1: 0xff, binary: 0xff, utf8: Infinity, "utf-8": Infinity, ucs2: Infinity, "ucs-2": Infinity, utf16le: Infinity, "utf-16le": Infinity };

export function transcode(source, from, to) {
  const bytes = inputOf(source);
  const [reads, highest] = [from, to].map((encoding) => HIGHEST[String(encoding).toLowerCase()]);
  if (reads === undefined || highest === undefined) {
    const code = "U_ILLEGAL_ARGUMENT_ERROR";
    throw Object.assign(plainError(code, `Unable to transcode Buffer [${code}]`), { errno: 1 });
  }
  const text = Array.from(Buffer.from(bytes).toString(from), (letter) => (letter.codePointAt(0) > highest ? "?" : letter));
  return Buffer.from(text.join(""), to);
}

export { INSPECT_MAX_BYTES, SlowBuffer, kMaxLength };
export const { Blob, File } = globalThis;
export const kStringMaxLength = 0x1fffffe8;
export const constants = { MAX_LENGTH: kMaxLength, MAX_STRING_LENGTH: kStringMaxLength };
export const atob = globalThis.atob.bind(globalThis);
export const btoa = globalThis.btoa.bind(globalThis);
export const resolveObjectURL = /* @__PURE__ */ missing("buffer.resolveObjectURL");

export default {
  Buffer, SlowBuffer, Blob, File, INSPECT_MAX_BYTES, kMaxLength, kStringMaxLength, constants,
  atob, btoa, isAscii, isUtf8, resolveObjectURL, transcode,
};
