// Order and equality of bytes.
import { checkInteger } from "../checks.mjs";
import { viewBytes } from "../bytes.mjs";
import { invalidArgType } from "../errors.mjs";

export function checkBytes(value, name) {
  if (!(value instanceof Uint8Array)) throw invalidArgType(name, "an instance of Buffer or Uint8Array", value);
}

export function compareBytes(a, b) {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

// Part of some bytes by its ends, which may be left out.
function part(bytes, start, end, names) {
  if (start !== undefined) checkInteger(start, names[0], 0, Number.MAX_SAFE_INTEGER);
  if (end !== undefined) checkInteger(end, names[1], 0, bytes.length);
  return viewBytes(bytes).subarray(start ?? 0, end ?? bytes.length);
}

export const comparingMethods = {
  compare(target, targetStart, targetEnd, sourceStart, sourceEnd) {
    checkBytes(target, "target");
    if (arguments.length === 1) return compareBytes(this, target);
    const other = part(target, targetStart, targetEnd, ["targetStart", "targetEnd"]);
    return compareBytes(part(this, sourceStart, sourceEnd, ["sourceStart", "sourceEnd"]), other);
  },
  equals(other) {
    checkBytes(other, "otherBuffer");
    return this === other || (this.length === other.length && compareBytes(this, other) === 0);
  },
};
