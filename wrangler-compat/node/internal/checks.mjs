// Arguments that are what they should be.
import { invalidArgType, outOfRange } from "./errors.mjs";

const MAX_INT32 = 0x7fffffff;

export function checkString(value, name) {
  if (typeof value !== "string") throw invalidArgType(name, "of type string", value);
}

export function checkNumber(value, name) {
  if (typeof value !== "number") throw invalidArgType(name, "of type number", value);
}

export function checkFunction(value, name = "callback") {
  if (typeof value !== "function") throw invalidArgType(name, "of type function", value);
}

export function checkInteger(value, name, least = 0, most = MAX_INT32) {
  checkNumber(value, name);
  if (!Number.isInteger(value)) throw outOfRange(name, "an integer", value);
  if (value < least || value > most) throw outOfRange(name, `>= ${least} && <= ${most}`, value);
}
