// WebSocket and WebSocketPair as Workers have them.
//
// https://developers.cloudflare.com/workers/runtime-apis/websockets/; the messages themselves are
// C++'s (runtime/worker/web_sockets.h), named by a number.
'use strict';

const { enterContext, foreignIo, requireContext, state } = require('internal/context');
const {
  WEBSOCKET_CLOSE_REASON_BYTE_LIMIT, WEBSOCKET_STANDARD_BINARY_TYPE, WEB_SOCKET_AUTO_REPLY_TO_CLOSE,
  WEB_SOCKET_COMPRESSION,
} = require('internal/flags');
const { DOMException } = require('internal/dom_exception');
const { headerOf, withoutHeaders } = require('internal/packed_head');
const { badArgument, badConstructorArgument, defineInspect, defineInterface, defineProperty } =
  require('internal/webidl');
const { toBytes } = require('internal/bytes');
const { report } = require('internal/report');
const {
  CloseEvent, ErrorEvent, Event, EventTarget, defineEventHandler, dispatchRethrowing, dispatchTrusted,
  receivedMessage,
} = require('web/event_target');

// What onSocket is told of; the same numbers are in dispatcher_sockets.cc.
const BINARY = 2;
const CLOSED = 3;
const LOST = 4;

const MAKE = Symbol('WebSocket');
const NO_CODE = 1005;
const LOST_CODE = 1006;
// Bytes.
const MOST_ATTACHED = 16384;
const NOT_ACCEPTED =
  'You must call one of accept() or state.acceptWebSocket() on this WebSocket before sending messages.';
const GONE = 'WebSocket disconnected without sending Close frame.';

const EXTENSIONS = 'sec-websocket-extensions';
// Neither side is to remember earlier messages (runtime/http/web_socket_deflate.h).
const OFFER = 'permessage-deflate; client_no_context_takeover; server_no_context_takeover';

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

// The accepted WebSockets of a context. Most have one, which needs no Map.
function keepSocket(io, id, socket) {
  const { sockets } = io;
  if (sockets === undefined) {
    io.sockets = socket;
  } else if (isWebSocket(sockets)) {
    io.sockets = new Map([[numberOf(sockets), sockets], [id, socket]]);
  } else {
    sockets.set(id, socket);
  }
}

function findSocket(io, id) {
  const sockets = io?.sockets;
  if (sockets === undefined) return undefined;
  if (!isWebSocket(sockets)) return sockets.get(id);
  return numberOf(sockets) === id ? sockets : undefined;
}

function dropSocket(io, id) {
  if (findSocket(io, id) === undefined) return;
  if (isWebSocket(io.sockets)) {
    io.sockets = undefined;
  } else {
    io.sockets.delete(id);
  }
}

// Why a connection was failed with this code.
function failureOf(text, code) {
  return new Error(code === LOST_CODE ? text
    : `WebSocket protocol error; protocolError.statusCode = ${code}; protocolError.description = ${text}`);
}

function dispatchError(socket, error) {
  const message = error instanceof Error ? `Uncaught ${error.name}: ${error.message}` : `Uncaught ${error}`;
  dispatchTrusted(socket, new ErrorEvent('error', { error, message }));
}

let abortSocket;
let makeSocket;
let receiveSocket;
let takeSocket;
let deliver;
let isWebSocket;
let earlyAttachment;
let hibernate;
let numberOf;
let reviveHibernating;
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
  // Nothing can be sent any more, to anybody.
  #lost = false;
  #halfOpen = false;
  #binaryType = state.flags & WEBSOCKET_STANDARD_BINARY_TYPE ? 'blob' : 'arraybuffer';
  #url = null;
  #protocol = '';
  #extensions = '';

  // Made by new WebSocket(url).
  #connected = false;
  // While there is no answer: what ends the attempt.
  #attempt = null;

  constructor(url, protocols = undefined) {
    super();
    if (url === MAKE) return;
    if (arguments.length === 0) throw badConstructorArgument('WebSocket', 1, 'string');
    const address = parseAddress(url);
    const list = checkProtocols(protocols);
    this.#io = requireContext();
    this.#connected = true;
    this.#url = address.href;
    this.#attempt = new (require('web/abort').AbortController)();
    this.#connect(address, list);
  }

  async #connect(address, protocols) {
    const { fetch } = require('web/fetch');
    const headers = { upgrade: 'websocket' };
    if (protocols.length > 0) headers['sec-websocket-protocol'] = protocols.join(', ');
    if (state.flags & WEB_SOCKET_COMPRESSION) headers[EXTENSIONS] = OFFER;
    const target = address.href.replace(/^ws/, 'http');
    try {
      const response = await fetch(target, { headers, signal: this.#attempt.signal });
      const socket = response.webSocket;
      if (socket === null) {
        throw new TypeError(
          'Failed to establish the WebSocket connection: expected server to reply with HTTP status code ' +
            `101 (switching protocols), but received ${response.status} instead.`,
        );
      }
      if (this.#lost) {
        native.webSocketFree(takeSocket(socket));
        throw this.#attempt.signal.reason;
      }
      this.#attempt = null;
      this.#id = takeSocket(socket);
      // In workerd null says that none was chosen.
      this.#protocol = socket.#protocol === '' ? null : socket.#protocol;
      this.#extensions = socket.#extensions === '' ? null : socket.#extensions;
      this.#begin(undefined);
      dispatchTrusted(this, new Event('open'));
    } catch (error) {
      this.#attempt = null;
      this.#lost = this.#closeReceived = true;
      dispatchError(this, error);
      const reason = 'Failed to establish websocket connection';
      dispatchTrusted(this, new CloseEvent('close', { code: LOST_CODE, reason, wasClean: false }));
    }
  }

  #check() {
    if (this.#io !== state.current) throw foreignIo('WebSocket', this.#io);
  }

  /** @param {{allowHalfOpen?: boolean}} [options] */
  accept(options = undefined) {
    this.#check();
    if (this.#attempt !== null) {
      throw new TypeError("Websockets obtained from the 'new WebSocket()' constructor cannot call accept");
    }
    if (this.#released) throw new TypeError("Can't accept() WebSocket that was already used in a response.");
    if (this.#hibernating) throw new TypeError("Can't accept() WebSocket after enabling hibernation.");
    if (options !== undefined && options !== null && typeof options !== 'object') {
      throw badArgument('accept', 'WebSocket', 1, 'AcceptOptions');
    }
    if (!this.#accepted) this.#begin(options);
  }

  #begin(options) {
    this.#accepted = true;
    // By default, from some date on, a close is answered at once.
    const { allowHalfOpen = !(state.flags & WEB_SOCKET_AUTO_REPLY_TO_CLOSE) } = options ?? {};
    this.#halfOpen = Boolean(allowHalfOpen);
    this.#io.settle();
    keepSocket(this.#io, this.#id, this);
    native.webSocketAccept(this.#id);
  }

  send(message) {
    this.#check();
    if (arguments.length === 0) {
      throw badArgument('send', 'WebSocket', 1, 'ArrayBuffer or ArrayBufferView or string');
    }
    if (this.#attempt !== null) {
      throw new DOMException("Can't send() before the WebSocket is open.", 'InvalidStateError');
    }
    if (this.#closeSent) throw new TypeError("Can't call WebSocket send() after close().");
    if (this.#lost || this.#released) return;
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
      code = Number(code) | 0;
      if (code < 1000 || code >= 5000 || code === 1004 || code === NO_CODE || code === LOST_CODE || code === 1015) {
        throw new DOMException(`Invalid WebSocket close code: ${code}.`, 'InvalidAccessError');
      }
    }
    if (reason !== undefined) {
      reason = `${reason}`;
      if (state.flags & WEBSOCKET_CLOSE_REASON_BYTE_LIMIT && native.encodeUtf8(reason).byteLength > 123) {
        throw new DOMException(
          'WebSocket close reason must not be longer than 123 bytes when UTF-8 encoded.', 'SyntaxError');
      }
      if (code === undefined) {
        throw new DOMException(
          'If you specify a WebSocket close reason, you must also specify a code.', 'InvalidAccessError');
      }
    }
    if (this.#closeSent || this.#lost || this.#released) return;
    if (this.#attempt !== null) {
      this.#lost = true;
      this.#attempt.abort(new Error('close() was called before the connection was established.'));
      return;
    }
    if (!this.#accepted) throw new TypeError(NOT_ACCEPTED);
    this.#closeSent = true;
    native.webSocketClose(this.#id, code ?? NO_CODE, reason ?? '');
    this.#settle();
  }

  // Both sides have closed, or cannot any more: C++ forgets it.
  #settle() {
    if (!this.#closeReceived || !(this.#closeSent || this.#lost)) return;
    dropSocket(this.#io, this.#id);
    native.webSocketFree(this.#id);
  }

  get readyState() {
    if (this.#attempt !== null) return this.#lost ? WebSocket.CLOSING : WebSocket.CONNECTING;
    if (this.#closeReceived && (this.#closeSent || this.#lost)) return WebSocket.CLOSED;
    return this.#closeSent || this.#closeReceived ? WebSocket.CLOSING : WebSocket.OPEN;
  }

  get url() { return this.#url; }
  get protocol() { return this.#protocol; }
  get extensions() { return this.#extensions; }
  get bufferedAmount() { return this.#accepted ? native.webSocketBuffered(this.#id) : 0; }

  get binaryType() { return this.#binaryType; }
  set binaryType(value) {
    if (value === 'arraybuffer' || value === 'blob') this.#binaryType = value;
  }

  // C++ has received something for it: a string, an ArrayBuffer, or the reason of an end.
  #receive(kind, data, code) {
    if (kind === CLOSED) {
      this.#closeReceived = true;
      if (!this.#halfOpen && !this.#closeSent) {
        this.#closeSent = true;
        native.webSocketClose(this.#id, code, data);
      }
      dispatchTrusted(this, new CloseEvent('close', { code, reason: data, wasClean: true }));
      this.#settle();
    } else if (kind === LOST) {
      this.#closeReceived = this.#lost = true;
      // A peer that is gone is no error in workerd, one that broke the protocol is.
      if (code !== 0) dispatchError(this, failureOf(data, code));
      const reason = code === 0 ? GONE : '';
      dispatchTrusted(this, new CloseEvent('close', { code: LOST_CODE, reason, wasClean: false }));
      this.#settle();
    } else {
      const asBlob = kind === BINARY && this.#binaryType === 'blob';
      try {
        dispatchRethrowing(this, receivedMessage(asBlob ? new (require('web/blob').Blob)([data]) : data));
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  // A listener has thrown: as in workerd the connection ends, so that the other side does not wait for an
  // answer.
  #fail(error) {
    report(error);
    this.#closeReceived = this.#lost = true;
    dispatchError(this, error);
    this.#settle();
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
    // The signal of the fetch() that gave it was aborted.
    abortSocket = (socket, reason) => {
      if (!socket.#accepted || socket.readyState === WebSocket.CLOSED) return;
      socket.#closeReceived = socket.#lost = true;
      dispatchError(socket, reason);
      dispatchTrusted(socket, new CloseEvent('close', { code: LOST_CODE, reason: GONE, wasClean: false }));
      socket.#settle();
    };
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
      return socket.#id;
    };
    // What was attached before it was accepted.
    earlyAttachment = (socket) => socket.#attachment;
    // The object of a socket that outlived the instance which accepted it.
    reviveHibernating = (io, id) => {
      const socket = makeSocket(io, id);
      // Whatever the date, the object itself answers a close.
      socket.#accepted = socket.#hibernating = true;
      return socket;
    };
    // What has come, as a handler of the object and its parameters.
    takeEvent = (socket, kind, data, code) => {
      if (kind === CLOSED) {
        socket.#closeReceived = true;
        socket.#settle();
        return { handler: 'webSocketClose', parameters: [code, data, true], last: true };
      }
      if (kind !== LOST) return { handler: 'webSocketMessage', parameters: [data], last: false };
      socket.#closeReceived = socket.#lost = true;
      native.webSocketFree(socket.#id);
      return code === 0
        ? { handler: 'webSocketClose', parameters: [LOST_CODE, GONE, false], last: true }
        : { handler: 'webSocketError', parameters: [failureOf(data, code)], last: true };
    };
    makeSocket = (io, id) => {
      const socket = new WebSocket(MAKE);
      socket.#io = io;
      socket.#id = id;
      return socket;
    };
    // The socket of a response with this head.
    receiveSocket = (io, id, head) => {
      const socket = makeSocket(io, id);
      socket.#protocol = headerOf(head, 'sec-websocket-protocol') ?? '';
      socket.#extensions = headerOf(head, EXTENSIONS) ?? '';
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
      socket.#io.settle();
      socket.#released = true;
      return socket.#id;
    };
    deliver = (socket, kind, data, code) => socket.#receive(kind, data, code);
    isWebSocket = (value) => value !== null && typeof value === 'object' && #halfOpen in value;
    numberOf = (socket) => socket.#id;
  }
}
const STATES = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'];
for (let value = 0; value < STATES.length; value++) {
  const constant = { value, writable: false, enumerable: true, configurable: false };
  for (const name of [STATES[value], `READY_STATE_${STATES[value]}`]) {
    defineProperty(WebSocket, name, constant);
    defineProperty(WebSocket.prototype, name, constant);
  }
}
defineInterface(WebSocket);
defineInspect(WebSocket, ['readyState', 'bufferedAmount', 'url', 'protocol', 'extensions', 'binaryType']);
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
defineInterface(WebSocketPair);

// The head of a response with a WebSocket, as the server is to see it: the header limits what it
// agrees on, and an empty one declines (AnswerDeflate in runtime/http/web_socket_extensions.h).
function handshakeHead(head) {
  if (state.flags & WEB_SOCKET_COMPRESSION) return head;
  return `${withoutHeaders(head, (name) => name === EXTENSIONS)}\n${EXTENSIONS}\0`;
}

// --- entered from C++ ---

function onSocket(ioId, id, kind, data, code) {
  const socket = findSocket(enterContext(ioId), id);
  if (socket !== undefined) deliver(socket, kind, data, code);
}

module.exports = {
  WebSocket,
  WebSocketPair,
  abortSocket,
  earlyAttachment,
  handshakeHead,
  hibernate,
  isWebSocket,
  numberOf,
  onSocket,
  receiveSocket,
  reviveHibernating,
  takeEvent,
  takeSocket,
};
