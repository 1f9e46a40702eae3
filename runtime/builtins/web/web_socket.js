// WebSocket and WebSocketPair as Workers have them.
//
// https://developers.cloudflare.com/workers/runtime-apis/websockets/; the messages themselves are
// C++'s (runtime/worker/web_sockets.h), named by a number.
'use strict';

const { enterContext, foreignIo, requireContext, state } = require('internal/context');
const { WEBSOCKET_STANDARD_BINARY_TYPE, WEB_SOCKET_AUTO_REPLY_TO_CLOSE } = require('internal/flags');
const { DOMException } = require('internal/dom_exception');
const { defineInterface, defineProperty } = require('internal/webidl');
const { toBytes } = require('internal/bytes');
const { CloseEvent, ErrorEvent, Event, EventTarget, MessageEvent, defineEventHandler, dispatchTrusted } =
  require('web/event_target');

// What native.webSocketReceive leaves in scratch[0]; the same numbers are in web_socket_natives.cc.
const NOTHING = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSED = 3;

const MAKE = Symbol('WebSocket');
const NO_CODE = 1005;
const LOST_CODE = 1006;
const LOST = 'WebSocket disconnected without sending Close frame.';
// Bytes.
const MOST_ATTACHED = 16384;
const NOT_ACCEPTED =
  'You must call one of accept() or state.acceptWebSocket() on this WebSocket before sending messages.';

const WRONG = 'WebSocket Constructor: ';
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const syntaxError = (text) => new DOMException(WRONG + text, 'SyntaxError');

function parseAddress(url) {
  const { URL } = require('web/url');
  let address;
  try {
    address = new URL(`${url}`);
  } catch {
    throw syntaxError('The url is invalid.');
  }
  if (address.protocol !== 'ws:' && address.protocol !== 'wss:') {
    throw syntaxError('The url scheme must be ws or wss.');
  }
  if (address.hash !== '') throw syntaxError('The url fragment must be empty.');
  return address;
}

function checkProtocols(protocols) {
  const list = protocols === undefined ? [] : typeof protocols === 'string' ? [protocols] : [...protocols];
  list.forEach((protocol, index) => {
    if (!TOKEN.test(protocol)) {
      throw syntaxError(typeof protocols === 'string' ? 'The protocol header token is invalid.'
        : 'One of the protocol header tokens is invalid.');
    }
    if (list.indexOf(protocol) !== index) throw syntaxError('The protocols header cannot have repeating values.');
  });
  return list;
}

let makeSocket;
let takeSocket;
let deliver;
let isWebSocket;
let earlyAttachment;
let hibernate;
let reviveHibernating;
let socketNumber;
let takeEvent;

/** https://websockets.spec.whatwg.org/#websocket, with Workers' accept(). */
class WebSocket extends EventTarget {
  #io = null;
  #id = 0;
  #accepted = false;
  // It was returned with a response: it is somebody else's.
  #released = false;
  // It belongs to a Durable Object, which gets its messages: see workers/hibernation.js.
  #hibernating = false;
  #attachment;
  #closeSent = false;
  #closeReceived = false;
  #halfOpen = false;
  #binaryType = state.flags & WEBSOCKET_STANDARD_BINARY_TYPE ? 'blob' : 'arraybuffer';
  #url = null;
  #protocol = null;

  // Made by new WebSocket(url), and there is no answer yet.
  #connecting = false;
  #connected = false;

  constructor(url, protocols = undefined) {
    super();
    if (url === MAKE) return;
    const address = parseAddress(url);
    const list = checkProtocols(protocols);
    this.#io = requireContext();
    this.#connecting = this.#connected = true;
    this.#url = address.href;
    this.#protocol = '';
    this.#connect(address, list);
  }

  async #connect(address, protocols) {
    const { fetch } = require('web/fetch');
    const headers = { upgrade: 'websocket' };
    if (protocols.length > 0) headers['sec-websocket-protocol'] = protocols.join(', ');
    const target = address.href.replace(/^ws/, 'http');
    try {
      const response = await fetch(target, { headers });
      const socket = response.webSocket;
      if (socket === null) {
        throw new TypeError(
          'Failed to establish the WebSocket connection: expected server to reply with HTTP status code ' +
            `101 (switching protocols), but received ${response.status} instead.`,
        );
      }
      this.#connecting = false;
      this.#id = takeSocket(socket);
      this.#protocol = response.headers.get('sec-websocket-protocol') ?? '';
      this.#begin(undefined);
      if (this.#closeSent) {
        native.webSocketClose(this.#id, NO_CODE, '');
        return;
      }
      dispatchTrusted(this, new Event('open'));
    } catch (error) {
      this.#connecting = false;
      this.#closeSent = this.#closeReceived = true;
      dispatchTrusted(this, new ErrorEvent('error', { error, message: error?.message }));
      dispatchTrusted(this, new CloseEvent('close', {
        code: LOST_CODE, reason: 'Failed to establish websocket connection', wasClean: false,
      }));
    }
  }

  #check() {
    if (this.#io !== state.current) throw foreignIo('WebSocket', this.#io);
  }

  /** @param {{allowHalfOpen?: boolean}} [options] */
  accept(options = undefined) {
    this.#check();
    if (this.#connecting) {
      throw new TypeError("Websockets obtained from the 'new WebSocket()' constructor cannot call accept");
    }
    if (this.#released) throw new TypeError("Can't accept() WebSocket that was already used in a response.");
    if (this.#hibernating) throw new TypeError("Can't accept() WebSocket after enabling hibernation.");
    if (!this.#accepted) this.#begin(options);
  }

  #begin(options) {
    this.#accepted = true;
    // By default, from some date on, a close is answered at once.
    this.#halfOpen = options?.allowHalfOpen ?? !(state.flags & WEB_SOCKET_AUTO_REPLY_TO_CLOSE);
    (this.#io.sockets ??= new Map()).set(this.#id, this);
    native.webSocketAccept(this.#id);
  }

  send(message) {
    this.#check();
    if (arguments.length === 0) {
      throw new TypeError(
        "Failed to execute 'send' on 'WebSocket': parameter 1 is not of type 'ArrayBuffer or ArrayBufferView or string'.",
      );
    }
    if (this.#connecting) {
      throw new DOMException("Can't send() before the WebSocket is open.", 'InvalidStateError');
    }
    if (this.#closeSent) throw new TypeError("Can't call WebSocket send() after close().");
    if (this.#released) return;
    if (!this.#accepted) throw new TypeError(NOT_ACCEPTED);
    let data = message;
    if (typeof message !== 'string') {
      const blob = require.loaded('web/blob');
      data = blob?.isBlob(message) ? blob.blobBytes(message) : toBytes(message);
      if (data === undefined) data = `${message}`;
    }
    native.webSocketSend(this.#id, data);
  }

  close(code = undefined, reason = undefined) {
    this.#check();
    if (code !== undefined) {
      code = Number(code) & 0xffff;
      if (code < 1000 || code >= 5000 || code === 1004 || code === NO_CODE || code === LOST_CODE || code === 1015) {
        throw new DOMException(`Invalid WebSocket close code: ${code}.`, 'InvalidAccessError');
      }
    }
    if (reason !== undefined) {
      reason = `${reason}`;
      if (code === undefined) {
        throw new DOMException(
          'If you specify a WebSocket close reason, you must also specify a code.', 'InvalidAccessError');
      }
      if (native.encodeUtf8(reason).byteLength > 123) {
        throw new DOMException(
          'WebSocket close reason must not be longer than 123 bytes when UTF-8 encoded.', 'SyntaxError');
      }
    }
    if (this.#closeSent || this.#released) return;
    if (this.#connecting) {
      this.#closeSent = true;
      return;
    }
    if (!this.#accepted) throw new TypeError(NOT_ACCEPTED);
    this.#closeSent = true;
    native.webSocketClose(this.#id, code ?? NO_CODE, reason ?? '');
    this.#settle();
  }

  // Both sides have closed: C++ forgets it.
  #settle() {
    if (!this.#closeSent || !this.#closeReceived) return;
    this.#io.sockets?.delete(this.#id);
    native.webSocketFree(this.#id);
  }

  get readyState() {
    if (this.#connecting) return this.#closeSent ? WebSocket.CLOSING : WebSocket.CONNECTING;
    if (this.#closeSent && this.#closeReceived) return WebSocket.CLOSED;
    return this.#closeSent || this.#closeReceived ? WebSocket.CLOSING : WebSocket.OPEN;
  }

  get url() { return this.#url; }
  get protocol() { return this.#protocol; }
  get extensions() { return ''; }
  get bufferedAmount() { return this.#accepted ? native.webSocketBuffered(this.#id) : 0; }

  get binaryType() { return this.#binaryType; }
  set binaryType(value) {
    if (value === 'arraybuffer' || value === 'blob') this.#binaryType = value;
  }

  // C++ has something for it.
  #receive() {
    for (;;) {
      const data = native.webSocketReceive(this.#id);
      const kind = native.scratch[0];
      if (kind === NOTHING) return;
      if (kind === TEXT || kind === BINARY) {
        const asBlob = kind === BINARY && this.#binaryType === 'blob';
        const value = asBlob ? new (require('web/blob').Blob)([data]) : data;
        dispatchTrusted(this, new MessageEvent('message', { data: value, origin: null }));
        continue;
      }
      const code = kind === CLOSED ? native.scratch[1] : LOST_CODE;
      this.#closeReceived = true;
      if (kind !== CLOSED) {
        // Nothing can be sent to somebody who is gone.
        this.#closeSent = true;
        const error = new Error(data);
        dispatchTrusted(this, new ErrorEvent('error', { error, message: error.message }));
      } else if (!this.#halfOpen && !this.#closeSent) {
        this.#closeSent = true;
        native.webSocketClose(this.#id, code, data);
      }
      dispatchTrusted(this, new CloseEvent('close', { code, reason: kind === CLOSED ? data : '', wasClean: kind === CLOSED }));
      this.#settle();
      return;
    }
  }

  // What the socket carries over the hibernation of its object.
  serializeAttachment(value) {
    if (arguments.length === 0) {
      throw new TypeError(
        "Failed to execute 'serializeAttachment' on 'WebSocket': parameter 1 is not of type 'Value'.",
      );
    }
    const bytes = require('web/structured_clone').serialize(value);
    if (bytes.byteLength > MOST_ATTACHED) {
      throw new Error(
        `A WebSocket 'attachment' cannot be larger than ${MOST_ATTACHED} bytes.'attachment' was ${bytes.byteLength} bytes.`,
      );
    }
    if (!this.#hibernating || !native.hibernatingAttach(this.#id, bytes)) this.#attachment = bytes;
  }

  deserializeAttachment() {
    const bytes = this.#hibernating ? native.hibernatingAttachment(this.#id) : this.#attachment;
    return bytes === undefined ? null : require('web/structured_clone').deserialize(bytes);
  }

  static {
    // Accepts it for a Durable Object; its number.
    hibernate = (socket) => {
      socket.#check();
      if (socket.#released) {
        throw new Error("Tried to acceptWebSocket() a WebSocket that was already used in a response.");
      }
      if (socket.#accepted) {
        throw new Error('Cannot call `acceptWebSocket()` if the WebSocket was already accepted via `accept()`');
      }
      // Whatever the date, the object itself answers a close.
      socket.#accepted = socket.#hibernating = true;
      socket.#protocol ??= '';
      return socket.#id;
    };
    // What was attached before it was accepted.
    earlyAttachment = (socket) => socket.#attachment;
    // The object of a socket that outlived the instance which accepted it.
    reviveHibernating = (io, id) => {
      const socket = makeSocket(io, id);
      // Whatever the date, the object itself answers a close.
      socket.#accepted = socket.#hibernating = true;
      socket.#protocol ??= '';
      return socket;
    };
    socketNumber = (socket) => socket.#id;
    // What has come, as a handler of the object and its parameters; undefined: nothing.
    takeEvent = (socket) => {
      const data = native.webSocketReceive(socket.#id);
      const kind = native.scratch[0];
      if (kind === NOTHING) return undefined;
      if (kind === TEXT || kind === BINARY) return { handler: 'webSocketMessage', parameters: [data], last: false };
      socket.#closeReceived = true;
      if (kind !== CLOSED) {
        socket.#closeSent = true;
        native.webSocketFree(socket.#id);
        return { handler: 'webSocketClose', parameters: [LOST_CODE, LOST, false], last: true };
      }
      const code = native.scratch[1];
      socket.#settle();
      return { handler: 'webSocketClose', parameters: [code, data, true], last: true };
    };
    makeSocket = (io, id, protocol = null) => {
      const socket = new WebSocket(MAKE);
      socket.#protocol = protocol;
      socket.#io = io;
      socket.#id = id;
      return socket;
    };
    // The number, for a response: from now on the socket is whoever's gets it.
    takeSocket = (socket) => {
      if (socket.#connected) {
        throw new TypeError("Can't return WebSocket in a Response if it was created with `new WebSocket()`");
      }
      if (socket.#released) throw new TypeError("Can't return WebSocket that was already used in a response.");
      if (socket.#accepted) throw new TypeError("Can't return WebSocket in a Response after calling accept().");
      socket.#check();
      socket.#released = true;
      return socket.#id;
    };
    deliver = (socket) => socket.#receive();
    isWebSocket = (value) => value !== null && typeof value === 'object' && #halfOpen in value;
  }
}
const STATES = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'];
for (let value = 0; value < STATES.length; value++) {
  const constant = { value, writable: false, enumerable: true, configurable: false };
  defineProperty(WebSocket, STATES[value], constant);
  defineProperty(WebSocket.prototype, STATES[value], constant);
  defineProperty(WebSocket, `READY_STATE_${STATES[value]}`, constant);
}
defineInterface(WebSocket);
const EVENTS = ['open', 'message', 'close', 'error'];
for (let i = 0; i < EVENTS.length; i++) defineEventHandler(WebSocket, EVENTS[i]);

/** Two ends of one connection: return one in a response, accept() the other. */
class WebSocketPair {
  constructor() {
    const io = requireContext();
    const first = native.webSocketPair(io.id);
    if (first === 0) throw new Error('isolane holds as many WebSockets as it can.');
    const second = native.scratch[0];
    this[0] = makeSocket(io, first);
    this[1] = makeSocket(io, second);
  }

  *[Symbol.iterator]() {
    yield this[0];
    yield this[1];
  }
}

// --- entered from C++ ---

function onSocket(ioId, id) {
  const socket = enterContext(ioId)?.sockets?.get(id);
  if (socket !== undefined) deliver(socket);
}

module.exports = {
  WebSocket,
  WebSocketPair,
  earlyAttachment,
  hibernate,
  isWebSocket,
  makeSocket,
  onSocket,
  reviveHibernating,
  socketNumber,
  takeEvent,
  takeSocket,
};
