// Spans of a Worker's own: `tracing` of "cloudflare:workers", and of the execution context. isolane
// records none of them, so isTraced is false; what they do otherwise is workerd's.
'use strict';

const { getFrame, runWithStores, state } = require('internal/context');
const { badArgument, defineInspect, defineInterface } = require('internal/webidl');

const MAKE = Symbol('tracing');

// Sixteen hexadecimal digits.
function randomId() {
  let id = '';
  for (let i = 0; i < 4; i++) id += ((Math.random() * 0x10000) | 0x10000).toString(16).slice(-4);
  return id;
}

const STATUS_CODES = ['unset', 'ok', 'error'];

class Span {
  #traceId;
  #spanId = randomId();
  constructor(key = undefined, parent = undefined) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    this.#traceId = parent === undefined ? randomId() + randomId() : parent.#traceId;
  }
  get isTraced() { return false; }
  spanContext() {
    return { traceId: this.#traceId, spanId: this.#spanId, traceFlags: 0 };
  }
  setAttribute(name) {
    if (arguments.length === 0) throw badArgument('setAttribute', 'Span', 1, 'string');
    `${name}`;
    return this;
  }
  setAttributes(attributes) {
    if (typeof attributes !== 'object' || attributes === null) {
      throw badArgument('setAttributes', 'Span', 1, 'object');
    }
    return this;
  }
  recordException() {
    if (arguments.length === 0) throw badArgument('recordException', 'Span', 1, 'Value');
  }
  updateName(name) {
    if (arguments.length === 0) throw badArgument('updateName', 'Span', 1, 'string');
    `${name}`;
    return this;
  }
  setStatus(status) {
    if (typeof status !== 'object' || status === null) {
      throw badArgument('setStatus', 'Span', 1, 'TracingSpanStatus');
    }
    if (!STATUS_CODES.includes(status.code)) {
      throw new TypeError("Span status code must be 'unset', 'ok', or 'error'.");
    }
    return this;
  }
  end() {}

  static isSpan(value) {
    return typeof value === 'object' && value !== null && #spanId in value;
  }
}
const { isSpan } = Span;
delete Span.isSpan;
defineInterface(Span);
defineInspect(Span, ['isTraced']);

// Under which a frame's stores keep the span that is active.
const ACTIVE = {};
// The span of a request as a whole, by its context.
const roots = new WeakMap();

function activeSpan() {
  const span = getFrame()?.stores?.get(ACTIVE);
  if (span !== undefined) return span;
  const io = state.current;
  if (io === null) return undefined;
  let root = roots.get(io);
  if (root === undefined) roots.set(io, (root = new Span(MAKE)));
  return root;
}

function start(method, args) {
  if (args.length === 0) throw badArgument(method, 'Tracing', 1, 'string');
  `${args[0]}`;
  return new Span(MAKE, activeSpan());
}

function runIn(span, callback, args) {
  return runWithStores([[ACTIVE, span]], () => callback(...args));
}

function startAndRun(method, args) {
  const span = start(method, args);
  if (typeof args[1] !== 'function') throw badArgument(method, 'Tracing', 2, 'Function');
  return runIn(span, args[1], [span, ...args.slice(2)]);
}

class Tracing {
  constructor(key = undefined) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
  }
  enterSpan(...args) { return startAndRun('enterSpan', args); }
  startActiveSpan(...args) { return startAndRun('startActiveSpan', args); }
  startSpan(...args) { return start('startSpan', args); }
  getActiveSpan() { return activeSpan(); }
  withActiveSpan(span, callback, ...args) {
    if (!isSpan(span)) throw badArgument('withActiveSpan', 'Tracing', 1, 'Span');
    if (typeof callback !== 'function') throw badArgument('withActiveSpan', 'Tracing', 2, 'Function');
    return runIn(span, callback, args);
  }
  get Span() { return Span; }
}
defineInterface(Tracing);
defineInspect(Tracing, []);

module.exports = { tracing: new Tracing(MAKE) };
