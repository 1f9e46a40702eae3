// Event, EventTarget and the event classes, https://dom.spec.whatwg.org/#events
//
// There is no tree here: a path is one target. Events are plain objects with few fields, because
// every WebSocket message and every abort makes one.
'use strict';

const { DOMException } = require('internal/dom_exception');
const {
  badArgument, badConstructorArgument, defineInspect, defineInterface, defineProperty,
} = require('internal/webidl');
const { hooks, report } = require('internal/report');

// Bits of Event's #flags.
const BUBBLES = 1;
const CANCELABLE = 2;
const COMPOSED = 4;
const CANCELED = 8;
const STOP = 16;
const STOP_IMMEDIATE = 32;
const DISPATCHING = 64;
const IN_PASSIVE_LISTENER = 128;
const TRUSTED = 256;

let eventType;
let begin;
let finish;
let flagsOf;
let setFlag;
let isEvent;

/** https://dom.spec.whatwg.org/#event */
class Event {
  #type;
  #flags = 0;
  #target = null;

  static {
    eventType = (event) => event.#type;
    begin = (event, target, flag) => {
      event.#target = target;
      event.#flags = (event.#flags & ~(TRUSTED | STOP | STOP_IMMEDIATE)) | DISPATCHING | flag;
    };
    finish = (event) => { event.#flags &= ~(DISPATCHING | STOP | STOP_IMMEDIATE); };
    flagsOf = (event) => event.#flags;
    isEvent = (value) => value !== null && typeof value === 'object' && #type in value;
    setFlag = (event, flag, on) => {
      if (on) event.#flags |= flag; else event.#flags &= ~flag;
    };
  }

  /**
   * @param {string} type
   * @param {{bubbles?: boolean, cancelable?: boolean, composed?: boolean}} [init]
   */
  constructor(type, init = undefined) {
    if (arguments.length === 0) throw badConstructorArgument('Event', 1, 'string');
    this.#type = typeof type === 'string' ? type : `${type}`;
    if (init !== undefined && init !== null) {
      if (typeof init !== 'object' && typeof init !== 'function') {
        throw badConstructorArgument('Event', 2, 'EventInit');
      }
      this.#flags = (init.bubbles ? BUBBLES : 0) | (init.cancelable ? CANCELABLE : 0) |
        (init.composed ? COMPOSED : 0);
    }
  }

  get type() { return this.#type; }
  get target() { return this.#target; }
  get srcElement() { return this.#target; }
  get currentTarget() { return this.#flags & DISPATCHING ? this.#target : null; }
  get eventPhase() { return this.#flags & DISPATCHING ? 2 : 0; }
  get bubbles() { return (this.#flags & BUBBLES) !== 0; }
  get cancelable() { return (this.#flags & CANCELABLE) !== 0; }
  get composed() { return (this.#flags & COMPOSED) !== 0; }
  get defaultPrevented() { return (this.#flags & CANCELED) !== 0; }
  get returnValue() { return (this.#flags & CANCELED) === 0; }
  set returnValue(value) { if (!value) this.preventDefault(); }
  get cancelBubble() { return (this.#flags & STOP) !== 0; }
  set cancelBubble(value) { if (value) this.#flags |= STOP; }
  get isTrusted() { return (this.#flags & TRUSTED) !== 0; }
  // Workers do not tell the time of an event.
  get timeStamp() { return 0; }

  composedPath() { return this.#flags & DISPATCHING ? [this.#target] : []; }
  stopPropagation() { this.#flags |= STOP; }
  stopImmediatePropagation() { this.#flags |= STOP | STOP_IMMEDIATE; }
  preventDefault() {
    const flags = this.#flags;
    if ((flags & CANCELABLE) && !(flags & IN_PASSIVE_LISTENER)) this.#flags = flags | CANCELED;
  }
}
defineInterface(Event);
const SHOWN = ['type', 'eventPhase', 'composed', 'bubbles', 'cancelable', 'defaultPrevented',
  'returnValue', 'currentTarget', 'target', 'srcElement', 'timeStamp', 'isTrusted', 'cancelBubble'];
defineInspect(Event, SHOWN);
const PHASES = ['NONE', 'CAPTURING_PHASE', 'AT_TARGET', 'BUBBLING_PHASE'];
for (let value = 0; value < PHASES.length; value++) {
  defineProperty(Event, PHASES[value], { value, enumerable: true });
  defineProperty(Event.prototype, PHASES[value], { value, enumerable: true });
}

class Listener {
  constructor(callback, capture, passive, once) {
    this.callback = callback;
    this.capture = capture;
    this.passive = passive;
    this.once = once;
    this.removed = false;
    // What the `signal` option registered there; dropped with the listener.
    this.signal = null;
    this.abortAlgorithm = null;
  }
}

function drop(listener) {
  listener.removed = true;
  if (listener.signal !== null) {
    require('web/abort').removeAbortAlgorithm(listener.signal, listener.abortAlgorithm);
    listener.signal = null;
  }
}

function isCapture(options) {
  return typeof options === 'boolean' ? options : Boolean(options?.capture);
}

let globalTarget = null;
let dispatch;
let hasListeners;

/** https://dom.spec.whatwg.org/#eventtarget */
class EventTarget {
  // Map of type to array of listeners; made by the first addEventListener. An array is replaced,
  // never changed, so that a dispatch iterates over the listeners that were there when it began.
  #listeners = null;

  static {
    // Returns whether the event was not canceled. With `rethrow` the first exception of a listener
    // ends the dispatch and is thrown; otherwise exceptions are reported and the rest is called.
    dispatch = (target, event, rethrow, trusted) => {
      const shown = target === globalTarget ? globalThis : target;
      begin(event, shown, trusted);
      try {
        const list = target.#listeners?.get(eventType(event));
        if (list !== undefined) {
          for (let i = 0; i < list.length; i++) {
            const listener = list[i];
            if (listener.removed) continue;
            if (listener.once) target.#remove(eventType(event), listener);
            if (listener.passive) setFlag(event, IN_PASSIVE_LISTENER, true);
            try {
              const { callback } = listener;
              if (typeof callback === 'function') {
                callback.call(shown, event);
              } else {
                callback.handleEvent(event);
              }
            } catch (error) {
              if (rethrow) throw error;
              report(error);
            } finally {
              if (listener.passive) setFlag(event, IN_PASSIVE_LISTENER, false);
            }
            if (flagsOf(event) & STOP_IMMEDIATE) break;
          }
        }
      } finally {
        finish(event);
      }
      return (flagsOf(event) & CANCELED) === 0;
    };
    hasListeners = (target, type) => target.#listeners?.has(type) ?? false;
  }

  /**
   * @param {string} type
   * @param {Function | {handleEvent: Function} | null} callback
   * @param {boolean | {capture?: boolean, once?: boolean, passive?: boolean, signal?: AbortSignal}}
   *   [options]
   */
  addEventListener(type, callback, options = undefined) {
    const self = this ?? globalTarget;
    if (callback === null || callback === undefined) return;
    if (typeof callback !== 'function' && typeof callback !== 'object') {
      throw badArgument('addEventListener', 'EventTarget', 2, 'function or HandlerObject');
    }
    type = `${type}`;
    const capture = isCapture(options);
    let once = false;
    let passive = false;
    let signal = null;
    if (options !== null && typeof options === 'object') {
      once = Boolean(options.once);
      passive = Boolean(options.passive);
      if (options.signal !== undefined) signal = options.signal;
    }
    if (signal !== null) {
      if (!require('web/abort').isAbortSignal(signal)) {
        throw new TypeError("Incorrect type for the 'signal' field on 'AddEventListenerOptions': " +
          "the provided value is not of type 'AbortSignal'.");
      }
      if (signal.aborted) return;
    }

    const map = (self.#listeners ??= new Map());
    const list = map.get(type);
    const listener = new Listener(callback, capture, passive, once);
    if (list === undefined) {
      map.set(type, [listener]);
    } else {
      for (const other of list) {
        if (other.callback === callback && other.capture === capture) return;
      }
      map.set(type, [...list, listener]);
    }
    if (signal !== null) {
      listener.signal = signal;
      listener.abortAlgorithm = () => {
        listener.signal = null;
        self.#remove(type, listener);
      };
      require('web/abort').addAbortAlgorithm(signal, listener.abortAlgorithm);
    }
  }

  removeEventListener(type, callback, options = undefined) {
    const self = this ?? globalTarget;
    type = `${type}`;
    const list = self.#listeners?.get(type);
    if (list === undefined) return;
    const capture = isCapture(options);
    for (const listener of list) {
      if (listener.callback === callback && listener.capture === capture) {
        self.#remove(type, listener);
        return;
      }
    }
  }

  /** @param {Event} event */
  dispatchEvent(event) {
    const self = this ?? globalTarget;
    if (!isEvent(event)) throw badArgument('dispatchEvent', 'EventTarget', 1, 'Event');
    if (flagsOf(event) & DISPATCHING) {
      throw new DOMException('The event is already being dispatched.', 'InvalidStateError');
    }
    return dispatch(self, event, false, 0);
  }

  #remove(type, listener) {
    drop(listener);
    const rest = this.#listeners.get(type).filter((other) => other !== listener);
    if (rest.length === 0) this.#listeners.delete(type); else this.#listeners.set(type, rest);
  }
}
defineInterface(EventTarget);

// An event made and dispatched by the runtime.
function dispatchTrusted(target, event) {
  return dispatch(target, event, false, TRUSTED);
}

// The same, but an exception of a listener is thrown; for events whose failure somebody waits for.
function dispatchRethrowing(target, event) {
  return dispatch(target, event, true, TRUSTED);
}

// Adds an `onTYPE` accessor. The handler keeps its place among the listeners when it is replaced.
function defineEventHandler(Class, type) {
  const handlers = new WeakMap();
  const name = `on${type}`;
  Object.defineProperty(Class.prototype, name, {
    get() { return handlers.get(this)?.current ?? null; },
    set(value) {
      const usable = typeof value === 'function' ||
        (value !== null && typeof value === 'object');
      let slot = handlers.get(this);
      if (slot === undefined) {
        if (!usable) return;
        slot = { current: null, added: false };
        handlers.set(this, slot);
      }
      slot.current = usable ? value : null;
      if (usable && !slot.added) {
        slot.added = true;
        this.addEventListener(type, function (event) {
          if (typeof slot.current === 'function') slot.current.call(this, event);
        });
      }
    },
    enumerable: true, configurable: true,
  });
}

/** https://dom.spec.whatwg.org/#customevent */
class CustomEvent extends Event {
  #detail;
  constructor(type, init = undefined) {
    if (arguments.length === 0) throw badConstructorArgument('CustomEvent', 1, 'string');
    super(type, init);
    this.#detail = init?.detail === undefined ? null : init.detail;
  }
  get detail() { return this.#detail; }
}
defineInterface(CustomEvent);
defineInspect(CustomEvent, ['detail', ...SHOWN]);

/** https://html.spec.whatwg.org/#errorevent */
class ErrorEvent extends Event {
  #init;
  constructor(type, init = undefined) {
    if (arguments.length === 0) throw badConstructorArgument('ErrorEvent', 1, 'string');
    super(type, init);
    this.#init = {
      message: init?.message === undefined ? '' : `${init.message}`,
      filename: init?.filename === undefined ? '' : `${init.filename}`,
      lineno: init?.lineno >>> 0,
      colno: init?.colno >>> 0,
      error: init?.error,
    };
  }
  get message() { return this.#init.message; }
  get filename() { return this.#init.filename; }
  get lineno() { return this.#init.lineno; }
  get colno() { return this.#init.colno; }
  get error() { return this.#init.error; }
}
defineInterface(ErrorEvent);
defineInspect(ErrorEvent, ['filename', 'message', 'lineno', 'colno', 'error', ...SHOWN]);

let receivedMessage;

/** https://html.spec.whatwg.org/#messageevent */
class MessageEvent extends Event {
  #data;
  #init;

  static {
    // OPTIMIZATION: what all messages of WebSockets have in common is one object. Their origin is null
    // in workerd.
    const init = { __proto__: null, data: undefined, origin: null };
    receivedMessage = (data) => {
      const event = new MessageEvent('message', init);
      event.#data = data;
      return event;
    };
  }

  constructor(type, init = undefined) {
    if (arguments.length === 0) throw badConstructorArgument('MessageEvent', 1, 'string');
    super(type, init);
    this.#data = init?.data === undefined ? null : init.data;
    this.#init = init;
  }
  get data() { return this.#data; }
  get origin() {
    const origin = this.#init?.origin;
    return origin === undefined ? '' : origin === null ? null : `${origin}`;
  }
  get lastEventId() {
    return this.#init?.lastEventId === undefined ? '' : `${this.#init.lastEventId}`;
  }
  get source() { return this.#init?.source ?? null; }
  get ports() { return this.#init?.ports ?? []; }
}
defineInterface(MessageEvent);
defineInspect(MessageEvent, ['ports', 'source', 'lastEventId', 'origin', 'data', ...SHOWN]);

/** https://html.spec.whatwg.org/#promiserejectionevent */
class PromiseRejectionEvent extends Event {
  #promise;
  #reason;
  constructor(type, init) {
    if (arguments.length < 2) {
      throw badConstructorArgument('PromiseRejectionEvent', arguments.length + 1,
        arguments.length === 0 ? 'string' : 'PromiseRejectionEventInit');
    }
    super(type, init);
    this.#promise = init.promise;
    this.#reason = init.reason;
  }
  get promise() { return this.#promise; }
  get reason() { return this.#reason; }
}
defineInterface(PromiseRejectionEvent);

/** https://websockets.spec.whatwg.org/#closeevent */
class CloseEvent extends Event {
  #init;
  constructor(type, init = undefined) {
    if (arguments.length === 0) throw badConstructorArgument('CloseEvent', 1, 'string');
    super(type, init);
    this.#init = {
      wasClean: Boolean(init?.wasClean),
      code: init?.code & 0xffff,
      reason: init?.reason === undefined ? '' : `${init.reason}`,
    };
  }
  get wasClean() { return this.#init.wasClean; }
  get code() { return this.#init.code; }
  get reason() { return this.#init.reason; }
}
defineInterface(CloseEvent);
defineInspect(CloseEvent, ['wasClean', 'reason', 'code', ...SHOWN]);

// The listeners of the global scope live in an EventTarget of its own: globalThis is made by V8 and
// cannot carry private fields in a snapshot. Its methods work detached and on globalThis alike.
globalTarget = new EventTarget();

const addEventListener = (...args) => globalTarget.addEventListener(...args);
const removeEventListener = (...args) => globalTarget.removeEventListener(...args);
const dispatchEvent = (...args) => globalTarget.dispatchEvent(...args);

// https://html.spec.whatwg.org/#report-an-exception; true when a listener handled it.
hooks.dispatchErrorEvent = (error, message) => {
  if (!hasListeners(globalTarget, 'error')) return false;
  const event = new ErrorEvent('error', { cancelable: true, message, error });
  return !dispatchTrusted(globalTarget, event);
};

module.exports = {
  CloseEvent, CustomEvent, ErrorEvent, Event, EventTarget, MessageEvent, PromiseRejectionEvent,
  addEventListener, defineEventHandler, dispatchEvent, dispatchRethrowing, dispatchTrusted, globalTarget,
  hasListeners, receivedMessage, removeEventListener,
};
