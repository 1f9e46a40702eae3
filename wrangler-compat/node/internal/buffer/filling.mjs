// What puts bytes into a Buffer: copy(), fill(), write().
import { viewBytes } from "../bytes.mjs";
import { checkInteger, checkNumber } from "../checks.mjs";
import { invalidArgValue, outOfRange, typeError } from "../errors.mjs";
import { checkBytes } from "./comparing.mjs";

const encoder = /* @__PURE__ */ new TextEncoder();
const MOST = Number.MAX_SAFE_INTEGER;

export function checkSize(size, name, most = MOST) {
  checkNumber(size, name);
  if (!(size >= 0 && size <= most)) throw outOfRange(name, `>= 0 && <= ${most}`, size);
}

const integerOf = (value, otherwise) => (value === undefined ? otherwise : Math.trunc(+value) || 0);

function copy(target, targetStart, sourceStart, sourceEnd) {
  checkBytes(target, "target");
  const at = integerOf(targetStart, 0);
  const from = integerOf(sourceStart, 0);
  const end = integerOf(sourceEnd, this.length);
  if (at < 0) throw outOfRange("targetStart", ">= 0", at);
  if (from < 0 || from > this.length) throw outOfRange("sourceStart", `>= 0 && <= ${this.length}`, from);
  if (end < 0) throw outOfRange("sourceEnd", ">= 0", end);
  if (at >= target.length || from >= end) return 0;
  const part = this.subarray(from, Math.min(end, from + target.length - at));
  target.set(part, at);
  return part.length;
}

function repeat(bytes, part) {
  bytes.set(part.subarray(0, bytes.length));
  for (let filled = part.length; filled < bytes.length; filled *= 2) bytes.copyWithin(filled, 0, filled);
}

// `encode`: text as bytes. `writeText`: as much of it as fits into some. Both fail for encodings that
// there are not. The methods, by name.
export function fillingMethods(encode, writeText) {
  return {
    copy,
    fill(value, offset, end, encoding) {
      let pattern = value;
      if (typeof value === "string") {
        if (typeof offset === "string") [offset, end, encoding] = [undefined, undefined, offset];
        else if (typeof end === "string") [end, encoding] = [undefined, end];
        pattern = encode(value, encoding);
        if (value === "") pattern = 0;
      }
      if (offset !== undefined) {
        checkSize(offset, "offset");
        if (end !== undefined) checkSize(end, "end", this.length);
      }
      const part = this.subarray(offset ?? 0, offset === undefined ? this.length : end ?? this.length);
      const isView = ArrayBuffer.isView(pattern) && !(pattern instanceof DataView);
      if (!isView) Uint8Array.prototype.fill.call(part, pattern & 0xff);
      else if (pattern.length === 0) throw invalidArgValue("value", value);
      else repeat(part, viewBytes(pattern));
      return this;
    },
    write(text, offset, length, encoding) {
      if (length === undefined && typeof offset === "string") [offset, encoding] = [undefined, offset];
      if (offset !== undefined) checkInteger(offset, "offset", 0, this.length);
      if (typeof length === "string") [length, encoding] = [undefined, length];
      else if (length !== undefined) checkInteger(length, "length", 0, this.length);
      if (typeof text !== "string") throw typeError("ERR_INVALID_ARG_TYPE", "argument must be a string");
      const from = offset ?? 0;
      const room = this.subarray(from, from + (length ?? this.length));
      // Half a letter is not written.
      if (!encoding || /^utf-?8$/i.test(encoding)) return encoder.encodeInto(text, room).written;
      return writeText(room, text, encoding);
    },
  };
}
