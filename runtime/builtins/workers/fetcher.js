// Fetcher: a service binding as a Worker sees it (spec/service-bindings.md section 1).
'use strict';

const { state } = require('internal/context');
const { SET_TOSTRING_TAG, RPC, FETCHER_HAS_GET_PUT_DELETE } = require('internal/flags');
const { fetchOn } = require('web/fetch');
const { serialize } = require('web/structured_clone');
const { setContextExports } = require('workers/execution_context');
const { entrypointNames } = require('workers/entrypoints');
const { BindingRoot, property, tagStubs } = require('workers/rpc_stub');

const ILLEGAL =
  'Illegal invocation: function called with incorrect `this` reference. See ' +
  'https://developers.cloudflare.com/workers/observability/errors/#illegal-invocation-errors for details.';

let makeFetcherFrom;
let rootOf;

class Fetcher {
  // Where calls go. The channel's target may be reloaded behind it.
  #root = undefined;
  // Its properties that have been asked for: they hold no state, so one of each is enough.
  #properties = undefined;

  fetch(input, init = undefined) {
    if (typeof this !== 'object' || this === null || !(#root in this)) {
      return Promise.reject(new TypeError(ILLEGAL));
    }
    if (arguments.length === 0) {
      return Promise.reject(
        new TypeError(
          "Failed to execute 'fetch' on 'Fetcher': parameter 1 is not of type 'Request or string'.",
        ),
      );
    }
    const { channel, props } = this.#root;
    return fetchOn(channel, props, input, init);
  }

  connect() {
    const name = #root in this ? native.bindingName(this.#root.channel) : 'NAME';
    throw new Error(
      `env.${name}.connect() is not supported yet by isolane: only env.${name}.fetch() and method calls are.`,
    );
  }

  static {
    makeFetcherFrom = (channel, props) => {
      const fetcher = new Fetcher();
      fetcher.#root = new BindingRoot(channel, props);
      return fetcher;
    };
    rootOf = (value) => (#root in value ? value.#root : undefined);
    Fetcher.propertyOf = (fetcher, name) => {
      const known = (fetcher.#properties ??= new Map());
      let found = known.get(name);
      if (found === undefined) {
        found = property(fetcher.#root, [], name);
        // Names that are made up for each call must not fill the memory.
        if (known.size < 200) known.set(name, found);
      }
      return found;
    };
  }
}
const { propertyOf } = Fetcher;
delete Fetcher.propertyOf;

const makeFetcher = (channel) => makeFetcherFrom(channel, undefined);

// --- ctx.exports ---

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
    return name === 'fetch' || name === 'connect' ? value.bind(this.fetcher) : value;
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
    return makeFetcherFrom(this.channel, props === undefined ? undefined : serialize(props));
  }
}

// C++ has numbered the own entrypoints: `first` and following, in the order of entrypoints.js.
function setLoopback(first) {
  const exports = {};
  entrypointNames().forEach((name, index) => {
    if (name === '') return;
    const fetcher = makeFetcher(first + index);
    const callable = new Proxy(() => {}, new LoopbackHandler(fetcher, first + index));
    loopbacks.set(callable, fetcher);
    exports[name] = callable;
  });
  setContextExports(exports);
}

// The BindingRoot behind a Fetcher; undefined for other values.
function bindingRootOf(value) {
  if (typeof value === 'function') {
    const fetcher = loopbacks.get(value);
    return fetcher === undefined ? undefined : rootOf(fetcher);
  }
  return typeof value === 'object' && value !== null ? rootOf(value) : undefined;
}

// --- what flags change ---

// The older helpers, for Workers dated before 2024-03-26.
const HELPERS = {
  async get(url) {
    return (await this.fetch(url, { method: 'GET' })).text();
  },
  async put(url, body) {
    await this.fetch(url, { method: 'PUT', body });
  },
  async delete(url) {
    await this.fetch(url, { method: 'DELETE' });
  },
};

// Gives Fetcher what the Worker's compatibility flags ask for; once per isolate, before any module.
function configureFetcher() {
  const { flags } = state;
  if (flags & SET_TOSTRING_TAG) {
    tagStubs();
    Object.defineProperty(Fetcher.prototype, Symbol.toStringTag, {
      value: 'Fetcher',
      configurable: true,
    });
  }
  if (flags & FETCHER_HAS_GET_PUT_DELETE) {
    for (const name of Object.keys(HELPERS)) {
      Object.defineProperty(Fetcher.prototype, name, {
        value: HELPERS[name],
        writable: true,
        configurable: true,
      });
    }
  }
  if (!(flags & RPC)) return;
  // Any other name is a method of the target. The lookup ends here only after Fetcher.prototype.
  const anything = new Proxy(Object.create(Object.prototype), {
    get(target, name, receiver) {
      if (typeof name === 'symbol' || name === 'then' || name === 'toJSON' || name in Object.prototype) {
        return Reflect.get(target, name, receiver);
      }
      return typeof receiver === 'object' && receiver !== null && rootOf(receiver) !== undefined
        ? propertyOf(receiver, name) : undefined;
    },
    has(target, name) {
      return typeof name === 'string' || name in target;
    },
  });
  Object.setPrototypeOf(Fetcher.prototype, anything);
}

module.exports = { Fetcher, bindingRootOf, configureFetcher, makeFetcher, makeFetcherFrom, setLoopback };
