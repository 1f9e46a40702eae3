// ctx.exports: bindings to the Worker's own entrypoints.
'use strict';

const { actorClassNames, entrypointNames, isWorkflow } = require('workers/entrypoints');
const { Fetcher, makeFetcher, makeFetcherFrom } = require('workers/fetcher');

// A binding to an entrypoint of the own Worker can also be called: with other props.
const loopbacks = new WeakMap();

class LoopbackHandler {
  constructor(fetcher, channel) {
    this.fetcher = fetcher;
    this.channel = channel;
  }

  get(_, name) {
    const value = this.fetcher[name];
    // Fetcher's own methods look at `this`, which is the Proxy.
    return typeof name === 'string' && name !== 'constructor' && Object.hasOwn(Fetcher.prototype, name)
      ? value.bind(this.fetcher) : value;
  }

  has(_, name) {
    return name in this.fetcher;
  }

  getPrototypeOf() {
    return Fetcher.prototype;
  }

  ownKeys() {
    return [];
  }

  getOwnPropertyDescriptor() {
    return undefined;
  }

  set() {
    return false;
  }

  defineProperty() {
    return false;
  }

  apply(_, self, [options]) {
    if (options !== undefined && (typeof options !== 'object' || options === null)) {
      throw new TypeError(
        "Failed to execute '(called as function)' on 'LoopbackServiceStub': parameter 1 is not of type 'Options'.",
      );
    }
    const props = options?.props;
    if (props !== undefined && (typeof props !== 'object' || props === null)) {
      throw new TypeError('"props" must be an object.');
    }
    return makeFetcherFrom(this.channel, props === undefined ? undefined : require('web/structured_clone').serialize(props));
  }
}

// `first` and following are the channels of the own entrypoints, in the order of entrypoints.js, and of
// the own classes of Durable Objects.
function makeExports(first) {
  const exports = {};
  const names = entrypointNames();
  for (let i = 0; i < names.length; i++) {
    if (names[i] === '') continue;
    const fetcher = makeFetcher(first + i);
    const callable = new Proxy(() => {}, new LoopbackHandler(fetcher, first + i));
    loopbacks.set(callable, fetcher);
    exports[names[i]] = callable;
  }
  const classes = actorClassNames();
  for (let i = 0; i < classes.length; i++) {
    if (isWorkflow(i)) continue;
    exports[classes[i]] = require('workers/durable_objects').makeNamespace(first + names.length + i);
  }
  return exports;
}

// The Fetcher behind a property of ctx.exports; undefined for other functions.
const fetcherOf = (value) => loopbacks.get(value);

module.exports = { fetcherOf, makeExports };
