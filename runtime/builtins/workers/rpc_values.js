// What travels in a method call: how the objects that structured clone does not know are taken apart
// and made again, and what a refusal says.
//
// spec/service-bindings.md section 12. The native half is runtime/worker/rpc_clone.cc.
'use strict';

const { requireContext } = require('internal/context');
const { describeError, makeError } = require('internal/errors');
const { isProxy } = native;
const { STREAM, NONE, USED, takeBody, taken } = require('web/body');
const { Headers, fromPacked, pack } = require('web/headers');
const { USED_REQUEST, cfOf, isRequest, packRequest, requestParts, reviveRequest } = require('web/request');
const { Response, isHandshake, isResponse, receiveResponse, responseParts, reviveResponse } = require('web/response');
const { defineProperty } = require('internal/webidl');
const { getPrototypeOf, objectPrototype } = require('internal/primordials');
const { bindingRootOf, makeFetcherFrom } = require('workers/fetcher');
const { RpcTarget } = require('workers/entrypoint_classes');
const { IncomingPipe, OutgoingPipe } = require('workers/pipe_ends');
const { CALL, StubState, checkUsable, makeStub, start, stubStateOf, unsendableName, values } = require('workers/rpc_stub');
const { accessOf, attachExport } = require('workers/rpc_target');

// The first part of every object that is taken apart.
const STUB = 0; // attachment
const BINDING = 1; // attachment, props
const HEADERS = 2; // packed
const REQUEST = 3; // head, body, redirect, cf, signal
const RESPONSE = 4; // status, head, body, cf, encoded
const READABLE = 5; // body
const WRITABLE = 6; // attachment
const BLOB = 7; // bytes, type
const FILE = 8; // bytes, type, name, time
const SIGNAL = 9; // the parts of describeSignal()
const EXCEPTION = 10; // message, name
const ERROR = 11; // type, message, extra
const PIPE = 12; // body

const LOST_WRITER =
  'WritableStream received over RPC was disconnected because the remote execution context has ended.';

// What few messages hold is loaded for those. Before that nothing can be an instance of its classes.
const serialize = (value) => require('web/structured_clone').serialize(value);
const deserialize = (buffer) => require('web/structured_clone').deserialize(buffer);
const isBlob = (value) => require.loaded('web/blob')?.isBlob(value) === true;
const isAbortSignal = (value) => require.loaded('web/abort')?.isAbortSignal(value) === true;
const isDOMException = (value) => require.loaded('internal/dom_exception')?.isDOMException(value) === true;

function isStream(value, name) {
  const streams = require.loaded('web/streams');
  return streams !== undefined && value instanceof streams[name];
}

function makeException(message, name) {
  const { DOMException } = require('internal/dom_exception');
  return new DOMException(message, name);
}

const unsupported = (name) =>
  `Could not serialize object of type "${name}". This type does not support serialization.`;

// --- taking apart ---

// Stands for a function, a stub or a Proxy, which V8 would refuse: the object to be exported, or the
// stub to be passed on.
class Reference {
  constructor(target, allowInstance) {
    this.target = target;
    this.allowInstance = allowInstance;
  }
}

// Whether the message being written leaves the sender its stubs (compatibility flag
// rpc_params_dup_stubs): then a target with a dup() of its own is asked for another one.
let duplicates = false;

// While the message is written for the first time, which ends at the first function: then objects that
// are spent by being sent (bodies, targets) wait for the second time.
let probing = false;
const LATER = 'later';

// While a message is written that is to be kept, such as the env of a loaded Worker: then nothing may be in
// it that belongs to a request.
let storing = false;

const UNTRANSFERABLE =
  'Entrypoints to dynamically-loaded workers cannot be transferred to other Workers, because the system does ' +
  'not know how to reload this Worker from scratch. Instead, have the parent Worker expose an entrypoint which ' +
  'constructs the dynamic worker and forwards to it.';

const untransferable = () => makeException(UNTRANSFERABLE, 'DataCloneError');

function attachBinding({ channel }) {
  const number = native.attachChannel(channel);
  if (number < 0) throw untransferable();
  return number;
}

// The name that a refusal calls `object` by.
function classNameOf(object) {
  const prototype = getPrototypeOf(object);
  const name = prototype === null ? 'Object' : prototype.constructor?.name;
  return typeof name === 'string' && name !== '' ? name : 'Object';
}

function isSpent(object) {
  if (typeof object !== 'object' || object === null) return false;
  return object instanceof RpcTarget || isResponse(object) || isRequest(object) ||
    isStream(object, 'ReadableStream') || isStream(object, 'WritableStream');
}

function duplicated(target, what) {
  if (!duplicates) return target;
  const { dup } = target;
  if (typeof dup !== 'function') return target;
  const copy = Reflect.apply(dup, target, []);
  const access = (typeof copy === 'object' && copy !== null) || typeof copy === 'function' ? accessOf(copy) : undefined;
  if (access !== undefined && access === accessOf(target)) return copy;
  throw makeException(
    `Couldn't create a stub for the ${what} because it has a dup() method which did not return another ` +
      `${what}. Either remove the dup() method or make sure it returns one.`,
    'DataCloneError',
  );
}

function attachBodyOf(object, message) {
  takeBody(object, message);
  return taken.kind === NONE ? -1 : native.attachBody(taken.kind, taken.value);
}

function describeReadable(stream) {
  if (stream.locked) throw new TypeError('The ReadableStream has been locked to a reader.');
  return [READABLE, attachBodyOf(new Response(stream), USED)];
}

// A stream to write to goes as an object whose methods write.
class RemoteSink extends RpcTarget {
  #writer;
  #ended = false;
  constructor(stream) {
    super();
    this.#writer = stream.getWriter();
    this.#writer.closed.catch(() => {});
  }
  write(chunk) {
    return this.#writer.write(chunk);
  }
  close() {
    this.#ended = true;
    return this.#writer.close();
  }
  abort(reason) {
    this.#ended = true;
    return this.#writer.abort(reason);
  }
  [Symbol.dispose]() {
    if (!this.#ended) this.#writer.abort(new Error(LOST_WRITER)).catch(() => {});
  }
}

function describeWritable(stream) {
  if (stream.locked) throw new TypeError('This WritableStream is currently locked to a writer.');
  return [WRITABLE, attachExport(new RemoteSink(stream), false)];
}

function serializeReason(reason) {
  try {
    return serialize(isDOMException(reason) ? { name: reason.name, message: reason.message, dom: true } : { reason });
  } catch {
    return serialize({ reason: new Error(`${reason?.message ?? 'aborted'}`) });
  }
}

function deserializeReason(bytes) {
  const { reason, name, message, dom } = deserialize(bytes);
  return dom ? makeException(message, name) : reason;
}

// A signal travels as what is known of it and a pipe, into which the reason is written when it aborts.
function describeSignal(signal) {
  if (signal.aborted) return [SIGNAL, serializeReason(signal.reason), -1];
  const io = requireContext();
  const writer = native.pipeOpen(io.id, -1);
  require('web/abort').addAbortAlgorithm(signal, (reason) => {
    native.pipeWrite(writer, new Uint8Array(serializeReason(reason)));
    native.pipeClose(writer);
  });
  return [SIGNAL, undefined, native.attachBody(STREAM, writer)];
}

function isCloneable(value) {
  try {
    serialize(value);
    return true;
  } catch {
    return false;
  }
}

// Only with enhanced_error_serialization, and for errors with properties of their own; else errors are
// V8's business. What cannot be cloned is left out: the error itself says more.
function describeErrorValue(error) {
  const [type, message, extra] = describeError(error);
  if (extra === undefined) return [ERROR, type, message, undefined];
  if (!isCloneable(extra)) {
    for (const key of Object.keys(extra.own ?? {})) if (!isCloneable(extra.own[key])) delete extra.own[key];
    if (!isCloneable(extra.cause)) delete extra.cause;
    if (!isCloneable(extra.errors)) delete extra.errors;
  }
  return [ERROR, type, message, isCloneable(extra) ? serialize(extra) : undefined];
}

// What `object`, an instance of some class, consists of: a list of primitive values and bytes. A
// string says why it cannot be sent. Entered from C++ while a message is written.
function describeObject(object) {
  if (object instanceof Reference) {
    const { target, allowInstance } = object;
    const stub = stubStateOf(target);
    if (stub !== undefined) return [STUB, native.attachStub(stub.id)];
    return [STUB, attachExport(duplicated(target, typeof target === 'function' ? 'function' : 'RpcTarget'), allowInstance)];
  }
  if (storing && (isSpent(object) || isAbortSignal(object) || object instanceof OutgoingPipe)) {
    return unsupported(classNameOf(object));
  }
  if (probing && (isSpent(object) || isAbortSignal(object))) return LATER;
  if (object instanceof RpcTarget) return [STUB, attachExport(duplicated(object, 'RpcTarget'), false)];
  const binding = bindingRootOf(object);
  if (binding !== undefined) return [BINDING, attachBinding(binding), binding.props];
  if (isResponse(object)) {
    if (isHandshake(object)) throw makeException(unsupported('WebSocket'), 'DataCloneError');
    const { status, head, cf, encoded } = responseParts(object);
    return [RESPONSE, status, head, attachBodyOf(object, USED), cf === undefined ? undefined : serialize(cf), encoded];
  }
  if (isRequest(object)) {
    const { signal, redirect } = requestParts(object);
    const cf = cfOf(object);
    const head = packRequest(object);
    return [REQUEST, head, attachBodyOf(object, USED_REQUEST), redirect,
      cf === undefined ? undefined : serialize(cf),
      ...(signal === undefined ? [] : describeSignal(signal))];
  }
  if (object instanceof Headers) return [HEADERS, pack(object)];
  if (isStream(object, 'ReadableStream')) return describeReadable(object);
  if (isStream(object, 'WritableStream')) return describeWritable(object);
  if (isBlob(object)) {
    const { File, blobBytes } = require('web/blob');
    const bytes = blobBytes(object);
    return object instanceof File
      ? [FILE, bytes, object.type, object.name, object.lastModified] : [BLOB, bytes, object.type];
  }
  if (isAbortSignal(object)) return describeSignal(object);
  if (isDOMException(object)) return [EXCEPTION, object.message, object.name];
  if (object instanceof Error) return describeErrorValue(object);
  if (object instanceof OutgoingPipe) return [PIPE, native.attachBody(STREAM, object.writer)];
  return unsupported(classNameOf(object));
}

// --- making again ---

// What the message being read belongs to: its context, the stubs found in it, and how to describe the
// call that gave them (undefined for arguments, which nobody has to dispose of).
let reading = { io: null, stubs: undefined, describe: undefined, site: 0 };

function takeStub(attachment, site) {
  const id = native.takeStub(reading.io.id, attachment, site);
  if (id === 0) throw new Error('isolane holds as many RPC stubs as it can; dispose of those you do not need.');
  return new StubState(reading.io, id);
}

function reviveStub(attachment) {
  if (reading.describe !== undefined && reading.site === 0) {
    const text = reading.describe();
    if (text !== undefined) reading.site = native.callSite(text);
  }
  const stub = takeStub(attachment, reading.site);
  (reading.stubs ??= []).push(stub);
  return stub;
}

function reviveWritable(attachment) {
  // It lives as long as the stream is open, also after the call that it was an argument of.
  const stub = takeStub(attachment, 0);
  const { WritableStream } = require('web/streams');
  return new WritableStream({
    write: (chunk) => start(stub, ['write'], CALL, [chunk]),
    async close() {
      await start(stub, ['close'], CALL, []);
      stub.dispose();
    },
    async abort(reason) {
      await start(stub, ['abort'], CALL, [reason]);
      stub.dispose();
    },
  });
}

function reviveSignal(reason, attachment) {
  const { abortSignal, createSignal } = require('web/abort');
  const signal = createSignal();
  if (reason !== undefined) {
    abortSignal(signal, deserializeReason(exactBuffer(reason)));
    return signal;
  }
  followSignal(reading.io, native.takeBody(reading.io.id, attachment), signal);
  return signal;
}

async function followSignal(io, body, signal) {
  for (;;) {
    const chunk = native.bodyRead(io.id, body);
    if (chunk === undefined) {
      await io.news(body);
    } else {
      // Its end without a word means that it will never abort.
      if (chunk instanceof Uint8Array) require('web/abort').abortSignal(signal, deserializeReason(exactBuffer(chunk)));
      return;
    }
  }
}

const exactBuffer = (bytes) => bytes.slice().buffer;
const optional = (bytes) => (bytes === undefined ? undefined : deserialize(exactBuffer(bytes)));

// The object that these parts describe. Entered from C++ while a message is read.
function reviveObject(parts) {
  const { io } = reading;
  switch (parts[0]) {
    case STUB:
      return makeStub(reviveStub(parts[1]));
    case BINDING: {
      const channel = native.takeChannel(parts[1]);
      // C++ takes a channel's number for granted.
      if (channel < 0) return undefined;
      if (typeof parts[2] === 'string') return require('workers/durable_objects').reviveObjectStub(channel, parts[2]);
      return makeFetcherFrom(channel, parts[2] === undefined ? undefined : exactBuffer(parts[2]));
    }
    case HEADERS:
      return fromPacked(parts[1], false);
    case REQUEST: {
      const [, head, body, redirect, cf, ...signal] = parts;
      return reviveRequest(io, head, native.takeBody(io.id, body), redirect, optional(cf),
        signal.length === 0 ? undefined : reviveSignal(signal[1], signal[2]));
    }
    case RESPONSE:
      return reviveResponse(io, parts[1], parts[2], native.takeBody(io.id, parts[3]), optional(parts[4]), parts[5]);
    case READABLE:
      return receiveResponse(io, 200, '', native.takeBody(io.id, parts[1]), '', false).body;
    case WRITABLE:
      return reviveWritable(parts[1]);
    case BLOB:
      return require('web/blob').makeBlob(parts[1], parts[2]);
    case FILE: {
      const { File } = require('web/blob');
      return new File([parts[1]], parts[3], { type: parts[2], lastModified: parts[4] });
    }
    case SIGNAL:
      return reviveSignal(parts[1], parts[2]);
    case EXCEPTION:
      return makeException(parts[1], parts[2]);
    case ERROR:
      return makeError(parts[1], parts[2], false, optional(parts[3]));
    case PIPE:
      return new IncomingPipe(native.takeBody(io.id, parts[1]));
    default:
      return undefined;
  }
}

function read(io, callId, describe) {
  const before = reading;
  reading = { io, stubs: undefined, describe, site: 0 };
  try {
    return { value: native.rpcRead(io.id, callId), stubs: reading.stubs };
  } finally {
    reading = before;
  }
}

function readArguments(io, callId) {
  const { value, stubs } = read(io, callId, undefined);
  return { args: value ?? [], parameters: stubs };
}

// `form` 1: the result; 2: an array of the result and the stub of its disposer.
function readResult(io, callId, form, describe) {
  const { value: message, stubs = [] } = read(io, callId, describe);
  const value = form === 2 ? message[0] : message;
  if (typeof value === 'object' && value !== null && bindingRootOf(value) === undefined) {
    defineProperty(value, Symbol.dispose, {
      value: stubs.length === 0 ? values.nothingToDispose : () => {
        for (const stub of stubs) stub.dispose();
      },
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }
  return { value, stubs: stubs.length };
}

// --- writing ---

// Calls `issue` with `value`, or, if V8 refuses it, with a copy in which functions, stubs and Proxies
// are replaced by references. Stubs are given away with the message unless `keep`.
function write(issue, value, label, keep) {
  const duplicatesBefore = duplicates;
  const probingBefore = probing;
  duplicates = keep;
  // What goes alone has nothing beside it that could be refused.
  probing = !isSpent(label === 'result' ? value : value?.length === 1 ? value[0] : undefined);
  try {
    return issue(value);
  } catch (error) {
    const refused = native.scratch[0] === 1 && typeof error === 'string';
    if (!refused) throw error;
    native.scratch[0] = 0;
    probing = false;
    return writeReplaced(issue, value, label, keep, error);
  } finally {
    duplicates = duplicatesBefore;
    probing = probingBefore;
  }
}

// The same for a message that is kept (`storing`).
function store(issue, value, label) {
  const before = storing;
  storing = true;
  try {
    return write(issue, value, label, true);
  } finally {
    storing = before;
  }
}

function writeReplaced(issue, value, label, keep, refusal) {
  const given = [];
  const copy = replace(value, new Map(), given, [], label);
  if (copy === value && refusal !== LATER) throw cloneError(refusal, value, label);
  let answer;
  try {
    answer = issue(copy);
  } catch (error) {
    if (native.scratch[0] !== 1 || typeof error !== 'string') throw error;
    native.scratch[0] = 0;
    throw cloneError(error, copy, label);
  }
  if (!keep) for (const stub of given) stub.dispose();
  return answer;
}

// `value` itself if there is nothing to replace in it.
function replace(value, seen, given, path, label) {
  const type = typeof value;
  if (type === 'function') {
    const known = seen.get(value);
    if (known !== undefined) return known;
    const binding = bindingRootOf(value);
    if (binding !== undefined) return makeFetcherFrom(binding.channel, binding.props);
    const name = unsendableName(value);
    if (name !== undefined) throw makeException(unsupported(name) + placeOf(path, label), 'DataCloneError');
    const stub = stubStateOf(value);
    if (storing) {
      throw makeException(
        (stub === undefined ? `${value} could not be cloned.` : unsupported('RpcStub')) + placeOf(path, label),
        'DataCloneError');
    }
    if (stub !== undefined) {
      checkUsable(stub);
      given.push(stub);
    }
    const reference = new Reference(value, isProxy(value) && stub === undefined ? accessOf(value) : true);
    seen.set(value, reference);
    return reference;
  }
  if (type !== 'object' || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  if (isProxy(value)) {
    const allowInstance = accessOf(value);
    if (storing) throw makeException(`#<Object> could not be cloned.${placeOf(path, label)}`, 'DataCloneError');
    if (allowInstance === undefined) {
      throw makeException(
        'Proxy could not be serialized because it is not a valid RPC receiver type. The Proxy must ' +
          "emulate either a plain object or an RpcTarget, as indicated by the Proxy's prototype chain." +
          placeOf(path, label),
        'DataCloneError',
      );
    }
    const reference = new Reference(value, allowInstance);
    seen.set(value, reference);
    return reference;
  }
  const prototype = getPrototypeOf(value);
  if (Array.isArray(value)) return replaceIn(value, new Array(value.length), seen, given, path, label);
  if (prototype === objectPrototype) return replaceIn(value, {}, seen, given, path, label);
  if (value instanceof Map) {
    const copy = new Map();
    seen.set(value, copy);
    for (const [key, item] of value) {
      copy.set(replace(key, seen, given, [...path, 'key of a Map'], label),
        replace(item, seen, given, [...path, key], label));
    }
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set();
    seen.set(value, copy);
    for (const item of value) copy.add(replace(item, seen, given, [...path, 'item of a Set'], label));
    return copy;
  }
  return value;
}

function replaceIn(value, copy, seen, given, path, label) {
  seen.set(value, copy);
  for (const key of Object.keys(value)) {
    defineProperty(copy, key, {
      value: replace(value[key], seen, given, [...path, key], label),
      writable: true,
      configurable: true,
      enumerable: true,
    });
  }
  return copy;
}

// --- what a refusal says ---

// " (at result.user.socket)"; nothing for the value itself, or for a whole argument.
function placeOf(path, label) {
  if (path.length <= (label === 'arguments' ? 1 : 0)) return '';
  const parts = path.map((part) =>
    typeof part === 'string' && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(part) ? `.${part}`
      : `[${typeof part === 'string' && !/^\d+$/.test(part) ? JSON.stringify(part) : String(part)}]`);
  return ` (at ${label}${parts.join('')})`;
}

function cloneError(text, value, label) {
  let place = '';
  try {
    const path = findRefused(value, [], new Set());
    if (path !== undefined) place = placeOf(path, label);
  } catch {
    // A getter that throws now: the place is only a help.
  }
  return makeException(text + place, 'DataCloneError');
}

// The path to the first thing in `value` that cannot be sent by itself.
function findRefused(value, path, seen) {
  const type = typeof value;
  if (type === 'symbol') return path;
  if (type === 'function') return unsendableName(value) === undefined ? undefined : path;
  if (type !== 'object' || value === null || seen.has(value) || value instanceof Reference) return undefined;
  seen.add(value);
  const plain = getPrototypeOf(value) === objectPrototype;
  if (plain || Array.isArray(value)) {
    for (const key of Object.keys(value)) {
      const found = findRefused(value[key], [...path, key], seen);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (value instanceof Map) {
    for (const [key, item] of value) {
      const found = findRefused(key, path, seen) ?? findRefused(item, [...path, key], seen);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (value instanceof Set) {
    for (const item of value) {
      const found = findRefused(item, path, seen);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return isSendable(value) ? undefined : path;
}

// Instances of classes that describeObject() knows are not tried: that would take their bodies.
function isSendable(value) {
  if (value instanceof RpcTarget || bindingRootOf(value) !== undefined || isResponse(value) || isRequest(value) ||
      value instanceof Headers || isStream(value, 'ReadableStream') || isStream(value, 'WritableStream') ||
      isBlob(value) || isAbortSignal(value) || isDOMException(value)) {
    return true;
  }
  try {
    native.serialize([value]);
  } catch {
    return false;
  }
  // What native.serialize() makes a plain object of is refused here.
  return ArrayBuffer.isView(value) || Object.prototype.toString.call(value) !== '[object Object]';
}

values.write = write;
values.readArguments = readArguments;
values.readResult = readResult;

module.exports = { describeObject, reviveObject, store, untransferable };
