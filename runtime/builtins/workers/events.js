// Events that are no requests: scheduled, queue, email, tail, tailStream and test handlers, called over a binding
// or by C++ (a cron trigger, a test, the end of a traced invocation). connect handlers are in workers/socket.js.
//
// An event has an outcome instead of an answer: it is known when the handler and all waitUntil tasks of
// its invocation are done, and an exception of either is "exception", not a rejection at the caller.
//
// spec/service-bindings.md section 13
'use strict';

const { state } = require('internal/context');
const { TAILED } = require('internal/flags');
const { getOwnPropertyNames, parse, setPrototypeOf, stringify } = require('internal/primordials');
const { dispatchRethrowing, globalTarget, hasListeners } = require('web/event_target');
const { CLASS, OBJECT, SCRIPT, entrypointAt, environment } = require('workers/entrypoints');
const { ExecutionContext, extend } = require('workers/execution_context');
const { TOP_EVENT } = require('workers/rpc_stub');

const OK = 'ok';
const EXCEPTION = 'exception';
// Nothing to call, and nobody to blame: of test events only.
const NO_HANDLER = 'noHandler';

// By name of the event: the module that knows what its handlers get. Its `receive(args)` gives an Event
// (below).
const MODULES = {
  __proto__: null,
  scheduled: 'workers/scheduled',
  queue: 'workers/queue',
  email: 'workers/email',
  tail: 'workers/tail',
  tailStream: 'workers/tail_stream',
  test: 'workers/test',
  workflow: 'workers/workflow',
};

/**
 * @typedef {object} Event
 * @property {object} argument what handlers get first
 * @property {string[]} handlers their names: the first that is there is called
 * @property {(type: string, io: object) => object} [makeEvent] for listeners of Service Worker syntax
 * @property {() => object} info for tail Workers
 * @property {(outcome: string) => object} result what the caller gets
 * @property {[string, string]} missing the warning and the error where there is no handler
 * @property {[string, string]} unheard the same where there is no listener; undefined: that is no error
 * @property {boolean} [warnOnce] of a Worker whose handler is missing
 * @property {(io: object, result: unknown) => Promise<void>} [follow] what the handler returned is the first
 *   part of: its end is that of the event
 * @property {() => void} [onMissing]
 * @property {() => Promise} [act] what is done in the place of a handler's work
 */

// What an event waits for before its outcome is known.
class Outcome {
  #io;
  #callId;
  #event;
  #waiting = 0;
  #failed = false;
  #error = undefined;
  #answered = false;

  constructor(io, callId, event) {
    this.#io = io;
    this.#callId = callId;
    this.#event = event;
  }

  begin() {
    this.#waiting++;
  }

  end() {
    if (--this.#waiting === 0) this.answer(this.#failed ? EXCEPTION : OK);
  }

  fail(error) {
    if (!this.#failed) this.#error = error;
    this.#failed = true;
  }

  answer(outcome) {
    if (this.#answered) return;
    this.#answered = true;
    const result = this.#event.result(outcome);
    native.eventRespond(this.#io.id, this.#callId, outcome, result.noRetry === true, toText(result),
      this.#failed ? this.#error ?? `${this.#error}` : undefined);
  }
}

// `value`, an object of ours, as JSON: whatever toJSON() the Worker may have given all objects.
function toText(value) {
  return stringify(bare(value));
}

function bare(value) {
  if (typeof value !== 'object' || value === null) return value;
  for (const key of getOwnPropertyNames(value)) if (key !== 'length') bare(value[key]);
  return setPrototypeOf(value, null);
}

// Errors for handlers that are missing, of which the log has been told in better words.
const told = new WeakSet();
const warned = new Set();

function missing(event, [warning, text]) {
  event.onMissing?.();
  // A Worker that is named as a tail consumer without a handler has one event after the other.
  if (!event.warnOnce || !warned.has(warning)) native.consoleWrite('warn', warning);
  warned.add(warning);
  const error = new Error(text);
  told.add(error);
  return error;
}

// Calls the handler. Gives what it returned; NO_HANDLER if there is none and that is no error.
function call(io, entrypoint, event) {
  const { kind, value } = entrypoint;
  switch (kind) {
    case OBJECT:
      for (const name of event.handlers) {
        const handler = value[name];
        if (typeof handler === 'function') {
          return Reflect.apply(handler, value, [event.argument, environment(), new ExecutionContext(io)]);
        }
      }
      break;
    case CLASS: {
      // Not made for nothing: its constructor may do anything.
      const name = event.handlers.find((one) => typeof value.prototype[one] === 'function');
      if (name === undefined) break;
      const instance = new value(new ExecutionContext(io), environment());
      return Reflect.apply(instance[name], instance, [event.argument, undefined, undefined]);
    }
    case SCRIPT: {
      if (event.makeEvent === undefined) break;
      let heard = false;
      for (const type of event.handlers) {
        if (!hasListeners(globalTarget, type)) continue;
        heard = true;
        dispatchRethrowing(globalTarget, event.makeEvent(type, io));
      }
      if (!heard && event.unheard !== undefined) throw missing(event, event.unheard);
      return undefined;
    }
  }
  if (event.missing === undefined) return NO_HANDLER;
  throw missing(event, event.missing);
}

const isThenable = (value) =>
  ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
  typeof value.then === 'function';

function run(io, number, name, event, outcome) {
  let result;
  try {
    result = event.act === undefined ? call(io, entrypointAt(number), event) : event.act();
    if (result === NO_HANDLER) return outcome.answer(NO_HANDLER);
    // The handler is the first of the tasks that keep the invocation, as in workerd: it goes on when
    // nobody awaits the outcome.
    if (event.follow !== undefined) result = event.follow(io, result);
    // As workerd, which says it of these events alone.
    if (state.flags & TAILED && name !== 'tail' && name !== 'test') require('internal/notes').noteReturn(io, result);
    if (isThenable(result)) extend(io, result, name);
  } catch (error) {
    if (state.flags & TAILED) require('internal/notes').noteException(io, error);
    // A test's is the runner's to tell.
    if (name !== 'test' && !told.has(error)) native.reportUncaught(error, name);
    outcome.fail(error);
  }
  return undefined;
}

// The event `name` has arrived: `args` are what the caller gave, as one JSON text if that is C++.
function handleEvent(io, callId, number, name, operation, args) {
  if (operation & TOP_EVENT) args = parse(args[0]);
  // No Worker's to send: it makes instances of Workflows that its sender need not have.
  else if (name === 'workflow') throw new TypeError('A Workflow is woken by its schedules, and by no other Worker.');
  if (name === 'connect') {
    require('workers/socket').handleConnect(io, callId, number, args);
    return;
  }
  const event = require(MODULES[name]).receive(args);
  if (state.flags & TAILED) native.tailEvent(io.id, toText(event.info()));
  const outcome = new Outcome(io, callId, event);
  io.event = outcome;
  outcome.begin();
  run(io, number, name, event, outcome);
  outcome.end();
}

// The caller's side: what came back, or what stands for it when the other side could not say.
function readResult(text, fallback) {
  return text === '' ? fallback : parse(text);
}

module.exports = { handleEvent, readResult };
