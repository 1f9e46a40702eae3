// Fetcher: a service binding as a Worker sees it (spec/service-bindings.md section 1).
'use strict';

const { state } = require('internal/context');
const { SET_TOSTRING_TAG, RPC, FETCHER_HAS_GET_PUT_DELETE, SERVICE_BINDING_EXTRA_HANDLERS } =
  require('internal/flags');
const { ILLEGAL_INVOCATION } = require('internal/webidl');
const { fetchOn } = require('web/fetch');

// A service binding, as the root of calls. Usable in every request.
class BindingRoot {
  /**
   * @param {number} channel of C++
   * @param {ArrayBuffer | string | undefined} props the bytes of ctx.props for the callee, if not the
   *   channel's; of a namespace of Durable Objects, the object: see workers/durable_objects.js
   * @param {Map<string, boolean> | undefined} gaveStubs of each method: whether its last result held stubs
   */
  constructor(channel, props, gaveStubs = undefined) {
    this.channel = channel;
    this.props = props;
    this.gaveStubs = gaveStubs;
  }
}

let makeFetcherFrom;
let adoptRoot;
let rootOf;

class Fetcher {
  // Where calls go. The channel's target may be reloaded behind it.
  #root = undefined;
  // Its properties that have been asked for: they hold no state, so one of each is enough.
  #properties = undefined;

  fetch(input, init = undefined) {
    if (typeof this !== 'object' || this === null || !(#root in this)) {
      return Promise.reject(new TypeError(ILLEGAL_INVOCATION));
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

  connect(...args) {
    if (typeof this !== 'object' || this === null || !(#root in this)) throw new TypeError(ILLEGAL_INVOCATION);
    return require('workers/socket').connectOn(this.#root, args);
  }

  static {
    makeFetcherFrom = (channel, props) => {
      const fetcher = new Fetcher();
      fetcher.#root = new BindingRoot(channel, props);
      return fetcher;
    };
    // Tells an object of a derived class where its calls go.
    adoptRoot = (fetcher, channel, props, gaveStubs) => {
      fetcher.#root = new BindingRoot(channel, props, gaveStubs);
    };
    rootOf = (value) => (#root in value ? value.#root : undefined);
    Fetcher.propertyOf = (fetcher, name) => {
      const known = (fetcher.#properties ??= new Map());
      let found = known.get(name);
      if (found === undefined) {
        found = require('workers/rpc').property(fetcher.#root, [], name);
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

// The BindingRoot behind a Fetcher; undefined for other values.
function bindingRootOf(value) {
  if (typeof value === 'function') {
    const fetcher = require.loaded('workers/loopback')?.fetcherOf(value);
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

// Events of the target, where service_binding_extra_handlers is set; else these are names of methods.
const EXTRA_HANDLERS = {
  scheduled(options = undefined) {
    const root = rootOfReceiver(this);
    if (root === undefined) return Promise.reject(new TypeError(ILLEGAL_INVOCATION));
    return require('workers/scheduled').callScheduled(root, options);
  },
  queue(...args) {
    const root = rootOfReceiver(this);
    if (root === undefined) return Promise.reject(new TypeError(ILLEGAL_INVOCATION));
    return require('workers/queue').callQueue(root, args);
  },
};

const rootOfReceiver = (value) => (typeof value === 'object' && value !== null ? rootOf(value) : undefined);

function defineMethods(methods) {
  for (const name of Object.keys(methods)) {
    Object.defineProperty(Fetcher.prototype, name, { value: methods[name], writable: true, configurable: true });
  }
}

// Gives Fetcher what the Worker's compatibility flags ask for; once per isolate, before any module.
function configureFetcher() {
  const { flags } = state;
  if (flags & SET_TOSTRING_TAG) {
    Object.defineProperty(Fetcher.prototype, Symbol.toStringTag, {
      value: 'Fetcher',
      configurable: true,
    });
  }
  if (flags & FETCHER_HAS_GET_PUT_DELETE) defineMethods(HELPERS);
  if (flags & SERVICE_BINDING_EXTRA_HANDLERS) defineMethods(EXTRA_HANDLERS);
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

module.exports = { BindingRoot, Fetcher, adoptRoot, bindingRootOf, configureFetcher, makeFetcher, makeFetcherFrom };
