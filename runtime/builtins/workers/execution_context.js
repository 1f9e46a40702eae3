// The third argument of a handler: what keeps an invocation alive after its response, whom it was
// called as, and the Worker's own entrypoints.
'use strict';

const { checkOwner, requireContext, foreignIo, state } = require('internal/context');
const { ENABLE_CTX_EXPORTS, TAILED } = require('internal/flags');

const promiseThen = Promise.prototype.then;

// Keeps `io` open until `promise` settles. A rejection is logged as one of `where`, and decides about
// the outcome of an event; to a request it changes nothing.
function extend(io, promise, where = 'waitUntil') {
  checkOwner(io, 'ExecutionContext');
  if (!native.waitUntil(io.id, 1)) throw foreignIo('ExecutionContext', io);
  const { event } = io;
  event?.begin();
  const done = () => {
    native.waitUntil(io.id, -1);
    event?.end();
  };
  promiseThen.call(Promise.resolve(promise), done, (error) => {
    if (state.flags & TAILED) require('internal/notes').noteException(io, error);
    // A test's is the runner's to tell.
    if (where !== 'test') native.reportUncaught(error, where);
    event?.fail(error);
    done();
  });
}

// ctx.exports, made when it is read, and the first of the channels behind it: -1 until they are known.
let loopback;
let firstChannel = -1;

function contextExports() {
  if (loopback === undefined) {
    loopback = firstChannel < 0 ? {} : require('workers/loopback').makeExports(firstChannel);
  }
  return loopback;
}

function parseProps(io, props) {
  // A Worker that was loaded: they may hold bindings.
  if (props === true) return native.loadedProps(io.id) ?? {};
  return typeof props === 'string' ? JSON.parse(props)
    : require('web/structured_clone').deserialize(props);
}

class ExecutionContext {
  #io;

  // `props` and `exports` are own properties, as in workerd: Object.keys() lists them, and a Worker
  // may set them.
  constructor(io) {
    if (io === undefined) throw new TypeError('Illegal constructor');
    this.#io = io;
    const { props } = io;
    this.props = props === undefined ? {} : parseProps(io, props);
    if (state.flags & ENABLE_CTX_EXPORTS) this.exports = contextExports();
  }

  waitUntil(promise) {
    extend(this.#io, promise);
  }

  passThroughOnException() {
    this.#io.passThrough = true;
  }

  get tracing() {
    return require('workers/tracing').tracing;
  }

  get [Symbol.toStringTag]() {
    return 'ExecutionContext';
  }
}

// import { waitUntil } from "cloudflare:workers"
function waitUntil(promise) {
  extend(requireContext(), promise);
}

// --- entered from C++ ---

// C++ has numbered the own entrypoints: `first` and following, in the order of entrypoints.js.
function setLoopback(first) {
  firstChannel = first;
  loopback = undefined;
}

module.exports = {
  ExecutionContext,
  contextExports,
  extend,
  setLoopback,
  waitUntil,
};
