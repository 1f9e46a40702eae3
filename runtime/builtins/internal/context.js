// The request context: which invocation the code that runs now belongs to.
//
// V8 keeps one value beside every chain of promises: what is set when a reaction is registered is set
// again when it runs. Here it is a Frame. So code stays with its own request after an await, even if
// another request settled the promise, and AsyncLocalStorage needs nothing more
// (workers/async_local_storage.js). Every entry from C++ sets the frame before any code of a Worker
// runs; while a module is evaluated there is none.
'use strict';

const { getFrame, setFrame } = native;

// What code runs under. Never changed once it is made: those who want another value make another one.
class Frame {
  /**
   * @param {IoContext | null} io
   * @param {Map<object, unknown> | undefined} stores the values of AsyncLocalStorage
   * @param {number} depth of the call on whose behalf the code runs; 1 for the first Worker
   * @param {object | undefined} section of a Durable Object, see blockConcurrencyWhile()
   */
  constructor(io, stores, depth, section = undefined) {
    this.io = io;
    this.stores = stores;
    this.depth = depth;
    this.section = section;
  }
}

// The frame that is current now, but with these values of AsyncLocalStorage.
function frameWith(stores) {
  const frame = getFrame();
  return frame === undefined ? new Frame(null, stores, 1) : new Frame(frame.io, stores, frame.depth, frame.section);
}

// Runs `callback` in a frame with these values, [key, value], beside those it has.
function runWithStores(entries, callback) {
  const before = getFrame();
  const stores = new Map(before?.stores);
  for (const [key, value] of entries) stores.set(key, value);
  setFrame(frameWith(stores));
  try {
    return callback();
  } finally {
    setFrame(before);
  }
}

const state = {
  // The IoContext on whose behalf code runs; null in global scope.
  get current() {
    const frame = getFrame();
    return frame === undefined ? null : frame.io;
  },
  // Bits of the Worker's compatibility flags, see internal/flags.js. Set once, before any module.
  flags: 0,
};

const GLOBAL_SCOPE =
  'Disallowed operation called within global scope. Asynchronous I/O (ex: fetch() or connect()), ' +
  'setting a timeout, and generating random values are not allowed within global scope. To fix this ' +
  'error, perform this operation within a handler. ' +
  'https://developers.cloudflare.com/workers/runtime-apis/handlers/';

// The current context; throws in global scope.
function requireContext() {
  const io = state.current;
  if (io === null) throw new Error(GLOBAL_SCOPE);
  return io;
}

// How deep in its pipeline the code is that runs now.
function currentDepth() {
  const frame = getFrame();
  return frame === undefined ? 1 : frame.depth;
}

// Whether an event must wait, which `section` of a Durable Object is to get: another one holds the
// object. Then `go` is called when that is over, with `io` current. C++ has forgotten the event by then:
// its slot may be another one's, so whoever puts off has taken what he needs.
function putOff(io, section, go) {
  return io.actor !== undefined && io.actor.defers(section, go);
}

// The error for an I/O object of `owner` that is used under another context. It names both requests.
function foreignIo(what, owner = undefined) {
  let text =
    'Cannot perform I/O on behalf of a different request. I/O objects (such as streams, ' +
    'request/response bodies, and others) created in the context of one request handler cannot be ' +
    "accessed from a different request's handler. This is a limitation of Cloudflare Workers which " +
    `allows us to improve overall performance. (I/O type: ${what})`;
  if (owner !== undefined && owner !== null) {
    const user = state.current;
    text +=
      ` This ${what} was made by ${owner.label()}` +
      (contexts[owner.id & SLOT_MASK] === owner ? '' : ', which has ended,') +
      ` and used by ${user === null ? 'code in global scope' : user.label()}. Make it in each request ` +
      'that needs it, or share the data (such as the result of text()) instead of the object.';
  }
  return new Error(text);
}

// Throws unless `owner` (an IoContext, or null for objects made in global scope) is the current one.
function checkOwner(owner, what) {
  if (owner !== null && owner !== state.current) throw foreignIo(what, owner);
}

// The JavaScript half of an invocation: what it waits for. The native half is found by `id`, which
// carries a generation: a context that has ended is refused by every native call.
class IoContext {
  /**
   * @param {number} id
   * @param {number} request number of the top-level request, for messages
   * @param {string} what the head of the request or the name of the method, for messages
   * @param {number} depth
   */
  constructor(id, request, what, depth) {
    this.id = id;
    this.request = request;
    this.what = what;
    // A frame of its own, what code of this invocation runs under at first: one object less per call.
    this.io = this;
    this.stores = undefined;
    this.depth = depth;
    this.section = undefined;
    // The method call it was opened for; 0 for a fetch.
    this.callId = 0;
    // The props of the binding it was called by: JSON text, the bytes of a clone, or undefined.
    this.props = undefined;
    // What to call when a body or a pipe has news: id to resolver.
    this.waits = undefined;
    // Readers of the streams that are being copied into pipes, by the pipe's writer.
    this.pumps = undefined;
    // Accepted WebSockets: the one there is, or a Map of several by id (web/web_socket.js).
    this.sockets = undefined;
    // Timers by id, see web/timers.js.
    this.timers = undefined;
    // What other Workers hold stubs of, see workers/rpc_target.js.
    this.exports = undefined;
    // passThroughOnException() was called: the request to send on, kept for that case.
    this.passThrough = false;
    // The Durable Object that this is the context of, see workers/actor.js.
    this.actor = undefined;
    // Aborts request.signal, where that is enabled.
    this.abortRequest = undefined;
    // What is to be known before the event that it was opened for has an outcome; of events only
    // (workers/events.js).
    this.event = undefined;
  }

  // It may live for days: nothing of the request is kept but its first line.
  settle() {
    const end = this.what.indexOf('\n');
    if (end >= 0) this.what = native.copyString(this.what.slice(0, end));
  }

  // "request #12 (GET http://shop.example/cart)"
  label() {
    const { what } = this;
    const end = what.indexOf('\n');
    const line = (end < 0 ? what : what.slice(0, end)).replace('\0', ' ');
    return `request #${this.request} (${line})`;
  }

  // A promise for the next news about `key` (a body's or a pipe's id).
  news(key) {
    const waits = (this.waits ??= new Map());
    return new Promise((resolve) => {
      waits.set(key, resolve);
    });
  }

  // C++ has news about `key`.
  tell(key) {
    const resolve = this.waits?.get(key);
    if (resolve !== undefined) {
      this.waits.delete(key);
      resolve();
      return;
    }
    // Nobody waits: a pump is told that its reader has gone while it waits for its own source. A pipe
    // without a pump is that of a signal (workers/rpc_values.js), which nobody listens to any more.
    if (!native.pipeCancelled(key)) return;
    const reader = this.pumps?.get(key);
    if (reader === undefined) native.pipeClose(key);
    else reader.cancel().catch(() => {});
  }
}

// Live contexts by slot, the low bits of their ids. A stale one stays until its slot is used again or
// C++ asks for its release.
const contexts = [];
const SLOT_MASK = (1 << 18) - 1;

function openContext(id, request, what, depth) {
  const io = new IoContext(id, request, what, depth);
  contexts[id & SLOT_MASK] = io;
  setFrame(io);
  return io;
}

// Makes the context `id` current before anything of it runs; undefined if it has ended.
function enterContext(id) {
  const io = contexts[id & SLOT_MASK];
  if (io === undefined || io.id !== id) return undefined;
  setFrame(io);
  return io;
}

function releaseContext(id) {
  const slot = id & SLOT_MASK;
  if (contexts[slot]?.id === id) contexts[slot] = undefined;
}

module.exports = {
  Frame,
  frameWith,
  runWithStores,
  state,
  getFrame,
  setFrame,
  currentDepth,
  putOff,
  requireContext,
  checkOwner,
  foreignIo,
  openContext,
  enterContext,
  releaseContext,
};
