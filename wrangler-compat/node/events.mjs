// unenv's EventEmitter is a class, which older code cannot call: `EventEmitter.call(this)` is how
// constructors of before classes inherit from it, those of readable-stream among them.
import {
  EventEmitter as Base, EventEmitterAsyncResource, addAbortListener, captureRejectionSymbol,
  errorMonitor, getEventListeners, getMaxListeners, on, once,
} from "npm:unenv/node/events";
import { invalidArgType, plainError } from "./internal/errors.mjs";

function begin(options) {
  // Listeners may be there already, but not by inheritance.
  if (this._events === undefined || this._events === Object.getPrototypeOf(this)._events) {
    this._events = { __proto__: null };
    this._eventsCount = 0;
  }
  this._maxListeners ||= undefined;
  this[Symbol.for("kCapture")] = Boolean(options?.captureRejections);
}

export const EventEmitter = adopt(function EventEmitter(options) {
  begin.call(this, options);
});

function adopt(EventEmitter) {
  // unenv's own classes stay instances.
  EventEmitter.prototype = Base.prototype;
  for (const [name, value] of Object.entries(Object.getOwnPropertyDescriptors(Base))) {
    if (!["prototype", "name", "length", "init", "EventEmitter"].includes(name)) {
      Object.defineProperty(EventEmitter, name, { ...value, configurable: true });
    }
  }
  EventEmitter.EventEmitter = EventEmitter;
  EventEmitter.init = begin;
  const { addListener, emit, prependListener, removeListener } = EventEmitter.prototype;
  const checked = (add) => function (type, listener) {
    if (typeof listener !== "function") throw invalidArgType("listener", "of type function", listener);
    return add.call(this, type, listener);
  };
  // Neither of two names may call the other: streams put one method in the place of both.
  const add = checked(addListener);
  const inherited = {
    addListener: add, on: add, off: removeListener, prependListener: checked(prependListener),
    emit(type, error) {
      if (type === "error" && !(error instanceof Error) && this.listenerCount("error") === 0) {
        const text = typeof error === "string" ? `'${error}'` : String(error);
        throw Object.assign(plainError("ERR_UNHANDLED_ERROR", `Unhandled error. (${text})`), { context: error });
      }
      return emit.apply(this, arguments);
    },
    constructor: EventEmitter,
    _events: undefined, _eventsCount: 0, _maxListeners: undefined,
  };
  for (const [name, value] of Object.entries(inherited)) {
    Object.defineProperty(EventEmitter.prototype, name, { value, writable: true, configurable: true });
  }
  return EventEmitter;
}

export const setMaxListeners = EventEmitter.setMaxListeners;
export const listenerCount = (emitter, type) => emitter.listenerCount(type);
export const init = EventEmitter.init;
export const usingDomains = false;
export const captureRejections = false;
export const defaultMaxListeners = 10;
export {
  EventEmitterAsyncResource, addAbortListener, captureRejectionSymbol, errorMonitor,
  getEventListeners, getMaxListeners, on, once,
};
export default EventEmitter;
