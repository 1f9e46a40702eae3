// caches: the Cache API, of a cache that keeps nothing, as behind a workers.dev address. What is wrong with
// a call is told all the same, so that it works where there is a cache.
//
// https://developers.cloudflare.com/workers/runtime-apis/cache/; spec/wrangler.md section 6.7
'use strict';

const { requireContext } = require('internal/context');
const { ILLEGAL_INVOCATION, badArgument, defineInterface } = require('internal/webidl');
const { LOCKED, USED } = require('web/body');
const { Request, isRequest, normalizeUrl } = require('web/request');
const { NO_UPGRADE, isHandshake, isResponse } = require('web/response');

// Longer names are refused.
const LONGEST_NAME = 1023;
const MAKE = Symbol('make');

const NOTHING_IS_KEPT =
  'caches: isolane has no cache yet. put() keeps nothing, so match() finds nothing, as on a workers.dev address.';
const IGNORED_304 =
  'Ignoring attempt to Cache.put() a 304 status response. 304 responses are not meaningful to cache, and a ' +
  'potential source of bugs. Consider validating that the response status is meaningful to cache before ' +
  'calling Cache.put().';

const warn = (text) => native.consoleWrite('warn', text);

let warned = false;

function warnOnce() {
  if (warned) return;
  warned = true;
  warn(NOTHING_IS_KEPT);
}

function notImplemented(method, of) {
  throw new Error(`Failed to execute '${method}' on '${of}': the method is not implemented.`);
}

// The Request that the first argument of `method` means.
function requestOf(method, args) {
  if (args.length === 0) throw badArgument(method, 'Cache', 1, 'Request or string');
  return isRequest(args[0]) ? args[0] : new Request(normalizeUrl(args[0]));
}

// What match() and delete() are asked is in order.
function checkQuestion(method, args) {
  requireContext();
  const { url } = requestOf(method, args);
  const options = args[1];
  if (options !== undefined && options !== null && typeof options !== 'object' && typeof options !== 'function') {
    throw badArgument(method, 'Cache', 2, 'CacheQueryOptions');
  }
  if (!url.startsWith('http://') && !url.startsWith('https://')) {
    throw new TypeError(`Fetch API cannot load: ${url}`);
  }
}

function checkResponse(request, response) {
  if (request.method !== 'GET') throw new TypeError('Cannot cache response to non-GET request.');
  if (response.status === 206) {
    throw new TypeError('Cannot cache response to a range request (206 Partial Content).');
  }
  const vary = response.headers.get('vary');
  if (vary !== null && vary.split(',').some((name) => name.trim() === '*')) {
    throw new TypeError("Cannot cache response with 'Vary: *' header.");
  }
  if (isHandshake(response)) throw new TypeError(NO_UPGRADE);
}

// Reads the body to its end, as a cache would.
async function consume(response) {
  if (response.bodyUsed) throw new TypeError(USED);
  const { body } = response;
  if (body === null) return;
  if (body.locked) throw new TypeError(LOCKED);
  const reader = body.getReader();
  while (!(await reader.read()).done);
}

let checkCache;
let makeCache;

class Cache {
  #isCache = true;

  constructor(key = undefined) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
  }

  add() {
    notImplemented('add', 'Cache');
  }

  addAll() {
    notImplemented('addAll', 'Cache');
  }

  delete(...args) {
    checkCache(this);
    return (async () => {
      checkQuestion('delete', args);
      warnOnce();
      return false;
    })();
  }

  match(...args) {
    checkCache(this);
    return (async () => {
      checkQuestion('match', args);
      warnOnce();
      return undefined;
    })();
  }

  put(...args) {
    checkCache(this);
    return (async () => {
      requireContext();
      const request = requestOf('put', args);
      const response = args[1];
      if (!isResponse(response)) throw badArgument('put', 'Cache', 2, 'Response');
      checkResponse(request, response);
      if (response.status === 304) {
        warn(IGNORED_304);
        return;
      }
      warnOnce();
      await consume(response);
    })();
  }

  matchAll() {
    notImplemented('matchAll', 'Cache');
  }

  keys() {
    notImplemented('keys', 'Cache');
  }

  static {
    checkCache = (value) => {
      if (typeof value !== 'object' || value === null || !(#isCache in value)) {
        throw new TypeError(ILLEGAL_INVOCATION);
      }
    };
    makeCache = () => new Cache(MAKE);
  }
}
defineInterface(Cache);

class CacheStorage {
  #isStorage = true;

  constructor(key = undefined) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    Object.defineProperty(this, 'default', {
      value: makeCache(), writable: false, enumerable: true, configurable: true,
    });
  }

  open(...args) {
    if (typeof this !== 'object' || this === null || !(#isStorage in this)) {
      throw new TypeError(ILLEGAL_INVOCATION);
    }
    return (async () => {
      if (args.length === 0) throw badArgument('open', 'CacheStorage', 1, 'string');
      if (`${args[0]}`.length > LONGEST_NAME) throw new TypeError('Cache name is too long.');
      return makeCache();
    })();
  }

  delete() {
    notImplemented('delete', 'CacheStorage');
  }

  match() {
    notImplemented('match', 'CacheStorage');
  }

  has() {
    notImplemented('has', 'CacheStorage');
  }

  keys() {
    notImplemented('keys', 'CacheStorage');
  }
}
defineInterface(CacheStorage);

const caches = new CacheStorage(MAKE);

module.exports = { Cache, CacheStorage, caches };
