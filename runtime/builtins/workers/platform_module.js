// The module "cloudflare:workers".
'use strict';

const { getFrame, runWithStores } = require('internal/context');
const classes = require('workers/entrypoint_classes');
const { contextExports, waitUntil } = require('workers/execution_context');
const { Fetcher } = require('workers/fetcher');
const rpcClasses = require('workers/rpc_classes');
const { tracing } = require('workers/tracing');

// Under which withEnv() and withExports() keep what they were given, in the frame's stores.
const ENV = {};
const EXPORTS = {};

// An object that stands for whatever `current()` gives at the time it is used.
function mirror(current) {
  return new Proxy(
    {},
    {
      get: (_, name) => Reflect.get(current(), name),
      set: (_, name, value) => Reflect.set(current(), name, value),
      has: (_, name) => Reflect.has(current(), name),
      ownKeys: () => Reflect.ownKeys(current()),
      deleteProperty: (_, name) => Reflect.deleteProperty(current(), name),
      defineProperty: (_, name, descriptor) => Reflect.defineProperty(current(), name, descriptor),
      getOwnPropertyDescriptor(_, name) {
        const descriptor = Reflect.getOwnPropertyDescriptor(current(), name);
        // A proxy may show nothing as fixed that its own target does not have.
        return descriptor === undefined ? undefined : { ...descriptor, configurable: true };
      },
    },
  );
}

// What only Cloudflare's network can do.
function unsupported(what) {
  return new Error(
    `${what} is not supported by isolane. Guard the call, say by a variable that only production sets.`);
}

const cache = {
  async purge() { throw unsupported('cache.purge() of "cloudflare:workers"'); },
};

function abortIsolate(reason) {
  throw unsupported('abortIsolate() of "cloudflare:workers"');
}

// Its exports for one Worker; `env` holds the same bindings as the handlers' argument.
function platformExports(env) {
  const stored = (key) => getFrame()?.stores?.get(key);
  return {
    ...classes,
    ...rpcClasses,
    ServiceStub: Fetcher,
    abortIsolate,
    cache,
    env: mirror(() => stored(ENV) ?? env),
    exports: mirror(() => stored(EXPORTS) ?? contextExports()),
    tracing,
    waitUntil,
    withEnv: (newEnv, callback) => runWithStores([[ENV, newEnv]], callback),
    withExports: (newExports, callback) => runWithStores([[EXPORTS, newExports]], callback),
    withEnvAndExports: (newEnv, newExports, callback) =>
      runWithStores([[ENV, newEnv], [EXPORTS, newExports]], callback),
  };
}

module.exports = { platformExports };
