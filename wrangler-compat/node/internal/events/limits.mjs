// How many listeners are not too many.
import { EventEmitter as Base } from "npm:unenv/node/events";
import { checkNumber } from "../checks.mjs";
import { invalidArgType, outOfRange } from "../errors.mjs";

const EITHER = "an instance of EventEmitter or EventTarget";
const ofTargets = /* @__PURE__ */ new WeakMap();

export function checkLimit(limit, name) {
  checkNumber(limit, name);
  if (!(limit >= 0)) throw outOfRange(name, ">= 0", limit);
}

// Of those that have none of their own. The package warns at this one, too.
export const usualLimit = () => Base.defaultMaxListeners;

export function setUsualLimit(limit) {
  checkLimit(limit, "defaultMaxListeners");
  Base.defaultMaxListeners = limit;
}

export function setMaxListeners(limit = usualLimit(), ...targets) {
  checkLimit(limit, "setMaxListeners");
  if (targets.length === 0) Base.defaultMaxListeners = limit;
  for (const target of targets) {
    if (typeof target?.setMaxListeners === "function") target.setMaxListeners(limit);
    else if (target instanceof EventTarget) ofTargets.set(target, limit);
    else throw invalidArgType("eventTargets", EITHER, target);
  }
}

export function getMaxListeners(target) {
  if (typeof target?.getMaxListeners === "function") return target.getMaxListeners();
  if (target instanceof EventTarget) return ofTargets.get(target) ?? usualLimit();
  throw invalidArgType("emitter", EITHER, target);
}
