// node:path.
import { posix } from "./internal/path/both.mjs";

export * from "./internal/path/posix.mjs";
export { toNamespacedPath as _makeLong } from "./internal/path/posix.mjs";
export { posix, win32 } from "./internal/path/both.mjs";
export default posix;
