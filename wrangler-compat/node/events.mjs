// unenv's EventEmitter is a class, which older code cannot call: `EventEmitter.call(this)` is how
// constructors of before classes inherit from it, those of readable-stream among them.
import {
  EventEmitter as Base, EventEmitterAsyncResource, captureRejectionSymbol, errorMonitor,
} from "npm:unenv/node/events";
import { checkFunction } from "./internal/checks.mjs";
import { invalidArgType, missing, plainError } from "./internal/errors.mjs";
import { checkLimit, getMaxListeners, setMaxListeners, setUsualLimit, usualLimit } from "./internal/events/limits.mjs";
import { checkSignal, on, once } from "./internal/events/waiting.mjs";

const kCapture = Symbol.for("kCapture");

function begin(options) {
  // Listeners may be there already, but not by inheritance.
  if (this._events === undefined || this._events === Object.getPrototypeOf(this)._events) {
    this._events = { __proto__: null };
    this._eventsCount = 0;
  }
  this._maxListeners ||= undefined;
  const captures = options?.captureRejections;
  if (!captures) return;
  if (captures !== true) throw invalidArgType("options.captureRejections", "of type boolean", captures);
  this[kCapture] = true;
}

export function getEventListeners(emitter, type) {
  if (typeof emitter?.listeners === "function") return emitter.listeners(type);
  if (emitter instanceof EventTarget) return missing("events.getEventListeners() of an EventTarget")();
  throw invalidArgType("emitter", "an instance of EventEmitter or EventTarget", emitter);
}

export function listenerCount(emitter, type) {
  return typeof emitter?.listenerCount === "function" ? emitter.listenerCount(type) : getEventListeners(emitter, type).length;
}

export function addAbortListener(signal, listener) {
  checkSignal(signal, "signal");
  checkFunction(listener, "listener");
  if (signal.aborted) queueMicrotask(() => listener());
  else signal.addEventListener("abort", listener, { once: true });
  return { __proto__: null, [Symbol.dispose]: () => signal.removeEventListener("abort", listener) };
}

export const EventEmitter = adopt(function EventEmitter(options) {
  begin.call(this, options);
});

function adopt(EventEmitter) {
  // unenv's own classes stay instances.
  EventEmitter.prototype = Base.prototype;
  const { addListener, emit, once: addOnce, prependListener, prependOnceListener, removeListener } = Base.prototype;
  const checked = (method) => function (type, listener) {
    checkFunction(listener, "listener");
    return method.call(this, type, listener);
  };
  // Neither of two names may call the other: streams put one method in the place of both.
  const [add, remove] = [checked(addListener), checked(removeListener)];
  const inherited = {
    addListener: add, on: add, removeListener: remove, off: remove, once: checked(addOnce),
    prependListener: checked(prependListener), prependOnceListener: checked(prependOnceListener),
    setMaxListeners(limit) {
      checkLimit(limit, "setMaxListeners");
      this._maxListeners = limit;
      return this;
    },
    getMaxListeners() {
      return this._maxListeners ?? usualLimit();
    },
    emit(type, error) {
      if (type === "error" && !(error instanceof Error) && this.listenerCount("error") === 0) {
        const text = typeof error === "string" ? `'${error}'` : String(error);
        throw Object.assign(plainError("ERR_UNHANDLED_ERROR", `Unhandled error. (${text})`), { context: error });
      }
      return emit.apply(this, arguments);
    },
    _events: undefined, _eventsCount: 0, _maxListeners: undefined,
  };
  const { prototype } = EventEmitter;
  for (const name of ["emit", "eventNames", "listenerCount", "listeners", "rawListeners", "removeAllListeners"]) {
    inherited[name] ??= prototype[name];
  }
  for (const [name, value] of Object.entries(inherited)) {
    Object.defineProperty(prototype, name, { value, writable: true, enumerable: true, configurable: true });
  }
  Object.defineProperty(prototype, "constructor", { value: EventEmitter, writable: true, configurable: true });
  Object.assign(EventEmitter, {
    EventEmitter, EventEmitterAsyncResource, addAbortListener, captureRejectionSymbol, errorMonitor,
    getEventListeners, getMaxListeners, init: begin, listenerCount, on, once, setMaxListeners, usingDomains: false,
  });
  Object.defineProperties(EventEmitter, {
    defaultMaxListeners: { get: usualLimit, set: setUsualLimit, enumerable: true, configurable: true },
    captureRejections: {
      get: () => prototype[kCapture] === true,
      set: (captures) => { prototype[kCapture] = Boolean(captures); },
      enumerable: true, configurable: true,
    },
  });
  return EventEmitter;
}

export const { init } = EventEmitter;
export const usingDomains = false;
export const captureRejections = false;
export const defaultMaxListeners = 10;
export {
  EventEmitterAsyncResource, captureRejectionSymbol, errorMonitor, getMaxListeners, on, once, setMaxListeners,
};
export default EventEmitter;
