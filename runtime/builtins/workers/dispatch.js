// Invocations: from the packed head that C++ hands in to the response that goes back.
//
// This is steps 4 to 6 of the tour in ARCHITECTURE.md.
'use strict';

const { state, openContext, enterContext, releaseContext } = require('internal/context');
const { withHint } = require('internal/calls');
const { describeError, hints } = require('internal/errors');
const { ENHANCED_ERROR_SERIALIZATION, TAILED } = require('internal/flags');
const { receiveRequest, requestUrl } = require('web/request');
const { NO_UPGRADE, isHandshake, isResponse, takeResponse } = require('web/response');
const { unpackCf } = require('web/request_cf');
const { send, OUTBOUND } = require('web/fetch');
const { callFetch, NOT_HANDLED } = require('workers/entrypoints');

const promiseThen = Promise.prototype.then;
const objectToString = Object.prototype.toString;

// As wrangler dev has it, whose middleware awaits what the handler returns; workerd alone says of a value
// that is no promise that it expected one.
const NOT_A_RESPONSE =
  "Incorrect type for Promise: the Promise did not resolve to 'Response'.";

const NOBODY_RESPONDED =
  '(no listener of "fetch" called event.respondWith(), and the origin, where the request would go then, is ' +
  'this server itself)';

const asksForWebSocket = (request) => request.headers.get('upgrade')?.toLowerCase() === 'websocket';

// What C++ is told of a thrown value: type, message, text for the log, bytes of what else is sent, and a
// hint.
function failureOf(error, quiet) {
  let type = 'Error';
  let message = '';
  let extra;
  try {
    [type, message, extra] = describeError(error);
    if (extra !== undefined && state.flags & ENHANCED_ERROR_SERIALIZATION) {
      extra = require('web/structured_clone').serialize(extra);
    }
  } catch {
    extra = undefined;
    // A thrown object with something in it that cannot be sent.
    if (type === '') [type, message] = ['Error', objectToString.call(error)];
  }
  const hint = typeof error === 'object' && error !== null ? hints.get(error) : undefined;
  return [type, message, quiet ? undefined : (error ?? `${error}`), extra, hint];
}

// Tells C++ that the call `callId` (0: the one the context was opened for) ends with `error`, which is
// written to the log unless `quiet`.
function failCall(io, callId, error, quiet) {
  if (state.flags & TAILED) require('internal/notes').noteException(io, error, callId);
  native.fail(io.id, callId, ...failureOf(error, quiet));
}

// Fails unless `response` may be the answer to `request`.
function checkResponse(response, request) {
  if (!isResponse(response)) throw new TypeError(NOT_A_RESPONSE);
  if (isHandshake(response) && !asksForWebSocket(request)) throw new TypeError(NO_UPGRADE);
}

// The answer of the current invocation is an error. `request` goes on to the origin instead when the
// Worker asked for that.
function fail(io, error, request) {
  if (io.passThrough && !native.leadsHere(requestUrl(request))) {
    io.passThrough = false;
    native.reportUncaught(error, 'passThroughOnException');
    if (state.flags & TAILED) require('internal/notes').noteFailure(io, error);
    promiseThen.call(
      send(io, OUTBOUND, undefined, request),
      (response) => finish(io, response, request),
      (reason) => fail(io, reason, request),
    );
    return;
  }
  failCall(io, 0, error, false);
}

function finish(io, response, request) {
  try {
    checkResponse(response, request);
    takeResponse(io, response);
  } catch (error) {
    fail(io, error, request);
  }
}

function invoke(io, entrypoint, request) {
  const response = callFetch(io, entrypoint, request);
  if (response !== NOT_HANDLED) return response;
  // Nobody responded: the request goes to the origin, unless it would come back.
  if (native.leadsHere(requestUrl(request))) throw withHint(new Error('No response!'), NOBODY_RESPONDED);
  return send(io, OUTBOUND, undefined, request);
}

function whenSettled(io, promise, request) {
  promiseThen.call(
    promise,
    (response) => finish(io, response, request),
    (error) => fail(io, error, request),
  );
}

// --- entered from C++ ---

function handleFetch(ioId, number, depth, entrypoint, props, head, body, cf) {
  const io = openContext(ioId, number, head, depth);
  io.props = props;
  const request = receiveRequest(io, head, body, unpackCf(cf));
  try {
    const result = invoke(io, entrypoint, request);
    if (result instanceof Promise) {
      whenSettled(io, result, request);
    } else if (isResponse(result)) {
      finish(io, result, request);
    } else if (
      (typeof result === 'object' || typeof result === 'function') &&
      result !== null &&
      // A getter of the user's may throw here.
      typeof result.then === 'function'
    ) {
      whenSettled(io, Promise.resolve(result), request);
    } else {
      fail(io, new TypeError(NOT_A_RESPONSE), request);
    }
  } catch (error) {
    fail(io, error, request);
  }
}

// A body or a pipe has news.
function onNews(ioId, key) {
  enterContext(ioId)?.tell(key);
}

// The client left, or the caller aborted: request.signal, where it is enabled.
function onAbort(ioId) {
  enterContext(ioId)?.abortRequest?.abort();
}

module.exports = { NOT_A_RESPONSE, checkResponse, failCall, failureOf, handleFetch, onNews, onAbort, releaseContext };
