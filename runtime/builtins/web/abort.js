// AbortController and AbortSignal, https://dom.spec.whatwg.org/#aborting-ongoing-activities
'use strict';

const { DOMException } = require('internal/dom_exception');
const { foreignIo, requireContext, state } = require('internal/context');
const { defineInspect, defineInterface } = require('internal/webidl');
const { Event, EventTarget, dispatchTrusted, hasListeners } = require('web/event_target');

// Passed to the constructor by this module alone: user code cannot make a signal.
const MAKE = Symbol('AbortSignal');

let abortSignal;
let addAlgorithm;
let removeAlgorithm;
let isSignal;
let makeDependent;

function abortError() {
  return new DOMException('The operation was aborted', 'AbortError');
}

/** https://dom.spec.whatwg.org/#abortsignal */
class AbortSignal extends EventTarget {
  // undefined until aborted; a reason that is undefined itself becomes an AbortError.
  #reason = undefined;
  // Functions to call once on abort: null, one function, or an array.
  #algorithms = null;
  // The request whose I/O hangs on it: aborting that is that request's business.
  #io = null;
  #onabort = null;
  // Of any(): the signals this one follows. They are never dependent ones themselves.
  #sources = null;

  static {
    isSignal = (value) => value !== null && typeof value === 'object' && #algorithms in value;

    addAlgorithm = (signal, fn) => {
      if (signal.#reason !== undefined) return;
      signal.#io ??= state.current;
      const list = signal.#algorithms;
      if (list === null) signal.#algorithms = fn;
      else if (typeof list === 'function') signal.#algorithms = [list, fn];
      else list.push(fn);
    };

    removeAlgorithm = (signal, fn) => {
      const list = signal.#algorithms;
      if (list === fn) {
        signal.#algorithms = null;
      } else if (list !== null && typeof list === 'object') {
        const index = list.indexOf(fn);
        if (index >= 0) list.splice(index, 1);
      }
    };

    abortSignal = (signal, reason) => {
      if (signal.#reason !== undefined) return;
      const list = signal.#algorithms;
      if (list !== null && signal.#io !== null && signal.#io !== state.current) {
        throw foreignIo('AbortSignal', signal.#io);
      }
      if (reason === undefined) reason = abortError();
      signal.#reason = reason;
      signal.#algorithms = null;
      // The algorithms are ours and those of dependent signals: they do not throw.
      if (typeof list === 'function') list(reason);
      else if (list !== null) for (const fn of list.slice()) fn(reason);
      if (hasListeners(signal, 'abort')) dispatchTrusted(signal, new Event('abort'));
    };

    makeDependent = (sources) => {
      const signal = new AbortSignal(MAKE);
      for (const source of sources) {
        if (source.#reason !== undefined) {
          signal.#reason = source.#reason;
          return signal;
        }
      }
      const roots = new Set();
      for (const source of sources) {
        if (source.#sources === null) roots.add(source);
        else for (const root of source.#sources) roots.add(root);
      }
      signal.#sources = roots;
      const follow = (reason) => {
        for (const root of roots) removeAlgorithm(root, follow);
        abortSignal(signal, reason);
      };
      for (const root of roots) addAlgorithm(root, follow);
      return signal;
    };
  }

  constructor(token = undefined) {
    if (token !== MAKE) throw new TypeError('Illegal constructor');
    super();
  }

  get aborted() { return this.#reason !== undefined; }
  get reason() { return this.#reason; }

  get onabort() { return this.#onabort; }
  set onabort(value) {
    if (this.#onabort !== null) this.removeEventListener('abort', this.#onabort);
    this.#onabort = typeof value === 'function' ? value : null;
    if (this.#onabort !== null) this.addEventListener('abort', this.#onabort);
  }

  throwIfAborted() {
    if (this.#reason !== undefined) throw this.#reason;
  }

  /** A signal that is aborted already. */
  static abort(reason = undefined) {
    const signal = new AbortSignal(MAKE);
    signal.#reason = reason === undefined ? abortError() : reason;
    return signal;
  }

  /**
   * A signal that aborts with a TimeoutError.
   * @param {number} milliseconds
   */
  static timeout(milliseconds) {
    requireContext();
    const delay = Number(milliseconds);
    if (!(delay >= 0) || delay > Number.MAX_SAFE_INTEGER) {
      throw new TypeError("Failed to execute 'timeout' on 'AbortSignal': " +
        'the value is not a valid number of milliseconds.');
    }
    const signal = new AbortSignal(MAKE);
    require('web/timers').setTimeout(() => {
      abortSignal(signal,
        new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    }, delay);
    return signal;
  }

  /**
   * A signal that aborts with the first of these.
   * @param {Iterable<AbortSignal>} signals
   */
  static any(signals) {
    const sources = [...signals];
    sources.forEach((source, index) => {
      if (!isSignal(source)) {
        throw new TypeError(`Incorrect type for array element ${index}: ` +
          "the provided value is not of type 'AbortSignal'.");
      }
    });
    return makeDependent(sources);
  }
}
defineInterface(AbortSignal);
defineInspect(AbortSignal, ['aborted', 'reason', 'onabort']);

/** https://dom.spec.whatwg.org/#abortcontroller */
class AbortController {
  // Made when somebody asks for it.
  #signal = null;

  get signal() { return (this.#signal ??= new AbortSignal(MAKE)); }

  abort(reason = undefined) {
    abortSignal(this.signal, reason);
  }
}
defineInterface(AbortController);
defineInspect(AbortController, ['signal']);

// A signal without a controller, for the runtime: aborted by abortSignal(signal, reason).
function createSignal() {
  return new AbortSignal(MAKE);
}

module.exports = {
  AbortController, AbortSignal,
  // For built-ins: fn(reason) is called once when the signal aborts, before its listeners; never
  // when it was aborted already.
  addAbortAlgorithm: addAlgorithm,
  removeAbortAlgorithm: removeAlgorithm,
  abortError, abortSignal, createSignal, isAbortSignal: isSignal,
};
