// WebSockets that belong to a Durable Object rather than to one of its instances.
//
// https://developers.cloudflare.com/durable-objects/best-practices/websockets/#websocket-hibernation-api;
// what is kept of them is C++'s (runtime/worker/hibernating_socket.h).
'use strict';

const { checkOwner } = require('internal/context');
const { defineInterface } = require('internal/webidl');
const { earlyAttachment, hibernate, isWebSocket, numberOf, reviveHibernating, takeEvent } = require('web/web_socket');

const MOST_TAGS = 10;
const LONGEST_TAG = 256;
const LONGEST_MESSAGE = 2048;
// A week, in ms.
const LONGEST_TIMEOUT = 604_800_000;

const EVENT_TYPES = { __proto__: null, webSocketMessage: 'message', webSocketClose: 'close', webSocketError: 'error' };

class WebSocketRequestResponsePair {
  #request;
  #response;

  constructor(request, response) {
    if (arguments.length < 2) {
      throw new TypeError(
        `Failed to construct 'WebSocketRequestResponsePair': constructor parameter ${arguments.length + 1} is ` +
          "not of type 'string'.",
      );
    }
    this.#request = `${request}`;
    this.#response = `${response}`;
  }

  get request() {
    return this.#request;
  }

  get response() {
    return this.#response;
  }
}
defineInterface(WebSocketRequestResponsePair);

const wrongArgument = (method, type) =>
  new TypeError(`Failed to execute '${method}' on 'DurableObjectState': parameter 1 is not of type '${type}'.`);

function requireSocket(method, value) {
  if (!isWebSocket(value)) throw wrongArgument(method, 'WebSocket');
  return value;
}

function checkTags(tags) {
  if (tags === undefined) return [];
  if (typeof tags !== 'object' || tags === null || typeof tags[Symbol.iterator] !== 'function') {
    throw new TypeError("Failed to execute 'acceptWebSocket' on 'DurableObjectState': parameter 2 is not of type 'Array'.");
  }
  const list = [];
  for (const tag of tags) {
    const text = `${tag}`;
    if (!list.includes(text)) list.push(text);
  }
  if (list.length > MOST_TAGS) {
    throw new Error(`a Hibernatable WebSocket cannot have more than ${MOST_TAGS} tags`);
  }
  for (const tag of list) {
    if (tag.length > LONGEST_TAG) {
      throw new Error(`"${tag}" is longer than the max tag length (${LONGEST_TAG} characters).`);
    }
  }
  return list;
}

// The sockets of one instance: a WebSocket is made for a number when it is first asked for.
class HibernatingSockets {
  #io;
  #sockets = new Map();

  constructor(io) {
    this.#io = io;
  }

  accept(socket, tags) {
    checkOwner(this.#io, 'DurableObjectState');
    requireSocket('acceptWebSocket', socket);
    const list = checkTags(tags);
    const id = hibernate(socket);
    this.#sockets.set(id, socket);
    native.hibernate(this.#io.id, id, list);
    const attached = earlyAttachment(socket);
    if (attached !== undefined) native.hibernatingAttach(id, attached);
  }

  of(id) {
    let socket = this.#sockets.get(id);
    if (socket === undefined) {
      socket = reviveHibernating(this.#io, id);
      this.#sockets.set(id, socket);
    }
    return socket;
  }

  all(tag) {
    return native.hibernatingSockets(this.#io.id, tag === undefined ? undefined : `${tag}`).map((id) => this.of(id));
  }

  #forget(id) {
    this.#sockets.delete(id);
    native.hibernatingForget(id);
  }

  tags(socket) {
    const tags = native.hibernatingTags(numberOf(requireSocket('getTags', socket)));
    if (tags === undefined) {
      throw new Error("you must call 'acceptWebSocket()' before attempting to access the tags of a WebSocket.");
    }
    return tags;
  }

  setAnswer(pair) {
    checkOwner(this.#io, 'DurableObjectState');
    if (pair === undefined) {
      native.hibernatingAnswer(this.#io.id, undefined, undefined);
      return;
    }
    if (!(pair instanceof WebSocketRequestResponsePair)) {
      throw wrongArgument('setWebSocketAutoResponse', 'WebSocketRequestResponsePair');
    }
    for (const [what, text] of [['Request', pair.request], ['Response', pair.response]]) {
      const size = native.encodeUtf8(text).byteLength;
      if (size > LONGEST_MESSAGE) {
        throw new RangeError(`${what} cannot be larger than ${LONGEST_MESSAGE} bytes. A ${what.toLowerCase()} of size ${size} was provided.`);
      }
    }
    native.hibernatingAnswer(this.#io.id, pair.request, pair.response);
  }

  answer() {
    const pair = native.hibernatingAnswerOf(this.#io.id);
    return pair === undefined ? null : new WebSocketRequestResponsePair(...pair);
  }

  answered(socket) {
    const ms = native.hibernatingAnswered(numberOf(requireSocket('getWebSocketAutoResponseTimestamp', socket)));
    return ms < 0 ? null : new Date(ms);
  }

  // Gives what has come, see onSocket in web/web_socket.js, to a handler of `instance`. `keep` gets what
  // tail Workers are told of it and the function to call.
  deliver(instance, keep, id, kind, data, code) {
    const socket = this.of(id);
    const { handler, parameters, last } = takeEvent(socket, kind, data, code);
    if (last) native.hibernatingLeft(id);
    const event = { type: 'webSocket', webSocketEventType: EVENT_TYPES[handler] };
    if (handler === 'webSocketClose') [event.code, , event.wasClean] = parameters;
    keep(event, async () => {
      if (typeof instance[handler] !== 'function') {
        // A close without a handler is nothing special.
        if (handler === 'webSocketMessage') throw new Error(`Handler does not export a ${handler}() function.`);
        if (last) this.#forget(id);
        return undefined;
      }
      try {
        return instance[handler](socket, ...parameters);
      } finally {
        // Its last handler has found it among the others.
        if (last) this.#forget(id);
      }
    });
  }
}

function checkTimeout(ms) {
  const value = Math.trunc(Number(ms)) || 0;
  if (value < 0) {
    throw new TypeError(
      'The value cannot be converted because it is negative and this API expects a positive number.',
    );
  }
  if (value > LONGEST_TIMEOUT) throw new Error(`Event timeout should not exceed ${LONGEST_TIMEOUT} ms.`);
  return value;
}

module.exports = { HibernatingSockets, WebSocketRequestResponsePair, checkTimeout };
