// Durable Objects at work: the instance of a class, its DurableObjectState, and the calls that reach it.
// All of them share one context (internal/context.js), which lasts as long as the instance.
//
// https://developers.cloudflare.com/durable-objects/api/state/; spec/wrangler.md section 6.3
'use strict';

const { Frame, checkOwner, currentDepth, enterContext, getFrame, openContext, setFrame, state } = require('internal/context');
const { NO_FETCH, actorClassAt, environment, isClassOf, isWorkflow } = require('workers/entrypoints');
const { NOT_A_RESPONSE, checkResponse, failCall, failureOf } = require('workers/dispatch');
const { TAILED } = require('internal/flags');
const { parse, promiseThen } = require('internal/primordials');
const { takeResponse } = require('web/response');
const { receiveRequest } = require('web/request');
const { unpackCf } = require('web/request_cf');
const { contextExports, extend } = require('workers/execution_context');
const { idFromAddress } = require('workers/durable_objects');
const { defineInterface } = require('internal/webidl');
const timers = require('web/timers');

// How long a callback of blockConcurrencyWhile() may take. ms.
const LONGEST_BLOCK = 30_000;

const NO_RPC =
  'The receiving Durable Object does not support RPC, because its class was not declared with `extends ' +
  'DurableObject`. In order to enable RPC, make sure your class extends the special class ' +
  '`DurableObject`, which can be imported from the module "cloudflare:workers".';
const BLOCKED_TOO_LONG =
  'A call to blockConcurrencyWhile() in a Durable Object waited for too long. The call was canceled and ' +
  'the Durable Object was reset.';
const noEvents = (name) =>
  `A Durable Object gets no ${name} events in isolane: fetch() and the methods of its class can be called.`;
const ABORTED =
  'Application called abort() to reset Durable Object.';

class Actor {
  #sockets;

  constructor(io, id) {
    this.io = io;
    this.id = id;
    this.instance = undefined;
    // Made when it is used, see workers/storage.js.
    this.storage = undefined;
    // The innermost transaction that is under way, see workers/storage_transaction.js.
    this.transaction = undefined;
    // Its class extends DurableObject.
    this.hasMethods = false;
    // Calls of methods of the object itself, not of what it gave away.
    this.calls = new Set();
    this.eventTimeout = null;
    // The blockConcurrencyWhile() callback that has the object to itself, and what waits for its end:
    // { section, go }.
    this.section = undefined;
    this.deferred = [];
  }

  // See putOff() in internal/context.js.
  defers(section, go) {
    if (this.section === undefined || section === this.section) return false;
    this.deferred.push({ section, go });
    return true;
  }

  enterSection() {
    this.section = { outer: this.section, over: false };
    return this.section;
  }

  // They need not end in the reverse order: what began before this one may be over already.
  leaveSection(section) {
    section.over = true;
    while (this.section?.over) this.section = this.section.outer;
    const deferred = this.deferred;
    this.deferred = [];
    for (const { section: own, go } of deferred) {
      // What went before may have entered a section of its own.
      if (this.defers(own, go)) continue;
      setFrame(this.io);
      go();
    }
  }

  get sockets() {
    const { HibernatingSockets } = require('workers/hibernation');
    return (this.#sockets ??= new HibernatingSockets(this.io));
  }

  // What a body waits for before its next chunk leaves, or undefined. Answers, calls and messages of
  // WebSockets wait in C++.
  outputGate() {
    return this.storage === undefined ? undefined : require('workers/storage').outputGate(this.storage);
  }
}

// The object ends with `error`: all calls on it get that, and the next one finds a new instance.
function breakActor(io, error, quiet = false) {
  native.actorBreak(io.id, ...failureOf(error, quiet));
}

// Calls wait until the function that this gives is called. Nobody may keep them waiting for long: then
// the object is reset.
function closeGate(io) {
  native.actorBlock(io.id, 1);
  const timer = timers.setTimeout(() => breakActor(io, new Error(BLOCKED_TOO_LONG)), LONGEST_BLOCK);
  return () => {
    timers.clearTimeout(timer);
    native.actorBlock(io.id, -1);
  };
}

class DurableObjectState {
  #actor;

  constructor(actor) {
    if (!(actor instanceof Actor)) throw new TypeError('Illegal constructor');
    this.#actor = actor;
  }

  get id() {
    return this.#actor.id;
  }

  get storage() {
    return (this.#actor.storage ??= require('workers/storage').makeStorage(this.#actor));
  }

  get props() {
    return {};
  }

  get exports() {
    return contextExports();
  }

  waitUntil(promise) {
    extend(this.#actor.io, promise);
  }

  blockConcurrencyWhile(callback) {
    const actor = this.#actor;
    const { io } = actor;
    checkOwner(io, 'DurableObjectState');
    if (typeof callback !== 'function') {
      throw new TypeError(
        "Failed to execute 'blockConcurrencyWhile' on 'DurableObjectState': parameter 1 is not of type 'function'.",
      );
    }
    const outside = getFrame();
    const section = actor.enterSection();
    setFrame(new Frame(io, outside?.stores, currentDepth(), section));
    const open = closeGate(io);
    const run = async () => callback();
    const running = run();
    setFrame(outside);
    return promiseThen.call(
      running,
      (value) => {
        actor.leaveSection(section);
        open();
        return value;
      },
      (error) => {
        breakActor(io, error);
        open();
        throw error;
      },
    );
  }

  acceptWebSocket(socket, tags = undefined) {
    this.#actor.sockets.accept(socket, tags);
  }

  getWebSockets(tag = undefined) {
    return this.#actor.sockets.all(tag);
  }

  getTags(socket) {
    return this.#actor.sockets.tags(socket);
  }

  setWebSocketAutoResponse(pair = undefined) {
    this.#actor.sockets.setAnswer(pair);
  }

  getWebSocketAutoResponse() {
    return this.#actor.sockets.answer();
  }

  getWebSocketAutoResponseTimestamp(socket) {
    return this.#actor.sockets.answered(socket);
  }

  // Handlers are bounded by the CPU budget of their event; the time they may take is kept, not enforced.
  setHibernatableWebSocketEventTimeout(ms = undefined) {
    this.#actor.eventTimeout = ms === undefined ? null : require('workers/hibernation').checkTimeout(ms);
  }

  getHibernatableWebSocketEventTimeout() {
    return this.#actor.eventTimeout;
  }

  abort(reason = undefined) {
    const error = new Error(reason === undefined ? ABORTED : `${reason}`);
    breakActor(this.#actor.io, error, true);
    throw error;
  }
}

defineInterface(DurableObjectState);

// --- entered from C++ ---

function startActor(ioId, request, classNumber, address, label) {
  const io = openContext(ioId, request, label, 1);
  const actor = new Actor(io, idFromAddress(address));
  io.actor = actor;
  const Class = actorClassAt(classNumber);
  // The constructor is part of what calls wait for.
  native.actorBlock(ioId, 1);
  try {
    if (isWorkflow(classNumber)) {
      actor.hasMethods = true;
      actor.instance = require('workers/workflow_engine').makeEngine(io, Class);
    } else {
      actor.hasMethods = isClassOf(Class, 'DurableObject');
      actor.instance = new Class(new DurableObjectState(actor), environment());
    }
  } catch (error) {
    breakActor(io, error);
  }
  native.actorBlock(ioId, -1);
}

function enterActor(ioId, depth) {
  const io = enterContext(ioId);
  if (io !== undefined) setFrame(new Frame(io, undefined, depth));
  return io;
}

function handleActorFetch(ioId, callId, depth, head, body, cf) {
  const io = enterActor(ioId, depth);
  if (io === undefined) return;
  const fail = (error) => failCall(io, callId, error, false);
  try {
    const request = receiveRequest(io, head, body, unpackCf(cf));
    const { instance } = io.actor;
    if (typeof instance.fetch !== 'function') throw new Error(NO_FETCH);
    const result = instance.fetch(request);
    const finish = (response) => {
      try {
        checkResponse(response, request);
        takeResponse(io, response, callId);
      } catch (error) {
        fail(error);
      }
    };
    if (typeof result !== 'object' || result === null) throw new TypeError(NOT_A_RESPONSE);
    if (result instanceof Promise) {
      promiseThen.call(result, finish, fail);
    } else if (typeof result.then === 'function') {
      promiseThen.call(Promise.resolve(result), finish, fail);
    } else {
      finish(result);
    }
  } catch (error) {
    fail(error);
  }
}

function handleActorMethod(ioId, callId, depth, path, operation, args) {
  const io = enterActor(ioId, depth);
  if (io === undefined) return;
  // Whatever a result needs: nothing else may have brought it into this Worker yet.
  require('workers/rpc');
  const { RESERVED_ON_ENTRYPOINTS, answer, perform, refuse } = require('workers/rpc_target');
  const { EVENT, LONG_PATH, values } = require('workers/rpc_stub');
  const { actor } = io;
  actor.calls.add(callId);
  let parameters;
  let result;
  try {
    if (!actor.hasMethods) throw new TypeError(NO_RPC);
    if (args === undefined) ({ args, parameters } = values.readArguments(io, callId));
    if (operation & EVENT) throw new TypeError(noEvents(path));
    const names = operation & LONG_PATH ? parse(path) : [path];
    result = perform(actor.instance, names, false, RESERVED_ON_ENTRYPOINTS, operation & ~LONG_PATH, args, undefined);
  } catch (error) {
    refuse(io, callId, error, parameters);
    return;
  }
  answer(io, callId, result, parameters);
}

const nobodyIsTold = () => {};

// See internal/notes.js.
function noteEvent(io, info) {
  return state.flags & TAILED ? require('internal/notes').noteEvent(io, info) : nobodyIsTold;
}

// The object's alarm has gone off, for the (retryCount + 1)th time.
function onActorAlarm(ioId, scheduledTime, retryCount) {
  const io = enterActor(ioId, 1);
  if (io === undefined) return;
  const { instance } = io.actor;
  const run = async () => {
    if (typeof instance.alarm !== 'function') throw new Error('Handler does not export an alarm() function.');
    await instance.alarm({ scheduledTime, isRetry: retryCount > 0, retryCount });
  };
  const over = noteEvent(io, { type: 'alarm', scheduledTime });
  promiseThen.call(
    run(),
    () => {
      over(false);
      native.actorAlarmDone(ioId, true);
    },
    (error) => {
      native.reportUncaught(error, 'alarm');
      over(true, error);
      native.actorAlarmDone(ioId, false);
    },
  );
}

// A message of a WebSocket that the object has accepted.
function onActorSocket(ioId, id, kind, data, code) {
  const io = enterActor(ioId, 1);
  if (io === undefined) return;
  const keep = (event, run) => {
    native.waitUntil(ioId, 1);
    const over = noteEvent(io, event);
    const done = (failed, error) => {
      over(failed, error);
      native.waitUntil(ioId, -1);
    };
    promiseThen.call(run(), () => done(false), (error) => {
      native.reportUncaught(error, 'webSocket handler');
      done(true, error);
    });
  };
  io.actor.sockets.deliver(io.actor.instance, keep, id, kind, data, code);
}

module.exports = { DurableObjectState, closeGate, handleActorFetch, handleActorMethod, onActorAlarm, onActorSocket, startActor };
