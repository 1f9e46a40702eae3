// Response, made by a Worker or from the packed head that a call brought back.
//
// https://fetch.spec.whatwg.org/#response-class
'use strict';

const {
  Body,
  NATIVE,
  TEXT,
  USED,
  initBody,
  initFrom,
  nativeBodyOf,
  cloneBody,
  showBody,
  takeBody,
  taken,
} = require('web/body');
const headersOf = require('web/headers');
const { defineInspect, defineInterface } = require('internal/webidl');

const { Headers } = headersOf;

const INTERNAL = Symbol('internal');
const TEXT_HEAD = '\ncontent-type\0text/plain;charset=UTF-8';
const JSON_HEAD = '\ncontent-type\0application/json';
const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;

const stringify = JSON.stringify;

function checkStatus(status) {
  const number = Number(status);
  if (!Number.isInteger(number) || number < 200 || number > 599) {
    throw new RangeError(
      'Responses may only be constructed with status codes in the range 200 to 599, inclusive.',
    );
  }
  return number;
}

function nullBodyStatus(status) {
  return status === 204 || status === 205 || status === 304 || status === 101;
}

const NO_UPGRADE =
  'Worker tried to return a WebSocket in a response to a request which did not contain the header ' +
  '"Upgrade: websocket".';

let isHandshake;
let receiveResponse;
let takeResponse;
let responseParts;
let reviveResponse;
let isResponse;

class Response extends Body {
  #status = 200;
  // What was given at construction and nobody has looked at yet: packed headers...
  #packed = '';
  // ...and for a received response the whole head, which cannot change.
  #head = undefined;
  #statusText = '';
  #headers = undefined;
  #url = '';
  #redirected = false;
  #type = 'default';
  #cf = undefined;
  #encodeBody = 'automatic';
  #webSocket = null;

  constructor(body = null, init = undefined) {
    super();
    if (body === INTERNAL) return;
    if (init !== undefined && init !== null) {
      if (typeof init !== 'object') {
        throw new TypeError(
          "Failed to construct 'Response': constructor parameter 2 is not of type 'ResponseInit'.",
        );
      }
      const { status, statusText, headers, cf, encodeBody, webSocket } = init;
      const hasSocket = webSocket !== undefined && webSocket !== null;
      if (hasSocket) {
        if (!require.loaded('web/web_socket')?.isWebSocket(webSocket)) {
          throw new TypeError(
            "Incorrect type for the 'webSocket' field on 'InitializerDict': the provided value is not of type 'WebSocket'.",
          );
        }
        if (Number(status) !== 101) {
          throw new RangeError('Responses with a WebSocket must have status code 101.');
        }
        this.#webSocket = webSocket;
        this.#status = 101;
      } else if (status !== undefined) {
        this.#status = checkStatus(status);
      }
      if (statusText !== undefined) {
        if (!REASON.test(`${statusText}`)) throw new TypeError('Invalid statusText.');
        this.#statusText = `${statusText}`;
      }
      if (headers !== undefined) this.#headers = new Headers(headers);
      if (cf !== undefined && cf !== null) {
        this.#cf = require('web/structured_clone').structuredClone(cf);
      }
      if (encodeBody !== undefined) {
        if (encodeBody !== 'automatic' && encodeBody !== 'manual') {
          throw new TypeError(`encodeBody: unexpected value: ${encodeBody}`);
        }
        this.#encodeBody = encodeBody;
      }
    }
    if (body === null || body === undefined) return;
    if (nullBodyStatus(this.#status)) {
      throw new TypeError(
        'Response with null body status (101, 204, 205, or 304) cannot have a body.',
      );
    }
    const type = initFrom(this, body);
    if (type === undefined) return;
    if (this.#headers === undefined) {
      this.#packed = typeof body === 'string' ? TEXT_HEAD : `\ncontent-type\0${type}`;
    } else if (!this.#headers.has('content-type')) {
      headersOf.setInternal(this.#headers, 'content-type', type);
    }
  }

  static error() {
    const response = new Response(INTERNAL);
    response.#type = 'error';
    response.#status = 0;
    return response;
  }

  static redirect(url, status = 302) {
    if (arguments.length === 0) {
      throw new TypeError(
        "Failed to execute 'redirect' on 'Response': parameter 1 is not of type 'string'.",
      );
    }
    let parsed;
    const { URL } = require('web/url');
    try {
      parsed = new URL(`${url}`);
    } catch {
      throw new TypeError(`Unable to parse URL: ${url}`);
    }
    status = Number(status);
    if (![301, 302, 303, 307, 308].includes(status)) {
      throw new RangeError(`${status} is not a redirect status code.`);
    }
    const response = new Response(INTERNAL);
    response.#status = status;
    response.#packed = `\nlocation\0${parsed.href}`;
    return response;
  }

  static json(data, init = undefined) {
    const text = stringify(data);
    if (text === undefined) throw new TypeError('Value is not JSON serializable.');
    if (init === undefined) {
      const response = new Response(INTERNAL);
      initBody(response, TEXT, text, null);
      response.#packed = JSON_HEAD;
      return response;
    }
    const response = new Response(text, init);
    const given = init?.headers === undefined ? null : new Headers(init.headers);
    if (given === null || !given.has('content-type')) {
      response.headers.set('content-type', 'application/json');
    }
    return response;
  }

  get status() {
    return this.#status;
  }

  get statusText() {
    let text = this.#statusText;
    if (this.#head !== undefined) {
      const at = this.#head.indexOf('\n');
      text = at < 0 ? this.#head : this.#head.slice(0, at);
    }
    return text === '' && this.#status === 101 ? 'Switching Protocols' : text;
  }

  get ok() {
    return this.#status >= 200 && this.#status <= 299;
  }

  get url() {
    return this.#url;
  }

  get redirected() {
    return this.#redirected;
  }

  get type() {
    return this.#type;
  }

  get cf() {
    return this.#cf;
  }

  get webSocket() {
    return this.#webSocket;
  }

  get headers() {
    let headers = this.#headers;
    if (headers !== undefined) return headers;
    const head = this.#head;
    if (head === undefined) {
      headers = headersOf.fromPacked(this.#packed, this.#type === 'error');
    } else {
      const at = head.indexOf('\n');
      headers = headersOf.fromPacked(at < 0 ? '' : head.slice(at), true);
      const id = nativeBodyOf(this);
      if (id !== -1) {
        const length = native.bodyLength(id);
        if (length >= 0 && headers.get('content-length') === null) {
          headersOf.setInternal(headers, 'content-length', `${length}`);
        }
      }
    }
    this.#headers = headers;
    return headers;
  }

  clone() {
    if (this.#webSocket !== null) throw new TypeError('Cannot clone a response to a WebSocket handshake.');
    const copy = new Response(INTERNAL);
    cloneBody(this, copy);
    copy.#status = this.#status;
    copy.#packed = this.#packed;
    copy.#head = this.#head;
    copy.#statusText = this.#statusText;
    copy.#headers =
      this.#head === undefined && this.#headers !== undefined ? new Headers(this.#headers) : undefined;
    copy.#url = this.#url;
    copy.#redirected = this.#redirected;
    copy.#type = this.#type;
    copy.#cf = this.#cf;
    copy.#encodeBody = this.#encodeBody;
    return copy;
  }

  static {
    isResponse = (value) => typeof value === 'object' && value !== null && #packed in value;

    // The response of a call. `head` is "STATUS TEXT\nname\0value...".
    receiveResponse = (io, status, head, body, url, redirected, socket = 0) => {
      const response = new Response(INTERNAL);
      response.#status = status;
      response.#head = head;
      response.#url = url;
      response.#redirected = redirected;
      if (socket !== 0) response.#webSocket = require('web/web_socket').receiveSocket(io, socket, head);
      if (body >= 0) initBody(response, NATIVE, body, io);
      return response;
    };

    // What a response consists of beside its body, to be sent as a value.
    responseParts = (response) => {
      if (response.#type === 'error') {
        throw new TypeError('An error response (like Response.error()) cannot be sent over RPC.');
      }
      let head = response.#head;
      if (head === undefined) {
        head = response.#statusText +
          (response.#headers === undefined ? response.#packed : headersOf.pack(response.#headers));
      }
      return { status: response.#status, head, cf: response.#cf, encoded: response.#encodeBody === 'manual' };
    };

    // A response that came as a value: like one made here, but with a native body.
    reviveResponse = (io, status, head, body, cf, encoded) => {
      const response = new Response(INTERNAL);
      const at = head.indexOf('\n');
      response.#status = status;
      response.#statusText = at < 0 ? head : head.slice(0, at);
      response.#packed = at < 0 ? '' : head.slice(at);
      response.#cf = cf;
      if (encoded) response.#encodeBody = 'manual';
      if (body >= 0) initBody(response, NATIVE, body, io);
      return response;
    };

    // Hands the response on as the answer of the current invocation, or of one of the calls on a Durable
    // Object.
    takeResponse = (io, response, callId = 0) => {
      if (response.#type === 'error') {
        throw new TypeError(
          'Return value from serve handler must not be an error response (like Response.error())',
        );
      }
      takeBody(response, USED);
      let head = response.#head;
      if (head === undefined) {
        head =
          response.#headers === undefined
            ? response.#statusText === ''
              ? response.#packed
              : response.#statusText + response.#packed
            : response.#statusText + headersOf.pack(response.#headers);
      }
      let socket = 0;
      if (response.#webSocket !== null) {
        const { handshakeHead, takeSocket } = require('web/web_socket');
        socket = takeSocket(response.#webSocket);
        head = handshakeHead(head);
      }
      native.respond(
        io.id,
        response.#status,
        head,
        taken.kind,
        taken.value,
        response.#encodeBody === 'manual',
        socket,
        callId,
      );
    };
    isHandshake = (response) => response.#webSocket !== null;
  }
}

defineInterface(Response);
defineInspect(
  Response,
  ['status', 'statusText', 'headers', 'ok', 'redirected', 'url', 'webSocket', 'cf', 'type'],
  (response, view) => {
    view.body = showBody(response);
    view.bodyUsed = response.bodyUsed;
  },
);

module.exports = {
  NO_UPGRADE, Response, isHandshake, isResponse, receiveResponse, responseParts, reviveResponse, takeResponse,
};
