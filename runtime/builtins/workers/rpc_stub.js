// Method calls as the caller sees them: env.NAME.method(), stubs of remote objects, and promises that
// can be called before they are settled.
//
// spec/service-bindings.md section 12; https://developers.cloudflare.com/workers/runtime-apis/rpc/
//
// A call has a root (a binding, a stub, or a call under way) and a path of property names. Every object
// here is a Proxy over the same function, so that any name is a property and all can be called.
'use strict';

const { state, currentDepth, enterContext, foreignIo, getFrame, putOff, requireContext } = require('internal/context');
const { keepCall, takeCall } = require('internal/calls');
const { RPC_PARAMS_DUP_STUBS, TAILED } = require('internal/flags');
const { captureStackTrace, getPrototypeOf, hasOwn, objectPrototype, promiseCatch, promiseFinally, promiseThen,
  setPrototypeOf, stringify } = require('internal/primordials');
const { Returned } = require('internal/returned');
const { BindingRoot, bindingRootOf } = require('workers/fetcher');
const { RpcPromise, RpcProperty, RpcStub } = require('workers/rpc_classes');

// Operations, as a call carries them; also with the bit LONG_PATH: the path is JSON, not one name.
// EVENT: no method, but the handler of an event (workers/events.js); TOP_EVENT: which is not a call of
// another Worker. The last two are known to C++ (worker/call.h).
const CALL = 0;
const GET = 1;
const LONG_PATH = 2;
const EVENT = 4;
const TOP_EVENT = 8;

const MAX_PROPERTY_DEPTH = 64;

// What the values module does for this one, which it needs itself: set by rpc_values.js.
const values = {
  write: undefined,
  readArguments: undefined,
  readResult: undefined,
  // The [Symbol.dispose]() of results without stubs.
  nothingToDispose: () => {},
};

// --- roots ---

// A stub: one reference to an object of some invocation. Belongs to the request that received it.
class StubState {
  constructor(io, id) {
    this.io = io;
    this.id = id;
    this.disposed = false;
  }

  dispose() {
    if (this.disposed) return;
    this.disposed = true;
    native.stubDispose(this.id);
  }
}

// A call under way: what is called on it goes to its result.
class PendingRoot {
  constructor(io) {
    this.io = io;
    this.promise = undefined;
    // Somebody awaits the result itself, and is to dispose of it.
    this.awaited = false;
  }
}

// --- the objects that Workers see ---

const CALLABLE = () => {};

// What is the same for all of them: changes are without effect, and nothing is listed.
class Handler {
  set() {
    return true;
  }
  defineProperty() {
    return false;
  }
  deleteProperty() {
    return true;
  }
  setPrototypeOf() {
    return false;
  }
  preventExtensions() {
    return false;
  }
  has(_, name) {
    return typeof name === 'string';
  }
  ownKeys() {
    return [];
  }
  getOwnPropertyDescriptor() {
    return undefined;
  }
}

// Names that are never remote: symbols, what every object has, and what JSON.stringify() asks for.
function isLocal(name) {
  return typeof name === 'symbol' || name in objectPrototype || name === 'toJSON';
}

class PropertyHandler extends Handler {
  constructor(root, path) {
    super();
    this.root = root;
    this.path = path;
  }

  getPrototypeOf() {
    return RpcProperty.prototype;
  }

  get(_, name) {
    const { root, path } = this;
    switch (name) {
      // Awaiting a property reads it.
      case 'then':
        return (resolved, rejected) => promiseThen.call(start(root, path, GET, undefined), resolved, rejected);
      case 'catch':
        return (rejected) => promiseCatch.call(start(root, path, GET, undefined), rejected);
      case 'finally':
        return (callback) => promiseFinally.call(start(root, path, GET, undefined), callback);
    }
    if (isLocal(name)) return RpcProperty.prototype[name];
    return property(root, path, name);
  }

  apply(_, self, args) {
    return startCall(this.root, this.path, args);
  }
}

function property(root, path, name) {
  if (path.length >= MAX_PROPERTY_DEPTH) {
    throw new TypeError(`RPC pipelined property path is too deep (max ${MAX_PROPERTY_DEPTH}).`);
  }
  return new Proxy(CALLABLE, new PropertyHandler(root, [...path, name]));
}

class PromiseHandler extends Handler {
  constructor(root) {
    super();
    this.root = root;
  }

  getPrototypeOf() {
    return RpcPromise.prototype;
  }

  get(_, name) {
    const { root } = this;
    const { promise } = root;
    switch (name) {
      case 'then':
        root.awaited = true;
        return (resolved, rejected) => promiseThen.call(promise, resolved, rejected);
      case 'catch':
        return (rejected) => promiseCatch.call(promise, rejected);
      case 'finally':
        return (callback) => promiseFinally.call(promise, callback);
      case Symbol.dispose:
        return () => {
          promiseThen.call(promise, disposeResult, () => {});
        };
    }
    if (isLocal(name)) return RpcPromise.prototype[name];
    return property(root, [], name);
  }

  apply(_, self, args) {
    return startCall(this.root, [], args);
  }
}

function startCall(root, path, args) {
  const pending = new PendingRoot(state.current);
  pending.promise = start(root, path, CALL, args, pending);
  return new Proxy(CALLABLE, new PromiseHandler(pending));
}

function disposeResult(value) {
  const type = typeof value;
  if (value === null || (type !== 'object' && type !== 'function')) return;
  const dispose = value[Symbol.dispose];
  if (typeof dispose === 'function') Reflect.apply(dispose, value, []);
}

class StubHandler extends Handler {
  constructor(stub) {
    super();
    this.stub = stub;
  }

  getPrototypeOf() {
    return RpcStub.prototype;
  }

  get(_, name) {
    const { stub } = this;
    switch (name) {
      case 'then':
        return undefined;
      case 'dup':
        return () => duplicate(stub);
      case Symbol.dispose:
        return () => stub.dispose();
    }
    if (isLocal(name)) return RpcStub.prototype[name];
    return property(stub, [], name);
  }

  apply(_, self, args) {
    return startCall(this.stub, [], args);
  }
}

// Marks the Proxy of a stub.
let stubStateOf;

class Stamp extends Returned {
  #stub;
  constructor(proxy, stub) {
    super(proxy);
    this.#stub = stub;
  }
  static {
    // The StubState behind an RpcStub; undefined for everything else.
    stubStateOf = (value) =>
      typeof value === 'function' && #stub in value ? value.#stub : undefined;
  }
}

function makeStub(stub) {
  const proxy = new Proxy(CALLABLE, new StubHandler(stub));
  new Stamp(proxy, stub);
  return proxy;
}

// Throws unless the stub is the current request's and was not disposed of.
function checkUsable(stub) {
  if (stub.disposed) throw new Error('RPC stub used after being disposed.');
  if (stub.io !== state.current) throw foreignIo('Client', stub.io);
}

function duplicate(stub) {
  checkUsable(stub);
  const id = native.stubDup(stub.io.id, stub.id);
  if (id === 0) throw new Error('isolane holds as many RPC stubs as it can; dispose of those you do not need.');
  return makeStub(new StubState(stub.io, id));
}

// "RpcPromise" or "RpcProperty" for what cannot be sent because it is no value yet.
function unsendableName(value) {
  if (typeof value !== 'function') return undefined;
  const prototype = getPrototypeOf(value);
  if (prototype === RpcPromise.prototype) return 'RpcPromise';
  return prototype === RpcProperty.prototype ? 'RpcProperty' : undefined;
}

// What the console shows for these: "RpcStub", "RpcPromise" or "RpcProperty"; undefined for other values.
function nameOf(value) {
  if (native.proxyTarget(value) !== CALLABLE) return undefined;
  return stubStateOf(value) === undefined ? unsendableName(value) : 'RpcStub';
}

// --- calls ---

class MethodCall {
  constructor(io, root, path, resolve, reject) {
    this.io = io;
    this.root = root;
    this.path = path;
    // The path as it is sent: a name, or JSON.
    this.text = path.length === 1 ? path[0] : textOf(path);
    this.resolve = resolve;
    this.reject = reject;
    this.id = 0;
    this.section = getFrame()?.section;
    // Where in the Worker it was called, if its result may hold stubs.
    this.place = undefined;
    // The PendingRoot that stands for the result; undefined for a property that is read.
    this.pending = undefined;
  }

  ended() {}
}

// Calls (or reads) `path` on `root`. The promise is for the result, which `pending` stands for.
function start(root, path, operation, args, pending = undefined) {
  if (root instanceof PendingRoot) return startOnResult(root, path, operation, args, pending);
  return new Promise((resolve, reject) => {
    const io = requireContext();
    if (root instanceof StubState) checkUsable(root);
    const call = new MethodCall(io, root, path, resolve, reject);
    call.pending = pending;
    const { text } = call;
    if (gaveStubs(root)?.get(text) !== false) call.place = callerPlace();
    if (path.length !== 1) operation |= LONG_PATH;
    const depth = currentDepth();
    if (state.flags & TAILED) require('internal/notes').noteSpan(io);
    const issue = (list) =>
      root instanceof BindingRoot
        ? native.rpcCall(io.id, root.channel, root.props, text, operation, depth, list)
        : native.rpcCallStub(io.id, root.id, text, operation, depth, list);
    keepCall(call, values.write(issue, args, 'arguments', (state.flags & RPC_PARAMS_DUP_STUBS) !== 0));
  });
}

// As JSON, whatever toJSON() arrays may have got.
function textOf(path) {
  return stringify(setPrototypeOf([...path], null));
}

function startOnResult(root, path, operation, args, pending) {
  if (root.io !== state.current) return Promise.reject(foreignIo('JsRpcPromise', root.io));
  return promiseThen.call(root.promise, (value) => onResult(value, path, operation, args, pending));
}

function missing(name) {
  return new TypeError(`The RPC receiver does not implement the method "${name}".`);
}

// What a call on a promise means once there is a value: its own properties, until a stub is reached.
function onResult(value, path, operation, args, pending) {
  for (let i = 0; i < path.length; i++) {
    const root = rootOf(value);
    if (root !== undefined) return start(root, path.slice(i), operation, args, pending);
    const name = path[i];
    if (typeof value !== 'object' || value === null || getPrototypeOf(value) !== objectPrototype ||
        !hasOwn(value, name)) {
      throw missing(name);
    }
    value = value[name];
  }
  if (operation === GET) return value;
  const stub = stubStateOf(value);
  if (stub === undefined) throw new TypeError(`"${path.join('.') || '(this)'}" is not a function.`);
  return start(stub, [], CALL, args, pending);
}

// The root behind a stub or a binding; undefined for other values.
function rootOf(value) {
  return stubStateOf(value) ?? bindingRootOf(value);
}

const isRemote = (value) => rootOf(value) !== undefined;

// "gateway/src/index.js:14:25": the code of the Worker that is calling now.
function callerPlace() {
  let stack;
  try {
    const holder = {};
    captureStackTrace(holder, start);
    ({ stack } = holder);
  } catch {
    // Error.prepareStackTrace is the Worker's to set. The place is only a help.
  }
  if (typeof stack !== 'string') return '';
  for (const line of stack.split('\n').slice(1)) {
    if (line.includes('isolane:')) continue;
    const place = /\(?([^()\s]+:\d+:\d+)\)?$/.exec(line);
    if (place !== null) return place[1];
  }
  return '';
}

// "env.AUTH.session() at gateway/src/index.js:14:25"
function describeCall(call) {
  const { root, path, place } = call;
  const name = root instanceof BindingRoot ? bindingName(root.channel) : 'stub';
  return `${name}${path.map((part) => `.${part}`).join('')}()${place ? ` at ${place}` : ''}`;
}

function bindingName(channel) {
  const name = native.bindingName(channel);
  return name.startsWith('ctx.') ? name : `env.${name}`;
}

// --- entered from C++ ---

function onMethodResult(ioId, callId, form, value) {
  const io = enterContext(ioId);
  if (io === undefined) return;
  const call = takeCall(callId);
  if (call === undefined) return;
  if (form !== 0) {
    // What is to be read lies in the call's record, which goes when this returns: it is read at once,
    // even if what follows from it is put off.
    let result;
    try {
      // Stubs of a result that is only called on are nobody's to dispose of.
      const awaited = call.pending?.awaited !== false;
      result = values.readResult(io, callId, form, () => (awaited ? describeCall(call) : undefined));
    } catch (error) {
      call.reject(error);
      return;
    }
    value = result.value;
    noteStubs(call, result.stubs > 0);
  } else if (call.place !== undefined) {
    noteStubs(call, false);
  }
  if (io.actor !== undefined && putOff(io, call.section, () => call.resolve(value))) return;
  call.resolve(value);
}

// By method of any stub: whether its last result held stubs. Stubs end with their request, so what
// is known of them is known of all.
const stubMethods = new Map();

// What is known of the methods of this root; undefined: nothing yet.
function gaveStubs(root) {
  return root instanceof BindingRoot ? root.gaveStubs : stubMethods;
}

// Where the next call of this method comes from need not be found out if it gives no stubs.
function noteStubs(call, gave) {
  const { root, text } = call;
  if (root instanceof BindingRoot) root.gaveStubs ??= new Map();
  const known = gaveStubs(root);
  // Names are few; one that is made up for each call must not fill the memory.
  if (known.size < 1000 || known.has(text)) known.set(text, gave);
}

module.exports = {
  CALL,
  EVENT,
  GET,
  LONG_PATH,
  StubState,
  TOP_EVENT,
  checkUsable,
  isRemote,
  makeStub,
  missing,
  nameOf,
  onMethodResult,
  property,
  start,
  stubStateOf,
  unsendableName,
  values,
};
