// Calls that wait for their answer: fetches (web/fetch.js) and method calls (workers/rpc_stub.js).
'use strict';

const { enterContext, putOff } = require('internal/context');
const { makeError, hints } = require('internal/errors');

const SLOT_MASK = (1 << 18) - 1;

// Answers of the native functions that start a call which are not ids of calls; the same numbers are
// in dispatcher.h, call_natives.cc and rpc_natives.cc.
const STALE = -1;
const TOO_DEEP = -2;
const TOO_MANY = -3;
const NO_ROOM = -4;
const DISPOSED = -5;
const URL_TOO_LONG = -6;
const HEAD_TOO_LONG = -7;
const NOT_GRANTED = -8;
const NOT_PERMITTED = -10;

const TOO_DEEP_TEXT =
  'Subrequest depth limit exceeded. This request recursed through Workers too many times. This can ' +
  'happen e.g. if you have a Worker or Durable Object that calls other Workers or objects recursively.';

// Of a Worker that was loaded with globalOutbound: null.
const NO_INTERNET =
  'This worker is not permitted to access the internet via global functions like fetch(). It must use ' +
  "capabilities (such as bindings in 'env') to talk to the outside world.";

// By slot, the low bits of their ids. Each has `id`, `io`, `resolve`, `reject` and `ended()`, which is
// called when it is rejected.
const calls = [];

// Keeps `call` until its answer comes, or rejects it: `id` is what the native function gave.
function keepCall(call, id) {
  if (id >= 0) {
    call.id = id;
    calls[id & SLOT_MASK] = call;
    return;
  }
  call.reject(refusal(call.io, id));
}

// What somebody sees who cannot reach the other end, whyever that is. The cause is as node has it.
function fetchFailed(message) {
  const cause = new Error(message);
  cause.code = message.includes('refused') ? 'ECONNREFUSED' : 'ECONNRESET';
  return new TypeError('fetch failed', { cause });
}

function refusal(io, code) {
  switch (code) {
    case NOT_GRANTED:
      return fetchFailed('connect ECONNREFUSED: connection refused');
    case NOT_PERMITTED:
      return new Error(NO_INTERNET);
    case TOO_DEEP:
      return new Error(TOO_DEEP_TEXT);
    case TOO_MANY:
      return new Error(
        `Too many subrequests by single Worker invocation. The limit is ${native.limitOf(io.id, code)} ` +
          'per request: calls on bindings, redirects and fetch() count. To configure this limit, set ' +
          '[limits] subrequests in the wrangler.toml of the public Worker.',
      );
    case STALE:
      return new Error('This request has ended; it cannot make calls any more.');
    case NO_ROOM:
      return new Error('isolane is handling as many calls as it can; try again later.');
    case DISPOSED:
      return new Error('RPC stub used after being disposed.');
    case URL_TOO_LONG:
      return new TypeError(
        `The URL of the request is longer than ${native.limitOf(io.id, code)} bytes ([limits] url_kb of ` +
          'the public Worker).',
      );
    case HEAD_TOO_LONG:
      return new TypeError(
        `The URL and headers of the request are longer than ${native.limitOf(io.id, code)} bytes ` +
          '([limits] head_kb of the public Worker).',
      );
    default:
      return new Error('internal error');
  }
}

// The call that waits under `id`, which waits no more; undefined if nobody does.
function takeCall(id) {
  const slot = id & SLOT_MASK;
  const call = calls[slot];
  if (call === undefined || call.id !== id) return undefined;
  calls[slot] = undefined;
  return call;
}

// --- entered from C++ ---

function onCallError(ioId, callId, type, message, remote, extra, hint, reset) {
  const io = enterContext(ioId);
  if (io === undefined) return;
  const call = takeCall(callId);
  if (call === undefined) return;
  call.ended();
  const fail = () => rejectCall(call, type, message, remote, extra, hint, reset);
  if (!putOff(io, call.section, fail)) fail();
}

function rejectCall(call, type, message, remote, extra, hint, reset) {
  if (type === 'FetchFailed' && !remote) {
    call.reject(fetchFailed(message));
    return;
  }
  let details;
  if (extra !== undefined) {
    try {
      details = require('web/structured_clone').deserialize(extra);
    } catch {
      details = undefined;
    }
  }
  const error = makeError(type, message, remote, details);
  if (reset && typeof error === 'object' && error !== null) error.durableObjectReset = true;
  if (hint !== undefined) addHint(error, hint);
  call.reject(error);
}

// A sentence that helps whoever reads the stack; the message stays as other runtimes have it.
function addHint(error, hint) {
  const { stack } = error;
  if (typeof stack !== 'string') return;
  const end = stack.indexOf('\n    at ');
  error.stack = end < 0 ? `${stack}\n    ${hint}` : `${stack.slice(0, end)}\n    ${hint}${stack.slice(end)}`;
}

// The same for an error that is made here: callers in other Workers, where its stack does not go, see it, too.
function withHint(error, hint) {
  hints.set(error, hint);
  addHint(error, hint);
  return error;
}

module.exports = { NO_INTERNET, keepCall, takeCall, onCallError, withHint };
