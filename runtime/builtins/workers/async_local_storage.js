// The module "node:async_hooks": AsyncLocalStorage and AsyncResource, as Workers with nodejs_als or
// nodejs_compat have them. The values live in the frame that V8 carries along promises
// (internal/context.js).
//
// https://nodejs.org/api/async_context.html
'use strict';

const { frameWith, getFrame, setFrame } = require('internal/context');

// Runs `callback` under `frame`, and whatever comes after it under the present one.
function runUnder(frame, callback, thisArgument, args) {
  const before = getFrame();
  setFrame(frame);
  try {
    return Reflect.apply(callback, thisArgument, args);
  } finally {
    setFrame(before);
  }
}

function withStore(key, value) {
  const stores = new Map(getFrame()?.stores);
  stores.set(key, value);
  return frameWith(stores);
}

// `callback` keeps the values that are current now; whose request it runs for is decided when it runs,
// because a bound function may well be kept for another request.
function bound(callback) {
  const stores = getFrame()?.stores;
  return function (...args) {
    return runUnder(frameWith(stores), callback, this, args);
  };
}

function checkFunction(value, name) {
  if (typeof value !== 'function') {
    throw new TypeError(`The "${name}" argument must be of type function.`);
  }
}

class AsyncLocalStorage {
  #name;
  #defaultValue;

  /** @param {{name?: string, defaultValue?: unknown}} [options] */
  constructor(options = undefined) {
    this.#name = options?.name === undefined ? '' : `${options.name}`;
    this.#defaultValue = options?.defaultValue;
  }

  get name() {
    return this.#name;
  }

  run(store, callback, ...args) {
    checkFunction(callback, 'callback');
    return runUnder(withStore(this, store), callback, undefined, args);
  }

  exit(callback, ...args) {
    checkFunction(callback, 'callback');
    return runUnder(withStore(this, undefined), callback, undefined, args);
  }

  getStore() {
    const stores = getFrame()?.stores;
    return stores !== undefined && stores.has(this) ? stores.get(this) : this.#defaultValue;
  }

  enterWith() {
    throw new Error(
      'asyncLocalStorage.enterWith() is not implemented in Workers: use asyncLocalStorage.run().',
    );
  }

  disable() {
    throw new Error(
      'asyncLocalStorage.disable() is not implemented in Workers: use asyncLocalStorage.exit().',
    );
  }

  static bind(callback) {
    checkFunction(callback, 'fn');
    return bound(callback);
  }

  static snapshot() {
    return bound((callback, ...args) => callback(...args));
  }
}

// A value that code which has its own notion of "async" runs under. Ids and hooks do not exist.
class AsyncResource {
  #stores;

  constructor(type, options = undefined) {
    if (typeof type !== 'string') throw new TypeError('The "type" argument must be of type string.');
    this.#stores = getFrame()?.stores;
  }

  asyncId() {
    return 0;
  }

  triggerAsyncId() {
    return 0;
  }

  emitDestroy() {
    return this;
  }

  runInAsyncScope(callback, thisArgument = undefined, ...args) {
    checkFunction(callback, 'fn');
    return runUnder(frameWith(this.#stores), callback, thisArgument, args);
  }

  bind(callback, thisArgument = undefined) {
    checkFunction(callback, 'fn');
    const resource = this;
    return function (...args) {
      return resource.runInAsyncScope(callback, thisArgument === undefined ? this : thisArgument, ...args);
    };
  }

  static bind(callback, type = undefined, thisArgument = undefined) {
    return new AsyncResource(type ?? callback?.name ?? 'bound-anonymous-fn').bind(callback, thisArgument);
  }
}

module.exports = { AsyncLocalStorage, AsyncResource };
