// The built-in half of isolane, run once when the start-up snapshot is made. What it requires is in
// the heap that every isolate begins with; the rest is loaded by those that use it.
//
// What this module exports is what C++ may call (struct Hooks in runtime/worker/worker.h).
'use strict';

const { state } = require('internal/context');
const { GLOBAL_NAVIGATOR, NODEJS_ALS, SET_TOSTRING_TAG } = require('internal/flags');
const { removeToStringTags } = require('internal/webidl');

function define(name, value) {
  Object.defineProperty(globalThis, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

// Not read before a Worker does, but made now: they keep intrinsics that it could change.
require('internal/bytes');
require('internal/primordials');

const { defineLate, install } = require('web/globals');
install(globalThis);

const { Headers } = require('web/headers');
const { Request } = require('web/request');
const { Response } = require('web/response');
const { fetch, onResponse } = require('web/fetch');
const { onCallError } = require('internal/calls');
const timers = require('web/timers');
const { Fetcher, makeFetcher, configureFetcher } = require('workers/fetcher');
const { ExecutionContext, setLoopback } = require('workers/execution_context');
const { hasActorClass, setHandlers } = require('workers/entrypoints');
const dispatch = require('workers/dispatch');
const rpc = require('workers/rpc_hooks');

define('Headers', Headers);
define('Request', Request);
define('Response', Response);
define('Fetcher', Fetcher);
define('ExecutionContext', ExecutionContext);
define('fetch', fetch);
for (const name of ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval']) {
  define(name, timers[name]);
}
defineLate(globalThis, 'workers/fetch_event',
  'FetchEvent addEventListener removeEventListener dispatchEvent');
defineLate(globalThis, 'workers/hibernation', 'WebSocketRequestResponsePair');
defineLate(globalThis, 'workers/extendable_event', 'ExtendableEvent');
defineLate(globalThis, 'workers/scheduled', 'ScheduledEvent');
defineLate(globalThis, 'workers/tail', 'TailEvent');
define('scheduler', timers.scheduler);
define('self', globalThis);

// Before any module of the Worker: the bits of its compatibility flags.
function configure(flags) {
  state.flags = flags;
  if (!(flags & SET_TOSTRING_TAG)) removeToStringTags();
  if (!(flags & GLOBAL_NAVIGATOR)) delete globalThis.navigator;
  configureFetcher();
}

let onSocket;

// The modules that come with isolane: functions that give their exports, by name. Each is called when
// the Worker imports that module.
function platformModules(env) {
  const modules = {
    'cloudflare:workers': () => require('workers/platform_module').platformExports(env),
    'cloudflare:email': () => require('workers/email').emailExports(),
    'cloudflare:sockets': () => require('workers/sockets_module').socketExports(),
    'cloudflare:workflows': () => require('workers/workflows_module').workflowExports(),
  };
  if (state.flags & NODEJS_ALS) {
    modules['node:async_hooks'] = () => {
      const exports = require('workers/async_local_storage');
      return { ...exports, default: exports };
    };
  }
  return modules;
}

module.exports = {
  configure,
  makeFetcher,
  platformModules,
  setHandlers,
  setLoopback,
  handleFetch: dispatch.handleFetch,
  handleMethod: rpc.handleMethod,
  handleStubCall: rpc.handleStubCall,
  describeObject: rpc.describeObject,
  reviveObject: rpc.reviveObject,
  onNews: dispatch.onNews,
  onAbort: dispatch.onAbort,
  releaseContext: dispatch.releaseContext,
  onResponse,
  onConnected: (...parameters) => require('workers/network').onConnected(...parameters),
  onMethodResult: rpc.onMethodResult,
  onCallError,
  onDropped: rpc.onDropped,
  // These modules are loaded where there is a Durable Object,
  makeNamespace: (channel) => require('workers/durable_objects').makeNamespace(channel),
  startActor: (...parameters) => require('workers/actor').startActor(...parameters),
  handleActorFetch: (...parameters) => require('workers/actor').handleActorFetch(...parameters),
  handleActorMethod: (...parameters) => require('workers/actor').handleActorMethod(...parameters),
  onActorAlarm: (...parameters) => require('workers/actor').onActorAlarm(...parameters),
  onActorSocket: (...parameters) => require('workers/actor').onActorSocket(...parameters),
  hasActorClass,
  // these where there is such a binding (`module` is the file's name),
  makeBinding: (module, configuration) => require(module).make(configuration),
  // and this one where there is a socket.
  onSocket: (ioId, id, kind, data, code) => {
    onSocket ??= require('web/web_socket').onSocket;
    onSocket(ioId, id, kind, data, code);
  },
  onTimer: timers.onTimer,
};
