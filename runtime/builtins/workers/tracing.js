// Spans of a Worker's own: `tracing` of "cloudflare:workers", and of the execution context. Streaming tail
// Workers are told of them; where there are none (isTraced is false) they do what workerd's do otherwise.
'use strict';

const { getFrame, runWithStores, state } = require('internal/context');
const { TAILED } = require('internal/flags');
const { promiseThen, stringify } = require('internal/primordials');
const { badArgument, defineInspect, defineInterface } = require('internal/webidl');

const MAKE = Symbol('tracing');

// Sixteen hexadecimal digits.
function randomId() {
  let id = '';
  for (let i = 0; i < 4; i++) id += ((Math.random() * 0x10000) | 0x10000).toString(16).slice(-4);
  return id;
}

const STATUS_CODES = ['unset', 'ok', 'error'];

// As JSON, with what JSON has not in an object (workers/tail_stream.js).
function valueText(value) {
  switch (typeof value) {
    case 'boolean':
      return stringify(value);
    case 'number':
    case 'bigint':
      return Number.isFinite(+value) ? stringify(+value) : `{"number":"${+value}"}`;
    default:
      return stringify(`${value}`);
  }
}

class Span {
  #traceId;
  #spanId;
  // Whose streaming tail Workers are told of it, until it has ended; undefined: nobody is.
  #io;
  #ended = false;
  // `ids`: of a span that is known already, 48 digits.
  constructor(key = undefined, parent = undefined, io = undefined, ids = undefined) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    this.#io = parent === undefined ? io : parent.#io;
    this.#traceId = ids !== undefined ? ids.slice(0, 32) : parent === undefined ? randomId() + randomId() : parent.#traceId;
    this.#spanId = ids === undefined ? randomId() : ids.slice(32);
  }
  get isTraced() { return this.#io !== undefined; }
  spanContext() {
    return { traceId: this.#traceId, spanId: this.#spanId, traceFlags: 0 };
  }
  setAttribute(name, value = undefined) {
    if (arguments.length === 0) throw badArgument('setAttribute', 'Span', 1, 'string');
    this.#set(`${name}`, value);
    return this;
  }
  setAttributes(attributes) {
    if (typeof attributes !== 'object' || attributes === null) {
      throw badArgument('setAttributes', 'Span', 1, 'object');
    }
    if (this.#isTold()) for (const name of Object.keys(attributes)) this.#set(name, attributes[name]);
    return this;
  }
  recordException(error) {
    if (arguments.length === 0) throw badArgument('recordException', 'Span', 1, 'Value');
    if (this.#isTold()) require('internal/notes').noteSpanException(this.#io, this.#spanId, error);
  }
  updateName(name) {
    if (arguments.length === 0) throw badArgument('updateName', 'Span', 1, 'string');
    this.#update(`{"type":"name","name":${stringify(`${name}`)}}`);
    return this;
  }
  setStatus(status) {
    if (typeof status !== 'object' || status === null) {
      throw badArgument('setStatus', 'Span', 1, 'TracingSpanStatus');
    }
    const { code, message } = status;
    if (!STATUS_CODES.includes(code)) {
      throw new TypeError("Span status code must be 'unset', 'ok', or 'error'.");
    }
    const text = message === undefined ? '' : `,"message":${stringify(`${message}`)}`;
    this.#update(`{"type":"status","status":{"code":${stringify(`${code}`)}${text}}}`);
    return this;
  }
  end() {
    if (this.#isTold()) native.tailSpanClose(this.#io.id, this.#spanId);
    this.#ended = true;
  }

  #isTold() {
    return this.#io !== undefined && !this.#ended;
  }
  #set(name, value) {
    if (value !== undefined && this.#isTold()) {
      native.tailSpanAttribute(this.#io.id, this.#spanId, name, valueText(value));
    }
  }
  #update(text) {
    if (this.#isTold()) native.tailSpanUpdate(this.#io.id, this.#spanId, text);
  }

  // The span `name` begins below `parent`.
  static begin(name, parent) {
    const span = new Span(MAKE, parent);
    if (span.#io !== undefined) native.tailSpanOpen(span.#io.id, span.#spanId, name, parent.#spanId);
    return span;
  }
  static idOf(span) {
    return span.#io === undefined || span.#ended ? '' : span.#spanId;
  }
  static isSpan(value) {
    return typeof value === 'object' && value !== null && #spanId in value;
  }
}
const { begin, idOf, isSpan } = Span;
for (const own of ['begin', 'idOf', 'isSpan']) delete Span[own];
defineInterface(Span);
defineInspect(Span, ['isTraced']);

// Under which a frame's stores keep the span that is active.
const ACTIVE = {};
// The span of a request as a whole, by its context, and the ids it was made with.
const roots = new WeakMap();

// One of its own for each call on a Durable Object.
function rootOf(io) {
  const ids = state.flags & TAILED ? native.tailIds(io.id) : undefined;
  let root = roots.get(io);
  if (root === undefined || root.ids !== ids) {
    root = { ids, span: new Span(MAKE, undefined, ids === undefined ? undefined : io, ids) };
    roots.set(io, root);
  }
  return root.span;
}

function activeSpan() {
  const span = getFrame()?.stores?.get(ACTIVE);
  if (span !== undefined) return span;
  const io = state.current;
  return io === null ? undefined : rootOf(io);
}

// '' for that of the request.
function activeSpanId() {
  const span = getFrame()?.stores?.get(ACTIVE);
  return span === undefined ? '' : idOf(span);
}

function start(method, args) {
  if (args.length === 0) throw badArgument(method, 'Tracing', 1, 'string');
  return begin(`${args[0]}`, activeSpan());
}

function runIn(span, callback, args) {
  return runWithStores([[ACTIVE, span]], () => callback(...args));
}

function startAndRun(method, args) {
  const span = start(method, args);
  if (typeof args[1] !== 'function') throw badArgument(method, 'Tracing', 2, 'Function');
  return [span, () => runIn(span, args[1], [span, ...args.slice(2)])];
}

// It ends with what the callback does.
function enterSpan(args) {
  const [span, run] = startAndRun('enterSpan', args);
  if (!span.isTraced) return run();
  let result;
  try {
    result = run();
  } catch (error) {
    span.end();
    throw error;
  }
  if (!(result instanceof Promise)) {
    span.end();
    return result;
  }
  return promiseThen.call(
    result,
    (value) => {
      span.end();
      return value;
    },
    (error) => {
      span.end();
      throw error;
    },
  );
}

class Tracing {
  constructor(key = undefined) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
  }
  enterSpan(...args) { return enterSpan(args); }
  startActiveSpan(...args) { return startAndRun('startActiveSpan', args)[1](); }
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

module.exports = { activeSpanId, tracing: new Tracing(MAKE) };
