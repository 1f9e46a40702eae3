// Invocations: from the packed head that C++ hands in to the response that goes back.
//
// This is steps 4 to 6 of the tour in ARCHITECTURE.md.
'use strict';

const { state, openContext, enterContext, releaseContext } = require('internal/context');
const { describeError } = require('internal/errors');
const { ENHANCED_ERROR_SERIALIZATION } = require('internal/flags');
const { receiveRequest } = require('web/request');
const { isResponse, takeResponse } = require('web/response');
const { send, OUTBOUND } = require('web/fetch');
const { ExecutionContext } = require('workers/execution_context');

const promiseThen = Promise.prototype.then;

const NOT_A_PROMISE = "Callback returned incorrect type; expected 'Promise'";
const NOT_A_RESPONSE =
  "Incorrect type for Promise: the Promise did not resolve to 'Response'.";

// The default export, or undefined for a Service Worker script.
let handler;
let env;

// Called once, when the modules have been evaluated. Returns what is wrong with them, or undefined.
function setHandlers(defaultExport, environment, isServiceWorker) {
  env = environment;
  handler = undefined;
  if (isServiceWorker) {
    return require.loaded('workers/fetch_event')?.hasFetchListener()
      ? undefined
      : "the script registers no 'fetch' listener: call addEventListener('fetch', ...), or " +
          'export default { fetch() {} }';
  }
  if (defaultExport === undefined) {
    return 'the main module has no default export: export default { fetch(request, env, ctx) {} }';
  }
  if (typeof defaultExport === 'function') {
    return 'a class as default export (WorkerEntrypoint) is not supported yet by isolane: export default { fetch(request, env, ctx) {} }';
  }
  if (typeof defaultExport !== 'object' || defaultExport === null) {
    return 'the default export of the main module must be an object: export default { fetch(request, env, ctx) {} }';
  }
  handler = defaultExport;
  return undefined;
}

// The answer of the current invocation is an error. `request` goes on to the origin instead when the
// Worker asked for that.
function fail(io, error, request) {
  if (io.passThrough) {
    io.passThrough = false;
    native.reportUncaught(error, 'passThroughOnException');
    promiseThen.call(
      send(io, OUTBOUND, request),
      (response) => finish(io, response, request),
      (reason) => fail(io, reason, request),
    );
    return;
  }
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
  }
  native.fail(io.id, type, message, error, extra);
}

function finish(io, response, request) {
  if (!isResponse(response)) {
    fail(io, new TypeError(NOT_A_RESPONSE), request);
    return;
  }
  try {
    takeResponse(io, response);
  } catch (error) {
    fail(io, error, request);
  }
}

function invoke(io, request) {
  if (handler === undefined) {
    const response = require('workers/fetch_event').dispatchFetchEvent(io, request);
    // Nobody responded: the request goes to the origin.
    return response === undefined ? send(io, OUTBOUND, request) : response;
  }
  if (typeof handler.fetch !== 'function') {
    throw new Error('Handler does not export a fetch() function.');
  }
  return handler.fetch(request, env, new ExecutionContext(io));
}

// --- entered from C++ ---

function handleFetch(ioId, head, body, cf, props) {
  const io = openContext(ioId);
  io.props = props;
  const request = receiveRequest(
    io,
    head,
    body,
    cf === undefined ? undefined : require('web/structured_clone').deserialize(cf),
  );
  let result;
  try {
    result = invoke(io, request);
  } catch (error) {
    fail(io, error, request);
    return;
  }
  if (isResponse(result)) {
    finish(io, result, request);
  } else if (typeof result === 'object' && result !== null && typeof result.then === 'function') {
    promiseThen.call(
      result instanceof Promise ? result : Promise.resolve(result),
      (response) => finish(io, response, request),
      (error) => fail(io, error, request),
    );
  } else {
    fail(io, new TypeError(NOT_A_PROMISE), request);
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

module.exports = { setHandlers, handleFetch, onNews, onAbort, releaseContext };
