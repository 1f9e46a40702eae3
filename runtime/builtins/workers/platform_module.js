// The module "cloudflare:workers".
'use strict';

const { Frame, getFrame, setFrame } = require('internal/context');
const classes = require('workers/entrypoint_classes');
const { contextExports, waitUntil } = require('workers/execution_context');
const { Fetcher } = require('workers/fetcher');
const rpcClasses = require('workers/rpc_classes');

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

function withValues(values, callback) {
  const before = getFrame();
  const stores = new Map(before?.stores);
  for (const [key, value] of values) stores.set(key, value);
  setFrame(new Frame(before?.io ?? null, stores, before?.depth ?? 1, before?.section));
  try {
    return callback();
  } finally {
    setFrame(before);
  }
}

// Its exports for one Worker; `env` holds the same bindings as the handlers' argument.
function platformExports(env) {
  const stored = (key) => getFrame()?.stores?.get(key);
  return {
    ...classes,
    ...rpcClasses,
    ServiceStub: Fetcher,
    env: mirror(() => stored(ENV) ?? env),
    exports: mirror(() => stored(EXPORTS) ?? contextExports()),
    waitUntil,
    withEnv: (newEnv, callback) => withValues([[ENV, newEnv]], callback),
    withExports: (newExports, callback) => withValues([[EXPORTS, newExports]], callback),
    withEnvAndExports: (newEnv, newExports, callback) =>
      withValues([[ENV, newEnv], [EXPORTS, newExports]], callback),
  };
}

module.exports = { platformExports };
