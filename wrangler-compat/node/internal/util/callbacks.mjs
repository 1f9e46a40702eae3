// Between functions that take a callback and those that give a promise.
import { checkFunction } from "../checks.mjs";
import { nextTick } from "../ticks.mjs";

const kCustom = /* @__PURE__ */ Symbol.for("nodejs.util.promisify.custom");

// The runtime's timers are called with what to do first.
function ownPromise(original) {
  if (original === globalThis.setTimeout) return (delay, value) => new Promise((resolve) => setTimeout(resolve, delay, value));
  if (original.name === "setImmediate") return (value) => new Promise((resolve) => original(resolve, value));
  return undefined;
}

function promisify(original) {
  checkFunction(original, "original");
  const custom = original[kCustom] ?? ownPromise(original);
  if (custom) {
    checkFunction(custom, "util.promisify.custom");
    return Object.defineProperty(custom, kCustom, { value: custom, configurable: true });
  }
  function promised(...args) {
    return new Promise((resolve, reject) => {
      original.call(this, ...args, (error, value) => (error ? reject(error) : resolve(value)));
    });
  }
  Object.setPrototypeOf(promised, Object.getPrototypeOf(original));
  Object.defineProperty(promised, kCustom, { value: promised, configurable: true });
  return Object.defineProperties(promised, Object.getOwnPropertyDescriptors(original));
}
promisify.custom = kCustom;

function callbackify(original) {
  checkFunction(original, "original");
  function calledBack(...args) {
    const callback = args.pop();
    checkFunction(callback, "last argument");
    Reflect.apply(original, this, args).then(
      (value) => nextTick(() => callback.call(this, null, value)),
      (reason) => nextTick(() => {
        const error = reason ?? Object.assign(new Error("Promise was rejected with falsy value"),
          { code: "ERR_FALSY_VALUE_REJECTION", reason });
        callback.call(this, error);
      }));
  }
  Object.setPrototypeOf(calledBack, Object.getPrototypeOf(original));
  return Object.defineProperties(calledBack, {
    ...Object.getOwnPropertyDescriptors(original),
    length: { value: original.length + 1, configurable: true },
    name: { value: `${original.name}Callbackified`, configurable: true },
  });
}

export { callbackify, promisify };
