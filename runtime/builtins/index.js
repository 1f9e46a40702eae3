// The built-in half of isolane, run once when the start-up snapshot is made. The only ordered list of
// its parts: order matters, since the streams pick up the globals that come before them.
//
// What this module exports is what C++ may call (struct Hooks in runtime/worker/worker.h).
'use strict';

const { state } = require('internal/context');
const { SET_TOSTRING_TAG } = require('internal/flags');
const { removeToStringTags } = require('internal/webidl');

function define(name, value) {
  Object.defineProperty(globalThis, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

const { DOMException } = require('internal/dom_exception');
const events = require('web/event_target');
const { AbortController, AbortSignal } = require('web/abort');
define('DOMException', DOMException);
define('EventTarget', events.EventTarget);
define('Event', events.Event);
define('AbortController', AbortController);
define('AbortSignal', AbortSignal);

require('third_party/web-streams');
require('web/globals').install(globalThis);

const { Headers } = require('web/headers');
const { Request } = require('web/request');
const { Response } = require('web/response');
const { fetch, onResponse } = require('web/fetch');
const { onCallError } = require('internal/calls');
const timers = require('web/timers');
const { Fetcher, makeFetcher, configureFetcher, setLoopback } = require('workers/fetcher');
const { ExecutionContext } = require('workers/execution_context');
const scope = require('workers/fetch_event');
const { platformModules } = require('workers/platform_module');
const { setHandlers } = require('workers/entrypoints');
const dispatch = require('workers/dispatch');
const { WebSocket, WebSocketPair, onSocket } = require('web/web_socket');
const { onMethodResult } = require('workers/rpc_stub');
const { handleMethod, handleStubCall, onDropped } = require('workers/rpc_target');
const { describeObject, reviveObject } = require('workers/rpc_values');

define('Headers', Headers);
define('Request', Request);
define('Response', Response);
define('Fetcher', Fetcher);
define('ExecutionContext', ExecutionContext);
define('FetchEvent', scope.FetchEvent);
define('fetch', fetch);
define('WebSocket', WebSocket);
define('WebSocketPair', WebSocketPair);
for (const name of ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval']) {
  define(name, timers[name]);
}
for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent']) {
  define(name, scope[name]);
}
define('scheduler', timers.scheduler);
define('self', globalThis);

// Before any module of the Worker: the bits of its compatibility flags.
function configure(flags) {
  state.flags = flags;
  if (!(flags & SET_TOSTRING_TAG)) removeToStringTags();
  configureFetcher();
}

module.exports = {
  configure,
  makeFetcher,
  platformModules,
  setHandlers,
  setLoopback,
  handleFetch: dispatch.handleFetch,
  handleMethod,
  handleStubCall,
  describeObject,
  reviveObject,
  onNews: dispatch.onNews,
  onAbort: dispatch.onAbort,
  releaseContext: dispatch.releaseContext,
  onResponse,
  onMethodResult,
  onCallError,
  onDropped,
  onSocket,
  onTimer: timers.onTimer,
};
