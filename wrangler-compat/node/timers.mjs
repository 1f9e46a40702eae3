// The runtime's timers; what it has not is unenv's. Not asked of the global object, where setImmediate is
// this module's own.
import { clearImmediateFallback, setImmediateFallback } from "npm:unenv/node/internal/timers/set-immediate";
import promises from "node:timers/promises";
import { missing } from "./internal/errors.mjs";

export { promises };
export const clearImmediate = clearImmediateFallback;
export const setImmediate = setImmediateFallback;
export const { clearInterval, clearTimeout, setInterval, setTimeout } = globalThis;
export const active = (timeout) => timeout?.refresh?.();
export const _unrefActive = active;
export const enroll = /* @__PURE__ */ missing("timers.enroll");
export const unenroll = /* @__PURE__ */ missing("timers.unenroll");
export default {
  _unrefActive, active, clearImmediate, clearInterval, clearTimeout, enroll, promises, setImmediate,
  setInterval, setTimeout, unenroll,
};
