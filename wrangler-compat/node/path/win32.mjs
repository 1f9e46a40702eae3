import { win32 } from "../internal/path/both.mjs";

export * from "../internal/path/win32.mjs";
export { toNamespacedPath as _makeLong } from "../internal/path/win32.mjs";
export { posix, win32 } from "../internal/path/both.mjs";
export default win32;
