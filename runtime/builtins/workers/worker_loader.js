// A Worker Loader: env.NAME.load(code) and env.NAME.get(name, makeCode), and the stubs that they give.
//
// https://developers.cloudflare.com/workers/runtime-apis/bindings/worker-loader/. What becomes of the code is
// runtime/worker/loader.h's business; here it is checked and handed over.
'use strict';

const { toBytes } = require('internal/bytes');
const { checkOwner, requireContext } = require('internal/context');
const { setPrototypeOf, stringify } = require('internal/primordials');
const { badArgument, defineInterface } = require('internal/webidl');
const { failureOf } = require('workers/dispatch');
const { bindingRootOf, makeFetcherFrom } = require('workers/fetcher');
const { store, untransferable } = require('workers/rpc');

const { keys } = Object;

// ModuleType of <isolane/worker_spec.h>.
const ES_MODULE = 0;
const TYPES = { __proto__: null, js: ES_MODULE, cjs: 5, text: 1, data: 2, json: 3, py: -1, wasm: 4 };
const TYPE_NAMES = keys(TYPES);

const wrongField = (struct, field, type) => new TypeError(
  `Incorrect type for the '${field}' field on '${struct}': the provided value is not of type '${type}'.`);

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

// Stands for a stub in C++, which is told when it is gone.
class Token {}

// An array that is filled by index, whatever a Worker has made of Array.prototype.
const newList = () => setPrototypeOf([], null);

// --- code ---

function bytesOf(value, type) {
  const bytes = type === TYPES.wasm ? native.wasmBytes(value) ?? toBytes(value) : toBytes(value);
  if (bytes !== undefined) return bytes;
  throw wrongField('Module', type === TYPES.wasm ? 'wasm' : 'data', type === TYPES.wasm
    ? 'ArrayBuffer or ArrayBufferView or Module' : 'ArrayBuffer or ArrayBufferView');
}

// Puts name, type and content of a module at the end of `list`.
function addModule(list, name, value, mainIsPython) {
  const { length } = list;
  const add = (type, content) => {
    list[length] = name;
    list[length + 1] = type;
    list[length + 2] = content;
  };
  if (!isObject(value)) {
    const text = `${value}`;
    if (name.endsWith('.js')) {
      add(ES_MODULE, text);
      return;
    }
    if (name.endsWith('.py')) throw pythonError(name, mainIsPython);
    throw new TypeError(
      "Module name must end with '.js' or '.py' (or the content must be an object indicating the type " +
        `explicitly). Got: ${name}${/\.(?:ts|tsx|jsx)$/.test(name)
          ? ". If you're trying to load TypeScript, bundle it first with '@cloudflare/worker-bundler' and pass " +
            'the generated JavaScript modules.' : ''}`);
  }
  const wasm = native.wasmBytes(value);
  if (wasm !== undefined) {
    add(TYPES.wasm, wasm);
    return;
  }
  let count = 0;
  let type;
  let content;
  for (let i = 0; i < TYPE_NAMES.length; i++) {
    const part = value[TYPE_NAMES[i]];
    if (part === undefined) continue;
    count++;
    type = TYPES[TYPE_NAMES[i]];
    content = part;
  }
  if (count !== 1) {
    throw new TypeError(
      "Each module must contain exactly one of 'js', 'cjs', 'text', 'data', 'json', 'py', or 'wasm'. Module " +
        `'${name}' contained ${count} properties.`);
  }
  if (type === TYPES.py) throw pythonError(name, mainIsPython);
  if (type === TYPES.data || type === TYPES.wasm) add(type, bytesOf(content, type));
  else if (type === TYPES.json) add(type, stringify(content) ?? 'null');
  else add(type, `${content}`);
}

function pythonError(name, mainIsPython) {
  if (mainIsPython) {
    return new Error(`Module "${name}" is a Python module, which isolane does not support: give JavaScript.`);
  }
  return new TypeError(`Module "${name}" is a Python module, but the main module isn't a Python module.`);
}

// [channel, props] of a Fetcher.
function wayOf(value) {
  const root = isObject(value) ? bindingRootOf(value) : undefined;
  if (root === undefined) return undefined;
  if (root.props instanceof Token) throw untransferable();
  return [root.channel, root.props];
}

function outboundOf({ globalOutbound }) {
  if (globalOutbound === undefined || globalOutbound === null) return globalOutbound;
  const way = wayOf(globalOutbound);
  if (way === undefined) throw wrongField('WorkerCode', 'globalOutbound', 'Fetcher');
  return way;
}

// `field` of the code: who is told what it does.
function tailsOf(code, field) {
  const tails = code[field];
  const ways = newList();
  if (tails === undefined) return ways;
  if (!Array.isArray(tails)) throw wrongField('WorkerCode', field, 'Array');
  for (let i = 0; i < tails.length; i++) {
    const way = wayOf(tails[i]);
    if (way === undefined) {
      throw new TypeError(`Incorrect type for array element ${i}: the provided value is not of type 'Fetcher'.`);
    }
    ways[i] = way;
  }
  return ways;
}

function streamingTailsOf(code, allowExperimental) {
  if (code.streamingTails !== undefined && !allowExperimental) {
    throw new Error("Streaming tail workers are experimental. You must pass the option 'allowExperimental: true' " +
      'to the worker loader to use them');
  }
  return tailsOf(code, 'streamingTails');
}

let warned = false;

function checkLimits(limits, struct) {
  if (limits === undefined) return;
  if (!isObject(limits)) throw wrongField(struct, 'limits', 'ResourceLimits');
  if (warned) return;
  warned = true;
  native.consoleWrite('warn',
    '"limits" of a Worker Loader have no effect in isolane yet: those of the request hold for all Workers that it ' +
      'runs through.');
}

// Hands `code`, a WorkerCode, over to C++ as that of Worker `number`.
function giveCode(number, code, method) {
  if (!isObject(code)) {
    throw new TypeError(
      `Worker Loader: ${method} gave ${code} instead of the code of a Worker, { compatibilityDate, mainModule, ` +
        'modules }.');
  }
  const { compatibilityDate, compatibilityFlags = [], limits, mainModule, modules, env } = code;
  if (!Array.isArray(compatibilityFlags)) throw wrongField('WorkerCode', 'compatibilityFlags', 'Array');
  checkLimits(limits, 'WorkerCode');
  if (!isObject(modules)) throw wrongField('WorkerCode', 'modules', 'object');
  if (env !== undefined && !isObject(env)) throw wrongField('WorkerCode', 'env', 'Object');
  const names = keys(modules);
  if (names.length === 0) throw new TypeError('Dynamic Worker code must contain at least one module.');
  const allowExperimental = Boolean(code.allowExperimental);
  const main = `${mainModule}`;
  const list = newList();
  for (let i = 0; i < names.length; i++) addModule(list, names[i], modules[names[i]], main.endsWith('.py'));
  const flags = newList();
  for (let i = 0; i < compatibilityFlags.length; i++) flags[i] = `${compatibilityFlags[i]}`;
  const parts = [
    `${compatibilityDate}`, flags, main, list, allowExperimental, outboundOf(code), tailsOf(code, 'tails'),
    streamingTailsOf(code, allowExperimental),
  ];
  store((value) => native.loaderGive(number, value, parts), env, 'env');
}

// --- stubs ---

const MAKE = Symbol('WorkerStub');

class WorkerStub {
  #io;
  #number;
  #binding;
  // Never read: it lives as long as the stub.
  #token = new Token();

  constructor(key, io, number, binding) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    this.#io = io;
    this.#number = number;
    this.#binding = binding;
    native.loaderHold(number, this.#token);
  }

  getEntrypoint(name = undefined, options = undefined) {
    checkOwner(this.#io, 'WorkerStubChannel');
    const entrypoint = name === undefined || name === null ? '' : `${name}`;
    const { props, limits } = options ?? {};
    if (props !== undefined && !isObject(props)) throw wrongField('EntrypointOptions', 'props', 'Object');
    checkLimits(limits, 'EntrypointOptions');
    const token = new Token();
    const channel = store(
      (value) => native.loaderEntrypoint(this.#number, value, token, entrypoint === 'default' ? '' : entrypoint),
      props, 'props');
    // Whoever calls by that channel holds the token, in the place of props.
    return makeFetcherFrom(channel, token);
  }

  getDurableObjectClass(name = undefined, options = undefined) {
    throw new Error(
      `getDurableObjectClass() of env.${this.#binding} is not supported by isolane: it has no facets of Durable ` +
        'Objects. Give the code a stub of a Durable Object of your own, in env or in props.');
  }
}
defineInterface(WorkerStub);

// --- the binding ---

async function fetchCode(number, binding, getCode) {
  try {
    // It runs when the code that calls get() has the stub.
    await undefined;
    const getWorkerCode = getCode;
    giveCode(number, await getWorkerCode(), `the callback of env.${binding}.get()`);
  } catch (error) {
    native.loaderFail(number, ...failureOf(error, true));
  }
}

let make;

class WorkerLoader {
  #binding;

  constructor(key, configuration) {
    if (key !== make) throw new TypeError('Illegal constructor');
    this.#binding = configuration.name;
  }

  get(name, getCode) {
    if (typeof getCode !== 'function') throw badArgument('get', 'WorkerLoader', 2, 'function');
    const binding = this.#binding;
    const io = requireContext();
    const key = name === undefined || name === null ? undefined : `${name}`;
    let number = key === undefined ? 0 : native.loaderFind(binding, key);
    if (number === 0) {
      number = this.#open(io, key);
      fetchCode(number, binding, getCode);
    }
    return new WorkerStub(MAKE, io, number, binding);
  }

  load(code) {
    if (arguments.length === 0) throw badArgument('load', 'WorkerLoader', 1, 'WorkerCode');
    const io = requireContext();
    const number = this.#open(io, undefined);
    try {
      giveCode(number, code, `env.${this.#binding}.load()`);
    } catch (error) {
      native.loaderFail(number, 'Error', '');
      throw error;
    }
    return new WorkerStub(MAKE, io, number, this.#binding);
  }

  #open(io, key) {
    const number = native.loaderOpen(io.id, this.#binding, key);
    if (number === 0) throw new Error('This request has ended; it cannot load Workers any more.');
    return number;
  }

  static {
    make = (configuration) => new WorkerLoader(make, configuration);
  }
}
defineInterface(WorkerLoader);

module.exports = { make };
