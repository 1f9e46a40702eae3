// once() and on(): events as a promise, and as what `for await` takes.
import { abortError, invalidArgType } from "../errors.mjs";

export function checkSignal(signal, name) {
  if (!(signal instanceof AbortSignal)) throw invalidArgType(name, "an instance of AbortSignal", signal);
}

// Listens, and answers how to end that. EventTargets have no event "error" of their own.
function listen(emitter, listeners) {
  const emits = typeof emitter?.on === "function";
  if (!emits && typeof emitter?.addEventListener !== "function") {
    throw invalidArgType("emitter", "an instance of EventEmitter", emitter);
  }
  const [add, remove] = emits ? ["on", "removeListener"] : ["addEventListener", "removeEventListener"];
  for (const [type, listener] of listeners) emitter[add](type, listener);
  return () => {
    for (const [type, listener] of listeners) emitter[remove](type, listener);
  };
}

// The listeners for events and for errors, which are events where somebody asks for them.
const withErrors = (emitter, type, listener, onError) => (type === "error" || typeof emitter?.on !== "function"
  ? [[type, listener]] : [[type, listener], ["error", onError]]);

// Calls back when the signal is aborted; answers how to end that.
function onAbort(signal, abort) {
  if (signal === undefined) return () => {};
  const run = () => abort(abortError(signal.reason));
  signal.addEventListener("abort", run, { once: true });
  return () => signal.removeEventListener("abort", run);
}

function signalOf(options) {
  const signal = options?.signal;
  if (signal !== undefined) checkSignal(signal, "options.signal");
  if (signal?.aborted) throw abortError(signal.reason);
  return signal;
}

export async function once(emitter, type, options) {
  const signal = signalOf(options);
  return new Promise((resolve, reject) => {
    const ending = (settle) => (value) => {
      stop();
      forget();
      settle(value);
    };
    const fail = ending(reject);
    const succeed = ending(resolve);
    const stop = listen(emitter, withErrors(emitter, type, (...values) => succeed(values), fail));
    const forget = onAbort(signal, fail);
  });
}

class Events {
  #queue = [];
  #waiting = [];
  #error = undefined;
  #ended = false;
  #stop;

  constructor(emitter, type, options) {
    const signal = signalOf(options);
    const listeners = withErrors(emitter, type, (...values) => this.#give(values), (error) => this.#fail(error));
    for (const name of options?.close ?? []) listeners.push([name, () => this.#end()]);
    const stop = listen(emitter, listeners);
    const forget = onAbort(signal, (error) => this.#fail(error));
    this.#stop = () => {
      stop();
      forget();
    };
  }

  #give(values) {
    if (this.#waiting.length > 0) this.#waiting.shift().resolve({ done: false, value: values });
    else this.#queue.push(values);
  }

  #fail(error) {
    if (this.#waiting.length > 0) this.#waiting.shift().reject(error);
    else this.#error = { error };
    this.#end();
  }

  #end() {
    this.#stop();
    this.#ended = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  next() {
    if (this.#queue.length > 0) return Promise.resolve({ done: false, value: this.#queue.shift() });
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

export const on = (emitter, type, options) => new Events(emitter, type, options);
