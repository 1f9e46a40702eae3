// The third argument of a handler: what keeps an invocation alive after its response.
'use strict';

const { requireContext, foreignIo } = require('internal/context');

const promiseThen = Promise.prototype.then;

// Keeps `io` open until `promise` settles. A rejection is logged and changes nothing else.
function extend(io, promise) {
  if (!native.waitUntil(io.id, 1)) throw foreignIo('waitUntil');
  const done = () => native.waitUntil(io.id, -1);
  promiseThen.call(Promise.resolve(promise), done, (error) => {
    native.reportUncaught(error, 'waitUntil');
    done();
  });
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
    return (this.#props ??= this.#io.props === undefined ? {} : JSON.parse(this.#io.props));
  }

  get exports() {
    return {};
  }

  get [Symbol.toStringTag]() {
    return 'ExecutionContext';
  }
}

// import { waitUntil } from "cloudflare:workers"
function waitUntil(promise) {
  extend(requireContext(), promise);
}

module.exports = { ExecutionContext, extend, waitUntil };
