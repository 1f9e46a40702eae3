// A Transform that becomes a stream when it is first used as one: most hashes and ciphers never are.
import { Transform } from "node:stream";

export function LazyTransform(options) {
  Object.defineProperty(this, "_streamOptions", { value: options, configurable: true });
}
Object.setPrototypeOf(LazyTransform.prototype, Transform.prototype);
Object.setPrototypeOf(LazyTransform, Transform);

for (const state of ["_readableState", "_writableState"]) {
  Object.defineProperty(LazyTransform.prototype, state, {
    get() {
      Transform.call(this, this._streamOptions);
      // Chunks come as they were written: with their encoding.
      this._writableState.decodeStrings = false;
      return this[state];
    },
    set(value) {
      Object.defineProperty(this, state, { value, writable: true, enumerable: true, configurable: true });
    },
    configurable: true,
    enumerable: true,
  });
}
