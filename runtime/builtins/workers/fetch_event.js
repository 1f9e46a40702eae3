// Service Worker syntax: addEventListener('fetch', event => event.respondWith(...)).
//
// spec/service-bindings.md section 10
'use strict';

const { globalTarget, hasListeners } = require('web/event_target');
const { DOMException } = require('internal/dom_exception');
const { ExtendableEvent } = require('workers/extendable_event');

let responseOf;

class FetchEvent extends ExtendableEvent {
  #io;
  #request;
  #response = undefined;
  #responded = false;

  constructor(io, request) {
    super('fetch', io);
    this.#io = io;
    this.#request = request;
  }

  get request() {
    return this.#request;
  }

  respondWith(response) {
    if (this.#responded) {
      throw new DOMException(
        'FetchEvent.respondWith() has already been called; it can only be called once.',
        'InvalidStateError',
      );
    }
    this.#responded = true;
    this.#response = Promise.resolve(response);
    this.stopImmediatePropagation();
  }

  passThroughOnException() {
    this.#io.passThrough = true;
  }

  static {
    responseOf = (event) => (event.#responded ? event.#response : undefined);
  }
}

// Listeners of 'fetch' are kept apart from the global scope's others: an exception of one is the
// request's failure, not a report.
const fetchListeners = [];

function addEventListener(type, listener, options = undefined) {
  if (type === 'fetch') {
    if (typeof listener !== 'function' && typeof listener?.handleEvent !== 'function') {
      throw new TypeError('The listener of addEventListener() must be a function.');
    }
    if (!fetchListeners.includes(listener)) fetchListeners.push(listener);
    return;
  }
  globalTarget.addEventListener(type, listener, options);
}

function removeEventListener(type, listener, options = undefined) {
  if (type === 'fetch') {
    const at = fetchListeners.indexOf(listener);
    if (at >= 0) fetchListeners.splice(at, 1);
    return;
  }
  globalTarget.removeEventListener(type, listener, options);
}

function dispatchEvent(event) {
  return globalTarget.dispatchEvent(event);
}

// Listeners of these are all that a script may need.
const OTHER_EVENTS = ['scheduled', 'queue', 'tail', 'trace'];

// Whether the script listens for anything that calls it.
function listens() {
  if (fetchListeners.length > 0) return true;
  for (let i = 0; i < OTHER_EVENTS.length; i++) {
    if (hasListeners(globalTarget, OTHER_EVENTS[i])) return true;
  }
  return false;
}

// Calls the listeners in order until one responds: a promise for its response, or undefined.
function dispatchFetchEvent(io, request) {
  const event = new FetchEvent(io, request);
  for (const listener of fetchListeners.slice()) {
    if (typeof listener === 'function') listener.call(globalThis, event);
    else listener.handleEvent(event);
    const response = responseOf(event);
    if (response !== undefined) return response;
  }
  return undefined;
}

module.exports = {
  FetchEvent,
  addEventListener,
  removeEventListener,
  dispatchEvent,
  listens,
  dispatchFetchEvent,
};
