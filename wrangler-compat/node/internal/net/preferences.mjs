// How hosts with several addresses are tried. The runtime has its own way; what is said here is only kept.
import { checkInteger } from "../checks.mjs";
import { invalidArgType } from "../errors.mjs";

let autoSelectFamily = true;
let attemptTimeout = 500;

export const getDefaultAutoSelectFamily = () => autoSelectFamily;
export function setDefaultAutoSelectFamily(value) {
  if (typeof value !== "boolean") throw invalidArgType("value", "of type boolean", value);
  autoSelectFamily = value;
}

export const getDefaultAutoSelectFamilyAttemptTimeout = () => attemptTimeout;
export function setDefaultAutoSelectFamilyAttemptTimeout(value) {
  checkInteger(value, "value", 1);
  attemptTimeout = Math.max(value, 10);
}
