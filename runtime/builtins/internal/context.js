// The request context: which invocation the code that runs now belongs to.
//
// Every entry from C++ sets `state.current` before it runs any code of a Worker; while a module is
// evaluated it is null. I/O objects remember the context that made them.
'use strict';

const state = {
  // The IoContext of the invocation on whose behalf this isolate was entered; null in global scope.
  current: null,
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

function foreignIo(what) {
  return new Error(
    'Cannot perform I/O on behalf of a different request. I/O objects (such as streams, ' +
      'request/response bodies, and others) created in the context of one request handler cannot be ' +
      "accessed from a different request's handler. This is a limitation of Cloudflare Workers which " +
      `allows us to improve overall performance. (I/O type: ${what})`,
  );
}

// Throws unless `owner` (an IoContext, or null for objects made in global scope) is the current one.
function checkOwner(owner, what) {
  if (owner !== state.current && owner !== null) throw foreignIo(what);
}

// The JavaScript half of an invocation: what it waits for. The native half is found by `id`, which
// carries a generation: a context that has ended is refused by every native call.
class IoContext {
  /** @param {number} id */
  constructor(id) {
    this.id = id;
    // JSON of the props of the binding it was called by, or undefined.
    this.props = undefined;
    // What to call when a body or a pipe has news: id to resolver.
    this.waits = undefined;
    // Readers of the streams that are being copied into pipes, by the pipe's writer.
    this.pumps = undefined;
    // Timers by id, see web/timers.js.
    this.timers = undefined;
    // passThroughOnException() was called: the request to send on, kept for that case.
    this.passThrough = false;
    // Aborts request.signal, where that is enabled.
    this.abortRequest = undefined;
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
    // Nobody waits: a pump is told that its reader has gone while it waits for its own source.
    const reader = this.pumps?.get(key);
    if (reader !== undefined && native.pipeCancelled(key)) reader.cancel().catch(() => {});
  }
}

// Live contexts by slot, the low bits of their ids. A stale one stays until its slot is used again or
// C++ asks for its release.
const contexts = [];
const SLOT_MASK = (1 << 18) - 1;

function openContext(id) {
  const io = new IoContext(id);
  contexts[id & SLOT_MASK] = io;
  state.current = io;
  return io;
}

// Makes the context `id` current before anything of it runs; undefined if it has ended.
function enterContext(id) {
  const io = contexts[id & SLOT_MASK];
  if (io === undefined || io.id !== id) return undefined;
  state.current = io;
  return io;
}

function releaseContext(id) {
  const slot = id & SLOT_MASK;
  if (contexts[slot]?.id === id) contexts[slot] = undefined;
}

module.exports = {
  state,
  requireContext,
  checkOwner,
  foreignIo,
  openContext,
  enterContext,
  releaseContext,
};
