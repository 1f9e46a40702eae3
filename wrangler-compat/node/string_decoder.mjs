// The decoder of the package of Node.js, which keeps what is left of a letter until the rest comes; with
// base64url.
import { Buffer } from "node:buffer";
import decoder from "npm:string_decoder/lib/string_decoder.js";
import { asBuffer } from "./internal/as_buffer.mjs";
import { invalidArgType, typeError } from "./internal/errors.mjs";

const Base = decoder.StringDecoder;
// That decoder, in one of ours.
const kBase = Symbol("base");

function inputOf(bytes) {
  if (ArrayBuffer.isView(bytes)) return asBuffer(bytes);
  throw invalidArgType("buf", "an instance of Buffer, TypedArray, or DataView", bytes);
}

const LETTERS = { "+": "-", "/": "_", "=": "" };
const shown = (encoding, text) => (encoding === "base64url" ? text.replace(/[+/=]/g, (letter) => LETTERS[letter]) : text);

// A decoder may begin again.
function forget(base) {
  base.lastNeed = base.lastTotal = 0;
}

// Older code inherits from it, and calls it.
export function StringDecoder(encoding) {
  const name = String(encoding || "utf8").toLowerCase();
  if (!Buffer.isEncoding(name)) throw typeError("ERR_UNKNOWN_ENCODING", `Unknown encoding: ${encoding}`);
  const isBase64Url = name === "base64url";
  this[kBase] = new Base(isBase64Url ? "base64" : name);
  this.encoding = isBase64Url ? name : this[kBase].encoding;
}

StringDecoder.prototype.write = function write(bytes) {
  return typeof bytes === "string" ? bytes : shown(this.encoding, this[kBase].write(inputOf(bytes)));
};

StringDecoder.prototype.end = function end(bytes) {
  const text = (bytes === undefined ? "" : this.write(bytes)) + shown(this.encoding, this[kBase].end());
  forget(this[kBase]);
  return text;
};

StringDecoder.prototype.text = function text(bytes, from) {
  forget(this[kBase]);
  return this.write(bytes.slice(from));
};

for (const name of ["lastChar", "lastNeed", "lastTotal"]) {
  const get = function () {
    return this[kBase][name];
  };
  Object.defineProperty(StringDecoder.prototype, name, { get, enumerable: true, configurable: true });
}

export default { StringDecoder };
