// What the modules of a Worker export that can be called: handler objects and classes. Index 0 is the
// default export, also where there is none.
//
// spec/service-bindings.md sections 10 and 11
'use strict';

const { ExecutionContext } = require('workers/execution_context');

const NOTHING = 0;
const OBJECT = 1;
const CLASS = 2;
const SCRIPT = 3;

const { apply } = Reflect;
const { indexOf, slice } = String.prototype;

const NOT_HANDLED = Symbol('not handled');
const NO_FETCH = 'Handler does not export a fetch() function.';

class Entrypoint {
  constructor(name, kind, value) {
    this.name = name;
    this.kind = kind;
    this.value = value;
  }
}

const table = [];
// The classes of Durable Objects and Workflows, in the order in which C++ knows them; undefined: not exported.
let actorClasses = [];
// Their names: "Counter"; of a Workflow with the name of that, "Order/process-orders".
let actorNames = [];
// Whether what they have are instances of a Workflow.
let areWorkflows = [];
let env;

// Whether `value` is the class `name` of "cloudflare:workers" or extends it.
function isClassOf(value, name) {
  const Base = require.loaded('workers/entrypoint_classes')?.[name];
  return (
    Base !== undefined && typeof value === 'function' && (value === Base || value.prototype instanceof Base)
  );
}

function kindOf(value) {
  if (isClassOf(value, 'WorkerEntrypoint')) return CLASS;
  // Plain classes and functions may be anything; objects may be handlers.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? OBJECT : NOTHING;
}

// Their names by number; empty for a default export that is not there.
function entrypointNames() {
  const names = [];
  for (let i = 0; i < table.length; i++) names[i] = table[i].kind === NOTHING ? '' : table[i].name;
  return names;
}

// Called once, when the modules have been evaluated: `exports` is the namespace of the main module,
// `classes` the names of Durable Objects and Workflows. Returns the names of the entrypoints, or what is wrong with them.
function setHandlers(exports, environment, isServiceWorker, classes = []) {
  env = environment;
  table.length = 0;
  actorClasses = [];
  actorNames = classes;
  areWorkflows = [];
  for (let i = 0; i < classes.length; i++) {
    const slash = apply(indexOf, classes[i], ['/']);
    areWorkflows[i] = slash >= 0;
    const name = areWorkflows[i] ? apply(slice, classes[i], [0, slash]) : classes[i];
    const value = isServiceWorker ? undefined : exports[name];
    const fits = !areWorkflows[i] ? typeof value === 'function' : isClassOf(value, 'WorkflowEntrypoint');
    actorClasses[i] = fits ? value : undefined;
  }
  if (isServiceWorker) {
    if (!require.loaded('workers/fetch_event')?.listens()) {
      return (
        "the script registers no 'fetch' listener (nor one for another event that calls it): call " +
        "addEventListener('fetch', ...), or export default { fetch() {} }; for isolane test: export const " +
        'NAME = { async test() {} }'
      );
    }
    table.push(new Entrypoint('default', SCRIPT, undefined));
    return ['default'];
  }
  const main = exports.default;
  if ('default' in exports && kindOf(main) === NOTHING) {
    if (isClassOf(main, 'DurableObject')) {
      return 'the default export is a DurableObject; export that class by a name';
    }
    return typeof main === 'function'
      ? 'the default export is a function or class that does not extend WorkerEntrypoint: export ' +
          'default { fetch(request, env, ctx) {} }, or a class that extends WorkerEntrypoint from ' +
          '"cloudflare:workers"'
      : 'the default export of the main module must be an object: export default { fetch(request, env, ctx) {} }';
  }
  table.push(new Entrypoint('default', kindOf(main), main));
  for (const name of Object.keys(exports)) {
    const kind = name === 'default' ? NOTHING : kindOf(exports[name]);
    if (kind !== NOTHING) table.push(new Entrypoint(name, kind, exports[name]));
  }
  return entrypointNames();
}

// The answer of entrypoint `number` to a request: what its handler returned. NOT_HANDLED if no
// listener of a Service Worker responded.
function callFetch(io, number, request) {
  const { kind, value } = table[number];
  switch (kind) {
    case OBJECT:
      if (typeof value.fetch !== 'function') throw new Error(NO_FETCH);
      return value.fetch(request, env, new ExecutionContext(io));
    case CLASS: {
      const instance = new value(new ExecutionContext(io), env);
      if (typeof instance.fetch !== 'function') throw new Error(NO_FETCH);
      return instance.fetch(request);
    }
    case SCRIPT:
      return require('workers/fetch_event').dispatchFetchEvent(io, request) ?? NOT_HANDLED;
    default:
      throw new Error(NO_FETCH);
  }
}

module.exports = {
  CLASS,
  NO_FETCH,
  NOT_HANDLED,
  OBJECT,
  SCRIPT,
  setHandlers,
  callFetch,
  entrypointAt: (number) => table[number],
  entrypointNames,
  actorClassNames: () => actorNames,
  actorClassAt: (number) => actorClasses[number],
  environment: () => env,
  isWorkflow: (number) => areWorkflows[number],
  hasActorClass: (number) => actorClasses[number] !== undefined,
  isClassOf,
};
