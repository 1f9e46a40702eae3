// Request, made by a Worker or from the packed head that arrived with an invocation.
//
// https://fetch.spec.whatwg.org/#request-class, with Workers' departures: no base URL, redirect is
// "follow" or "manual", `cf`.
'use strict';

const { state } = require('internal/context');
const { UPPER_CASE_ALL_HTTP_METHODS, ENABLE_REQUEST_SIGNAL } = require('internal/flags');
const { defineInspect, defineInterface } = require('internal/webidl');
const {
  Body,
  NATIVE,
  initBody,
  initFrom,
  hasBody,
  nativeBodyOf,
  cloneBody,
  moveBody,
  showBody,
} = require('web/body');
const headersOf = require('web/headers');
const { isMadeUp, makeLocalCf } = require('web/request_cf');
const { fetchUrl } = require('internal/fetch_url');

const { Headers } = headersOf;

const INTERNAL = Symbol('internal');
const USED_REQUEST = 'Cannot reconstruct a Request with a used body.';

const METHODS = new Set(
  ('GET HEAD POST PUT PATCH DELETE OPTIONS TRACE COPY LOCK MKCOL MOVE PROPFIND PROPPATCH PURGE ' +
    'SEARCH UNLOCK REPORT MKACTIVITY CHECKOUT MERGE MSEARCH NOTIFY SUBSCRIBE UNSUBSCRIBE ACL ' +
    'MKCALENDAR BIND REBIND UNBIND LINK UNLINK').split(' '),
);
const UPPER_CASED = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);

function normalizeMethod(method) {
  method = `${method}`;
  if (METHODS.has(method)) return method;
  const upper = method.toUpperCase();
  if (UPPER_CASED.has(upper)) return upper;
  if (state.flags & UPPER_CASE_ALL_HTTP_METHODS && METHODS.has(upper)) return upper;
  throw new TypeError(`Invalid HTTP method string: ${method}`);
}

function normalizeRedirect(redirect) {
  redirect = `${redirect}`;
  if (redirect !== 'follow' && redirect !== 'manual') {
    throw new TypeError(
      'Invalid redirect value, must be one of "follow" or "manual" ("error" won\'t be implemented ' +
        'since it does not make sense at the edge; use "manual" and check the response status code).',
    );
  }
  return redirect;
}

// The absolute URL, normalised, without fragment and credentials.
function normalizeUrl(input) {
  const url = fetchUrl(input);
  if (url === undefined) throw new TypeError(`Invalid URL: ${input}`);
  return url;
}

let receiveRequest;
let reviveRequest;
let packRequest;
let requestUrl;
let requestParts;
let cfOf;
let isRequest;
let isReceived;

class Request extends Body {
  // The packed head as it arrived: kept for good, because an incoming request cannot be changed.
  #head = undefined;
  #url = undefined;
  #method = undefined;
  #headers = undefined;
  #redirect = 'follow';
  #signal = undefined;
  #cf = undefined;
  #io = undefined;

  constructor(input, init = undefined) {
    super();
    if (input === INTERNAL) return;
    if (arguments.length === 0) {
      throw new TypeError(
        "Failed to construct 'Request': constructor parameter 1 is not of type 'Request or string'.",
      );
    }
    let source;
    if (typeof input === 'object' && input !== null && #head in input) {
      source = input;
      this.#url = requestUrl(source);
      this.#method = source.method;
      this.#redirect = source.#redirect;
      this.#signal = source.#signal;
      this.#cf = source.#cf;
    } else {
      this.#url = normalizeUrl(typeof input === 'string' ? input : `${input}`);
      this.#method = 'GET';
    }
    let body;
    let hasInitBody = false;
    if (init !== undefined && init !== null) {
      if (typeof init !== 'object') {
        throw new TypeError(
          "Failed to construct 'Request': constructor parameter 2 is not of type 'RequestInit'.",
        );
      }
      // init may itself be a Request: then it stands for its members.
      if (init.method !== undefined) this.#method = normalizeMethod(init.method);
      if (init.headers !== undefined) this.#headers = new Headers(init.headers);
      if (init.redirect !== undefined) this.#redirect = normalizeRedirect(init.redirect);
      const signal = init.signal;
      if (signal === null) {
        this.#signal = undefined;
      } else if (signal !== undefined) {
        const abort = require.loaded('web/abort');
        if (abort === undefined || !(signal instanceof abort.AbortSignal)) {
          throw new TypeError(
            "Incorrect type for the 'signal' field on 'RequestInit': the provided value is not of " +
              "type 'AbortSignal'.",
          );
        }
        this.#signal = signal;
      }
      if (init.cf !== undefined && init.cf !== null) {
        if (typeof init.cf !== 'object' && typeof init.cf !== 'function') {
          throw new TypeError(
            "Incorrect type for the 'cf' field on 'RequestInitializerDict': the provided value is not of " +
              "type 'Object'.",
          );
        }
        this.#cf = require('web/structured_clone').structuredClone(init.cf);
      }
      if (init.integrity !== undefined && init.integrity !== '') {
        throw new TypeError(
          "The 'integrity' field on 'RequestInit' is not implemented; leave it out.",
        );
      }
      body = init.body;
      hasInitBody = body !== undefined && body !== null;
    }
    if (this.#headers === undefined) {
      this.#headers = source === undefined ? new Headers() : new Headers(source.headers);
    }
    if (hasInitBody) {
      if (this.#method === 'GET' || this.#method === 'HEAD') {
        throw new TypeError('Request with a GET or HEAD method cannot have a body.');
      }
      const type = initFrom(this, body);
      if (type !== undefined && !this.#headers.has('content-type')) {
        headersOf.setInternal(this.#headers, 'content-type', type);
      }
    } else if (source !== undefined && body === undefined && hasBody(source)) {
      if (this.#method === 'GET' || this.#method === 'HEAD') {
        throw new TypeError('Request with a GET or HEAD method cannot have a body.');
      }
      moveBody(source, this, USED_REQUEST);
    }
  }

  #split() {
    const head = this.#head;
    const mark = head.indexOf('\0');
    const end = head.indexOf('\n', mark);
    this.#method = head.slice(0, mark);
    this.#url = end < 0 ? head.slice(mark + 1) : head.slice(mark + 1, end);
  }

  get method() {
    if (this.#method === undefined) this.#split();
    return this.#method;
  }

  get url() {
    if (this.#url === undefined) this.#split();
    return this.#url;
  }

  get headers() {
    let headers = this.#headers;
    if (headers === undefined) {
      const head = this.#head;
      const at = head.indexOf('\n');
      headers = headersOf.fromPacked(at < 0 ? '' : head.slice(at), true);
      this.#headers = headers;
      const id = nativeBodyOf(this);
      if (id !== -1) {
        // What HTTP would have said about a body that came without a socket.
        const length = native.bodyLength(id);
        if (length < 0) {
          if (headers.get('content-length') === null && headers.get('transfer-encoding') === null) {
            headersOf.setInternal(headers, 'transfer-encoding', 'chunked');
          }
        } else if (headers.get('content-length') !== `${length}`) {
          headersOf.setInternal(headers, 'content-length', `${length}`);
        }
      }
    }
    return headers;
  }

  get redirect() {
    return this.#redirect;
  }

  get signal() {
    let signal = this.#signal;
    if (signal === undefined) {
      const { AbortController } = require('web/abort');
      const controller = new AbortController();
      signal = this.#signal = controller.signal;
      if (this.#io !== undefined && state.flags & ENABLE_REQUEST_SIGNAL) {
        this.#io.abortRequest = controller;
      }
    }
    return signal;
  }

  get cf() {
    return cfOf(this);
  }

  get integrity() {
    return '';
  }

  get keepalive() {
    return false;
  }

  get cache() {
    return undefined;
  }

  get fetcher() {
    return null;
  }

  clone() {
    const copy = new Request(INTERNAL);
    cloneBody(this, copy);
    copy.#head = this.#head;
    copy.#url = this.#url;
    copy.#method = this.#method;
    copy.#headers = this.#head === undefined ? new Headers(this.#headers) : undefined;
    copy.#redirect = this.#redirect;
    copy.#signal = this.#signal;
    copy.#cf = this.#cf;
    copy.#io = this.#io;
    return copy;
  }

  static {
    // The request of an invocation. Redirects are the caller's business: "manual".
    receiveRequest = (io, head, body, cf) => {
      const request = new Request(INTERNAL);
      request.#head = head;
      request.#redirect = 'manual';
      request.#io = io;
      request.#cf = cf;
      if (body >= 0) initBody(request, NATIVE, body, io);
      return request;
    };
    // A request that came as a value: like one made here, but with a native body.
    reviveRequest = (io, head, body, redirect, cf, signal) => {
      const request = new Request(INTERNAL);
      const mark = head.indexOf('\0');
      const end = head.indexOf('\n', mark);
      request.#method = head.slice(0, mark);
      request.#url = end < 0 ? head.slice(mark + 1) : head.slice(mark + 1, end);
      request.#headers = headersOf.fromPacked(end < 0 ? '' : head.slice(end), false);
      request.#redirect = redirect;
      request.#cf = cf;
      request.#signal = signal;
      if (body >= 0) initBody(request, NATIVE, body, io);
      return request;
    };
    packRequest = (request) => {
      if (request.#head !== undefined) return request.#head;
      return `${request.#method}\0${request.#url}${headersOf.pack(request.#headers)}`;
    };
    requestUrl = (request) => {
      if (request.#url === undefined) request.#split();
      return request.#url;
    };
    cfOf = (request) => {
      if (isMadeUp(request.#cf)) request.#cf = makeLocalCf(request.#cf);
      return request.#cf;
    };
    // The signal, if there is one that somebody could abort, without making one.
    requestParts = (request) => ({
      signal: request.#signal,
      redirect: request.#redirect,
      cf: request.#cf, // may stand for one that is made up
    });
    // Made by receiveRequest: its head is kept as it came.
    isReceived = (request) => request.#head !== undefined;
    isRequest = (value) => typeof value === 'object' && value !== null && #head in value;
  }
}

defineInterface(Request);
// Neither the signal nor the stream of the body are made for it.
defineInspect(Request, ['method', 'url', 'headers', 'redirect', 'fetcher'], (request, view) => {
  view.signal = requestParts(request).signal ?? require('internal/shown').shownSignal();
  view.cf = cfOf(request);
  view.integrity = request.integrity;
  view.keepalive = request.keepalive;
  view.cache = request.cache;
  view.body = showBody(request);
  view.bodyUsed = request.bodyUsed;
});

module.exports = {
  Request,
  receiveRequest,
  reviveRequest,
  packRequest,
  requestUrl,
  requestParts,
  cfOf,
  isRequest,
  isReceived,
  normalizeUrl,
  USED_REQUEST,
};
