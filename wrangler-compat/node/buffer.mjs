// unenv's Buffer, with what it lacks: base64url, text in bytes by the runtime's own coders, isUtf8 and
// the like.
import {
  Buffer as Base, INSPECT_MAX_BYTES, SlowBuffer, kMaxLength,
} from "npm:unenv/node/internal/buffer/buffer";
import { bytesOf, viewBytes } from "./internal/bytes.mjs";
import { invalidArgType, missing, typeError } from "./internal/errors.mjs";

const isBase64Url = (encoding) => typeof encoding === "string" && encoding.toLowerCase() === "base64url";
const toBase64Url = (bytes) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });

export const Buffer = extend(Base);

const SOURCES = "of type string or an instance of Buffer, TypedArray, ArrayBuffer, SharedArrayBuffer, " +
  "or Array or an Array-like Object";

function extend(Buffer) {
  const { isEncoding, byteLength } = Buffer;
  const { toString, write, fill, indexOf, lastIndexOf, includes } = Buffer.prototype;
  // Where bytes are read from it, base64 takes the letters of both.
  const reading = (encoding) => (isBase64Url(encoding) ? "base64" : encoding);
  const checkEncoding = (encoding) => {
    if (encoding === "" || Buffer.isEncoding(encoding)) return;
    throw typeError("ERR_UNKNOWN_ENCODING", `Unknown encoding: ${encoding}`);
  };
  const make = Buffer.from;
  const alloc = Buffer.alloc;
  Buffer.isEncoding = (encoding) => isBase64Url(encoding) || isEncoding(encoding);
  Buffer.byteLength = (value, encoding) => byteLength(value, reading(encoding));
  Buffer.from = (value, encodingOrOffset, length) => {
    if (typeof value === "number") throw invalidArgType("first argument", SOURCES, value);
    if (typeof value === "string" && typeof encodingOrOffset === "string") checkEncoding(encodingOrOffset);
    return make(value, reading(encodingOrOffset), length);
  };
  Buffer.alloc = (size, value, encoding) => alloc(size, value, reading(encoding));
  Buffer.copyBytesFrom ??= (view, offset = 0, length = view.length - offset) => {
    const part = view.subarray(offset, offset + length);
    return make(viewBytes(part));
  };
  const methods = {
    toString(encoding, start, end) {
      if (!isBase64Url(encoding)) return toString.call(this, ...arguments);
      return toBase64Url(this.subarray(start, end));
    },
    write(...args) {
      return write.apply(this, args.map(reading));
    },
    fill(value, offset, end, encoding) {
      return fill.call(this, value, reading(offset), reading(end), reading(encoding));
    },
    indexOf(value, offset, encoding) {
      return indexOf.call(this, value, reading(offset), reading(encoding));
    },
    lastIndexOf(value, offset, encoding) {
      return arguments.length < 2 ? lastIndexOf.call(this, value)
        : lastIndexOf.call(this, value, reading(offset), reading(encoding));
    },
    includes(value, offset, encoding) {
      return includes.call(this, value, reading(offset), reading(encoding));
    },
  };
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

export function transcode(source, from, to) {
  return Buffer.from(Buffer.from(inputOf(source)).toString(from), to);
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
