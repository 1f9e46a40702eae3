// Spans of a Worker's own: `tracing` of "cloudflare:workers", and of the execution context. Streaming tail
// Workers are told of them; where there are none (isTraced is false) they do what workerd's do otherwise.
'use strict';

const { getFrame, runWithStores, state } = require('internal/context');
const { TAILED } = require('internal/flags');
const { Uint8Array, promiseThen, setPrototypeOf, stringify } = require('internal/primordials');
const { badArgument, defineInspect, defineInterface } = require('internal/webidl');

const MAKE = Symbol('tracing');

const DIGITS = '0123456789abcdef';

// Of what nobody is told of: hexadecimal digits, two for each byte.
function randomId(bytes) {
  const random = new Uint8Array(bytes);
  native.randomFill(random);
  let id = '';
  for (let i = 0; i < bytes; i++) id += DIGITS[random[i] >> 4] + DIGITS[random[i] & 15];
  return id;
}

const STATUS_CODES = ['unset', 'ok', 'error'];

// As JSON, with what JSON has not in an object (workers/tail_stream.js). Throws for what has no text; so it is
// called whether anybody is told or not.
function valueText(value) {
  switch (typeof value) {
    case 'boolean':
      return stringify(value);
    case 'number':
      return value - value === 0 ? stringify(value) : `{"number":"${value}"}`;
    case 'bigint':
      return `{"bigint":"${value}"}`;
    default:
      return stringify(`${value}`);
  }
}

class Span {
  #traceId;
  #spanId;
  // Whose streaming tail Workers are told of it, until it has ended; undefined: nobody is.
  #io;
  // The span that is all of what it was begun in: a Durable Object has several, one for each call.
  #rootId;
  // What is told of in its place: itself; its parent's, if there were too many spans.
  #at;
  #ended = false;
  constructor(key = undefined, io = undefined, traceId = undefined, rootId = undefined, at = undefined, spanId = undefined) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    this.#io = io;
    this.#traceId = traceId ?? randomId(16);
    this.#spanId = spanId ?? randomId(8);
    this.#rootId = rootId;
    this.#at = at;
  }
  get isTraced() { return this.#io !== undefined && this.#at === this.#spanId; }
  spanContext() {
    return { traceId: this.#traceId, spanId: this.#spanId, traceFlags: 0 };
  }
  setAttribute(name, value = undefined) {
    if (arguments.length === 0) throw badArgument('setAttribute', 'Span', 1, 'string');
    name = `${name}`;
    if (value !== undefined) this.#set(name, valueText(value));
    return this;
  }
  setAttributes(attributes) {
    if (typeof attributes !== 'object' || attributes === null) {
      throw badArgument('setAttributes', 'Span', 1, 'object');
    }
    const names = Object.keys(attributes);
    const texts = setPrototypeOf([], null);
    for (let i = 0; i < names.length; i++) {
      const value = attributes[names[i]];
      texts[i] = value === undefined ? undefined : valueText(value);
    }
    for (let i = 0; i < names.length; i++) if (texts[i] !== undefined) this.#set(names[i], texts[i]);
    return this;
  }
  recordException(error) {
    if (arguments.length === 0) throw badArgument('recordException', 'Span', 1, 'Value');
    if (this.#isTold()) require('internal/notes').noteSpanException(this.#io, this.#rootId, this.#spanId, error);
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
    if (this.#isTold()) native.tailSpanClose(this.#io.id, this.#rootId, this.#spanId);
    this.#ended = true;
  }

  #isTold() {
    return this.#io !== undefined && this.#at === this.#spanId && !this.#ended;
  }
  #set(name, text) {
    if (this.#isTold()) native.tailSpanAttribute(this.#io.id, this.#rootId, this.#spanId, name, text);
  }
  #update(text) {
    if (this.#isTold()) native.tailSpanUpdate(this.#io.id, this.#rootId, this.#spanId, text);
  }

  // The span `name` begins below `parent`.
  static begin(name, parent) {
    if (parent === undefined) return new Span(MAKE);
    const io = parent.#io;
    if (io === undefined) return new Span(MAKE, undefined, parent.#traceId);
    const id = native.tailSpanOpen(io.id, parent.#rootId, name, parent.#at) || undefined;
    return new Span(MAKE, io, parent.#traceId, parent.#rootId, id ?? parent.#at, id);
  }
  // `ids`: of the trace and of the span that is all of what `io` does, 48 digits; undefined: nobody is told.
  static root(io, ids) {
    if (ids === undefined) return new Span(MAKE);
    const id = ids.slice(32);
    return new Span(MAKE, io, ids.slice(0, 32), id, id, id);
  }
  static idOf(span) {
    return span.#io === undefined || span.#ended ? '' : span.#at;
  }
  static isSpan(value) {
    return typeof value === 'object' && value !== null && #spanId in value;
  }
}
const { begin, idOf, isSpan, root: makeRoot } = Span;
for (const own of ['begin', 'idOf', 'isSpan', 'root']) delete Span[own];
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
    root = { ids, span: makeRoot(io, ids) };
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
