// The classes that Workers extend, from the module "cloudflare:workers".
'use strict';

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

class WorkflowEntrypoint {
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
}

// Instances are passed by reference over RPC: the other side gets a stub.
class RpcTarget {}

module.exports = { WorkerEntrypoint, DurableObject, WorkflowEntrypoint, RpcTarget };
