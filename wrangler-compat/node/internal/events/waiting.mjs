// once() and on(): events as a promise, and as what `for await` takes.
import { checkInteger } from "../checks.mjs";
import { abortError, invalidArgType } from "../errors.mjs";

export function checkSignal(signal, name) {
  if (!(signal instanceof AbortSignal)) throw invalidArgType(name, "an instance of AbortSignal", signal);
}

// Listeners of an emitter or target, and of a signal, which end together: also while they are being added,
// as an emitter may call one at once.
class Listeners {
  #removals = [];
  #ended = false;

  add(target, type, listener) {
    const emits = typeof target.on === "function";
    if (emits) target.on(type, listener);
    else target.addEventListener(type, listener);
    this.#removals.push(() => (emits ? target.removeListener(type, listener) : target.removeEventListener(type, listener)));
    if (this.#ended) this.end();
  }

  // Events, and errors, which are events where somebody asks for them; targets have none of their own.
  addBoth(emitter, type, listener, onError) {
    const emits = typeof emitter?.on === "function";
    if (!emits && typeof emitter?.addEventListener !== "function") {
      throw invalidArgType("emitter", "an instance of EventEmitter", emitter);
    }
    this.add(emitter, type, listener);
    if (emits && type !== "error") this.add(emitter, "error", onError);
  }

  addAbort(signal, abort) {
    if (signal !== undefined) this.add(signal, "abort", () => abort(abortError(signal.reason)));
  }

  end() {
    this.#ended = true;
    for (const remove of this.#removals.splice(0)) remove();
  }
}

// The signal of the options, if there is one.
function signalOf(options) {
  if (typeof options !== "object" || options === null) throw invalidArgType("options", "of type object", options);
  const { signal } = options;
  if (signal !== undefined) checkSignal(signal, "options.signal");
  if (signal?.aborted) throw abortError(signal.reason);
  return signal;
}

export async function once(emitter, type, options = {}) {
  const signal = signalOf(options);
  return new Promise((resolve, reject) => {
    const listeners = new Listeners();
    const ending = (settle) => (value) => {
      listeners.end();
      settle(value);
    };
    const fail = ending(reject);
    const succeed = ending(resolve);
    listeners.addBoth(emitter, type, (...values) => succeed(values), fail);
    listeners.addAbort(signal, fail);
  });
}

function markOf(options, name, otherwise) {
  // "highWatermark" is how Node.js spelled it first, and still takes it.
  const mark = options[name] ?? options[name.replace("WaterM", "Waterm")] ?? otherwise;
  checkInteger(mark, `options.${name}`, 1, Number.MAX_SAFE_INTEGER);
  return mark;
}

class Events {
  #emitter;
  #high;
  #low;
  #queue = [];
  #waiting = [];
  #listeners = new Listeners();
  #paused = false;
  #error = undefined;
  #ended = false;

  constructor(emitter, type, options) {
    const signal = signalOf(options);
    this.#emitter = emitter;
    this.#high = markOf(options, "highWaterMark", Number.MAX_SAFE_INTEGER);
    this.#low = markOf(options, "lowWaterMark", 1);
    const fail = (error) => this.#fail(error);
    this.#listeners.addBoth(emitter, type, (...values) => this.#give(values), fail);
    for (const name of options.close ?? []) this.#listeners.add(emitter, name, () => this.#end());
    this.#listeners.addAbort(signal, fail);
  }

  #give(values) {
    if (this.#waiting.length > 0) {
      this.#waiting.shift().resolve({ done: false, value: values });
      return;
    }
    this.#queue.push(values);
    if (this.#paused || this.#queue.length <= this.#high) return;
    this.#paused = true;
    this.#emitter.pause();
  }

  #take() {
    const value = this.#queue.shift();
    if (this.#paused && this.#queue.length < this.#low) {
      this.#paused = false;
      this.#emitter.resume();
    }
    return { done: false, value };
  }

  #fail(error) {
    if (this.#waiting.length > 0) this.#waiting.shift().reject(error);
    else this.#error = { error };
    this.#end();
  }

  #end() {
    this.#listeners.end();
    this.#paused = false;
    this.#ended = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  next() {
    if (this.#queue.length > 0) return Promise.resolve(this.#take());
    if (this.#error !== undefined) {
      const { error } = this.#error;
      this.#error = undefined;
      return Promise.reject(error);
    }
    if (this.#ended) return this.#end();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  return() {
    return this.#end();
  }

  throw(error) {
    if (!(error instanceof Error)) throw invalidArgType("EventEmitter.AsyncIterator", "an instance of Error", error);
    this.#fail(error);
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

export const on = (emitter, type, options = {}) => new Events(emitter, type, options);
