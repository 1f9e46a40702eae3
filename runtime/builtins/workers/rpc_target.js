// Method calls as the callee sees them: looking the method up, calling it, and keeping the objects that
// others hold stubs of.
//
// spec/service-bindings.md section 12
'use strict';

const { Frame, enterContext, openContext, requireContext, setFrame } = require('internal/context');
const { failCall } = require('workers/dispatch');
const { CLASS, OBJECT, entrypointAt, environment } = require('workers/entrypoints');
const { RpcTarget } = require('workers/entrypoint_classes');
const { ExecutionContext } = require('workers/execution_context');
const { withHint } = require('internal/calls');
const { getOwnPropertyNames, getPrototypeOf, hasOwn, objectPrototype, parse, promiseThen } =
  require('internal/primordials');
const { CALL, EVENT, LONG_PATH, StubState, isRemote, makeStub, missing, stubStateOf, unsendableName, values } =
  require('workers/rpc_stub');

// Of entrypoints: what is special there, or belongs to Durable Objects.
const RESERVED_ON_ENTRYPOINTS = {
  __proto__: null, fetch: 0, connect: 0, alarm: 0, webSocketMessage: 0, webSocketClose: 0, webSocketError: 0,
  dup: 0, constructor: 0,
};
const RESERVED_ON_TARGETS = { __proto__: null, dup: 0, constructor: 0 };

// --- looking up ---

// The error for a name that is not there; its stack says which are.
function missingOn(object, name, allowInstance, reserved) {
  const error = missing(name);
  const names = new Set();
  try {
    let holder = allowInstance ? object : getPrototypeOf(object);
    for (; holder !== null && holder !== objectPrototype && holder !== Function.prototype;
      holder = allowInstance ? null : getPrototypeOf(holder)) {
      for (const one of getOwnPropertyNames(holder)) {
        if (!(one in reserved) && (!allowInstance || typeof object !== 'function' || !(one in CALLABLE_NAMES))) {
          names.add(one);
        }
      }
    }
  } catch {
    // A Proxy of the user's: the list is only a help.
  }
  const list = [...names].slice(0, 50).join(', ');
  return withHint(error, list === '' ? '(it has no methods)' : `(it has: ${list})`);
}

const CALLABLE_NAMES = { length: 0, name: 0, prototype: 0, arguments: 0, caller: 0 };

function lookUp(object, name, allowInstance, reserved) {
  if (name in reserved) {
    throw new TypeError(`'${name}' is a reserved method and cannot be called over RPC.`);
  }
  if (allowInstance) {
    if (!hasOwn(object, name)) throw missingOn(object, name, true, reserved);
    return object[name];
  }
  // Fields of an instance are private to it, methods of every object are not meant.
  if (hasOwn(object, name)) throw missingOn(object, name, false, reserved);
  const value = object[name];
  if (value === objectPrototype[name]) throw missingOn(object, name, false, reserved);
  return value;
}

// How an object may be reached that is not plain: true for its own properties, false for those of its
// class, undefined if not at all.
function accessOf(object) {
  let prototype = getPrototypeOf(object);
  if (prototype === objectPrototype) return true;
  for (; prototype !== null; prototype = getPrototypeOf(prototype)) {
    if (prototype === RpcTarget.prototype) return false;
  }
  return typeof object === 'function' && unsendableName(object) === undefined ? true : undefined;
}

const isObject = (value) =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

// Calls or reads `names` on `object`. `extra` are the arguments that simple handlers get after theirs.
function perform(object, names, allowInstance, reserved, operation, args, extra) {
  let value = object;
  for (let i = 0; i < names.length; i++) {
    if (i > 0) {
      object = value;
      if (isRemote(object)) return performRemotely(object, names.slice(i), operation, args);
      allowInstance = accessOf(object);
      if (allowInstance === undefined) throw missing(names[i - 1]);
    }
    value = lookUp(object, names[i], allowInstance, reserved);
    if (i < names.length - 1 && !isObject(value)) throw missing(names[i]);
  }
  if (operation !== CALL) return value;
  if (typeof value !== 'function') {
    throw new TypeError(`"${names.length === 0 ? '(this)' : names.join('.')}" is not a function.`);
  }
  if (extra !== undefined) args = withHandlerArguments(value, names.join('.'), args, extra);
  return Reflect.apply(value, object, args);
}

// The path leads on into another Worker: the rest is its business.
function performRemotely(object, names, operation, args) {
  let value = object;
  for (const name of names) value = value[name];
  return operation === CALL ? value(...args) : value;
}

// Functions of a plain handler object are called as (argument, env, ctx).
function withHandlerArguments(handler, name, args, extra) {
  if (handler.length > 3) {
    throw new TypeError(
      `Cannot call handler function "${name}" over RPC because it has the wrong number of arguments. A ` +
        'simple function handler can only be called over RPC if it has exactly the arguments (arg, env, ' +
        'ctx), where only the first argument comes from the client. To support multi-argument RPC ' +
        'functions, use class-based syntax (extending WorkerEntrypoint) instead.',
    );
  }
  if (args.length !== 1) {
    throw new TypeError(
      `Attempted to call RPC function "${name}" with the wrong number of arguments. When calling a ` +
        'top-level handler function that is not declared as part of a class, you must always send ' +
        'exactly one argument. In order to support variable numbers of arguments, the server must use ' +
        'class-based syntax (extending WorkerEntrypoint) instead.',
    );
  }
  return [args[0], ...extra];
}

function callEntrypoint(io, number, names, operation, args) {
  const entrypoint = entrypointAt(number);
  switch (entrypoint.kind) {
    case CLASS: {
      const instance = new entrypoint.value(new ExecutionContext(io), environment());
      return perform(instance, names, false, RESERVED_ON_ENTRYPOINTS, operation, args, undefined);
    }
    case OBJECT:
      return perform(entrypoint.value, names, true, RESERVED_ON_ENTRYPOINTS, operation, args, [
        environment(), new ExecutionContext(io),
      ]);
    default:
      throw missing(names[0]);
  }
}

// --- answering ---

const isThenable = (value) => isObject(value) && typeof value.then === 'function';

// Sends what the method gave, once it is there. `parameters` are the stubs among its arguments, which
// end with the call.
function answer(io, callId, result, parameters) {
  try {
    if (isThenable(result)) {
      promiseThen.call(
        result instanceof Promise ? result : Promise.resolve(result),
        (value) => respond(io, callId, value, parameters),
        (error) => refuse(io, callId, error, parameters),
      );
      return;
    }
  } catch (error) {
    // A getter `then` of the user's.
    refuse(io, callId, error, parameters);
    return;
  }
  respond(io, callId, result, parameters);
}

function respond(io, callId, value, parameters) {
  try {
    let disposer;
    if (typeof value === 'object' && value !== null && getPrototypeOf(value) === objectPrototype) {
      const dispose = value[Symbol.dispose];
      if (typeof dispose === 'function' && dispose !== values.nothingToDispose) {
        disposer = new ResultDisposer(value, dispose);
      }
    }
    if (disposer === undefined) {
      values.write((result) => native.rpcRespond(io.id, callId, result, false), value, 'result', false);
    } else {
      values.write((result) => native.rpcRespond(io.id, callId, result, true), [value, disposer], 'result', false);
    }
  } catch (error) {
    refuse(io, callId, error, parameters);
    return;
  }
  io.actor?.calls.delete(callId);
  if (parameters !== undefined) for (const stub of parameters) stub.dispose();
}

function refuse(io, callId, error, parameters) {
  // What a callback throws is for its caller alone.
  failCall(io, callId, error, callId !== io.callId && io.actor?.calls.delete(callId) !== true);
  if (parameters !== undefined) for (const stub of parameters) stub.dispose();
}

// The [Symbol.dispose]() of a plain object that was returned: the caller's disposal of the result ends
// in it.
class ResultDisposer extends RpcTarget {
  #object;
  #dispose;
  constructor(object, dispose) {
    super();
    this.#object = object;
    this.#dispose = dispose;
  }
  [Symbol.dispose]() {
    return Reflect.apply(this.#dispose, this.#object, []);
  }
}

// --- exported objects ---

// Keeps `object` for those who hold stubs of it.
function keepExport(io, id, object, allowInstance, dispose) {
  (io.exports ??= new Map()).set(id, { object, allowInstance, dispose });
}

function disposerOf(object) {
  const dispose = object[Symbol.dispose];
  return typeof dispose === 'function' ? dispose : undefined;
}

// Attaches `object` to the message that is being written; returns the attachment's number.
function attachExport(object, allowInstance) {
  const io = requireContext();
  const dispose = disposerOf(object);
  const number = native.attachExport(io.id, dispose !== undefined);
  if (number === undefined) throw new Error('This request has ended; it cannot make calls any more.');
  keepExport(io, native.scratch[0], object, allowInstance, dispose);
  return number;
}

// new RpcStub(object)
function makeLocalStub(object) {
  const allowInstance = isObject(object) ? accessOf(object) : undefined;
  if (allowInstance === undefined) {
    throw new TypeError('RpcStubs can only wrap plain objects, functions, and RpcTarget derivatives.');
  }
  const existing = stubStateOf(object);
  if (existing !== undefined) return object.dup();
  const io = requireContext();
  const dispose = disposerOf(object);
  const id = native.stubMake(io.id, dispose !== undefined);
  if (id === 0) throw new Error('isolane holds as many RPC stubs as it can; dispose of those you do not need.');
  keepExport(io, native.scratch[0], object, allowInstance, dispose);
  return makeStub(new StubState(io, id));
}

// --- entered from C++ ---

function handleMethod(ioId, number, depth, entrypoint, props, callId, path, operation, args) {
  const io = openContext(ioId, number, path, depth);
  io.props = props;
  io.callId = callId;
  let parameters;
  let result;
  try {
    if (args === undefined) ({ args, parameters } = values.readArguments(io, callId));
    if (operation & EVENT) {
      require('workers/events').handleEvent(io, callId, entrypoint, path, operation, args);
      return;
    }
    const names = operation & LONG_PATH ? parse(path) : [path];
    result = callEntrypoint(io, entrypoint, names, operation & ~LONG_PATH, args);
  } catch (error) {
    refuse(io, callId, error, parameters);
    return;
  }
  answer(io, callId, result, parameters);
}

function handleStubCall(ioId, callId, exportId, depth, path, operation, args) {
  const io = enterContext(ioId);
  const entry = io?.exports?.get(exportId);
  if (entry === undefined) return;
  setFrame(new Frame(io, undefined, depth));
  let parameters;
  let result;
  try {
    if (args === undefined) ({ args, parameters } = values.readArguments(io, callId));
    const names = operation & LONG_PATH ? parse(path) : [path];
    result = perform(entry.object, names, entry.allowInstance, RESERVED_ON_TARGETS, operation & ~LONG_PATH,
      args, undefined);
  } catch (error) {
    refuse(io, callId, error, parameters);
    return;
  }
  answer(io, callId, result, parameters);
}

// Nobody holds a stub of this object any more.
function onDropped(ioId, exportId) {
  const io = enterContext(ioId);
  const entry = io?.exports?.get(exportId);
  if (entry === undefined) return;
  io.exports.delete(exportId);
  if (entry.dispose === undefined) return;
  try {
    const result = Reflect.apply(entry.dispose, entry.object, []);
    if (isThenable(result)) {
      promiseThen.call(Promise.resolve(result), undefined, (error) =>
        native.reportUncaught(error, 'Symbol.dispose'));
    }
  } catch (error) {
    native.reportUncaught(error, 'Symbol.dispose');
  }
}

module.exports = { RESERVED_ON_ENTRYPOINTS, accessOf, answer, attachExport, handleMethod, handleStubCall, makeLocalStub, onDropped, perform, refuse };
