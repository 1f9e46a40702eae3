// The third argument of a handler: what keeps an invocation alive after its response, whom it was
// called as, and the Worker's own entrypoints.
'use strict';

const { checkOwner, requireContext, foreignIo, state } = require('internal/context');
const { ENABLE_CTX_EXPORTS } = require('internal/flags');
const { deserialize } = require('web/structured_clone');

const promiseThen = Promise.prototype.then;

// Keeps `io` open until `promise` settles. A rejection is logged and changes nothing else.
function extend(io, promise) {
  checkOwner(io, 'ExecutionContext');
  if (!native.waitUntil(io.id, 1)) throw foreignIo('ExecutionContext', io);
  const done = () => native.waitUntil(io.id, -1);
  promiseThen.call(Promise.resolve(promise), done, (error) => {
    native.reportUncaught(error, 'waitUntil');
    done();
  });
}

// ctx.exports: bindings to the Worker's own entrypoints. Set when they are known.
let loopback;

function contextExports() {
  if (loopback === undefined) loopback = {};
  return loopback;
}

class ExecutionContext {
  #io;
  #props = undefined;

  constructor(io) {
    if (io === undefined) throw new TypeError('Illegal constructor');
    this.#io = io;
  }

  waitUntil(promise) {
    extend(this.#io, promise);
  }

  passThroughOnException() {
    this.#io.passThrough = true;
  }

  get props() {
    if (this.#props === undefined) {
      const { props } = this.#io;
      this.#props =
        props === undefined ? {} : typeof props === 'string' ? JSON.parse(props) : deserialize(props);
    }
    return this.#props;
  }

  get exports() {
    return state.flags & ENABLE_CTX_EXPORTS ? contextExports() : undefined;
  }

  get [Symbol.toStringTag]() {
    return 'ExecutionContext';
  }
}

// import { waitUntil } from "cloudflare:workers"
function waitUntil(promise) {
  extend(requireContext(), promise);
}

module.exports = {
  ExecutionContext,
  contextExports,
  extend,
  setContextExports: (value) => {
    loopback = value;
  },
  waitUntil,
};
