// How many listeners are not too many.
import { invalidArgType, outOfRange } from "../errors.mjs";

const EITHER = "an instance of EventEmitter or EventTarget";
const ofTargets = /* @__PURE__ */ new WeakMap();
let usual = 10;

export function checkLimit(limit, name) {
  if (typeof limit !== "number") throw invalidArgType(name, "of type number", limit);
  if (!(limit >= 0)) throw outOfRange(name, ">= 0", limit);
}

export const usualLimit = () => usual;

export function setUsualLimit(limit) {
  checkLimit(limit, "defaultMaxListeners");
  usual = limit;
}

export function setMaxListeners(limit = usual, ...targets) {
  checkLimit(limit, "setMaxListeners");
  if (targets.length === 0) usual = limit;
  for (const target of targets) {
    if (typeof target?.setMaxListeners === "function") target.setMaxListeners(limit);
    else if (target instanceof EventTarget) ofTargets.set(target, limit);
    else throw invalidArgType("eventTargets", EITHER, target);
  }
}

export function getMaxListeners(target) {
  if (typeof target?.getMaxListeners === "function") return target.getMaxListeners();
  if (target instanceof EventTarget) return ofTargets.get(target) ?? usual;
  throw invalidArgType("emitter", EITHER, target);
}
