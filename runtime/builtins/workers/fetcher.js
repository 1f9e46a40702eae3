// Fetcher: a service binding as a Worker sees it (spec/service-bindings.md section 1).
'use strict';

const { state } = require('internal/context');
const { SET_TOSTRING_TAG, RPC, FETCHER_HAS_GET_PUT_DELETE } = require('internal/flags');
const { fetchOn } = require('web/fetch');

const ILLEGAL =
  'Illegal invocation: function called with incorrect `this` reference. See ' +
  'https://developers.cloudflare.com/workers/observability/errors/#illegal-invocation-errors for details.';

let makeFetcher;
let channelOf;

class Fetcher {
  // Number of the channel in C++; what it leads to may be reloaded behind it.
  #channel = 0;

  fetch(input, init = undefined) {
    if (typeof this !== 'object' || this === null || !(#channel in this)) {
      return Promise.reject(new TypeError(ILLEGAL));
    }
    if (arguments.length === 0) {
      return Promise.reject(
        new TypeError(
          "Failed to execute 'fetch' on 'Fetcher': parameter 1 is not of type 'Request or string'.",
        ),
      );
    }
    return fetchOn(this.#channel, input, init);
  }

  connect() {
    const name = #channel in this ? native.bindingName(this.#channel) : 'NAME';
    throw new Error(
      `env.${name}.connect() is not supported yet by isolane: only env.${name}.fetch() is.`,
    );
  }

  static {
    makeFetcher = (channel) => {
      const fetcher = new Fetcher();
      fetcher.#channel = channel;
      return fetcher;
    };
    channelOf = (value) => (#channel in value ? value.#channel : undefined);
  }
}

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
      if (typeof name === 'symbol' || name === 'then' || name in Object.prototype) {
        return Reflect.get(target, name, receiver);
      }
      const channel = channelOf(receiver);
      if (channel === undefined) return undefined;
      return () => {
        const binding = native.bindingName(channel);
        return Promise.reject(
          new Error(
            native.unresolvedService(channel) ??
              `The RPC call env.${binding}.${name}() is not supported yet by isolane: only ` +
                `env.${binding}.fetch() is.`,
          ),
        );
      };
    },
  });
  Object.setPrototypeOf(Fetcher.prototype, anything);
}

module.exports = { Fetcher, makeFetcher, configureFetcher };
