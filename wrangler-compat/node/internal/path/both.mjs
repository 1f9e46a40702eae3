// The two modules as objects, which know each other.
import * as posixModule from "./posix.mjs";
import * as win32Module from "./win32.mjs";

const objectOf = (module) => ({ ...module, _makeLong: module.toNamespacedPath });

export const { posix, win32 } = /* @__PURE__ */ (() => {
  const both = { posix: objectOf(posixModule), win32: objectOf(win32Module) };
  for (const one of Object.values(both)) Object.assign(one, both);
  return both;
})();
