// The module "cloudflare:workers".
'use strict';

const { waitUntil } = require('workers/execution_context');

// Base classes that Workers extend. Their instances come with later versions; defining such a class
// is no error, binding to one is (see bindings/service/service_binding.cc).
class WorkerEntrypoint {
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
}

class DurableObject {
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
}

class RpcTarget {}

// Its exports for one Worker; `env` holds the same bindings as the handlers' argument, in an object of
// its own.
function platformExports(env) {
  return { env: { ...env }, waitUntil, WorkerEntrypoint, DurableObject, RpcTarget };
}

module.exports = { platformExports };
