// MessageChannel and MessagePort, https://html.spec.whatwg.org/#message-channels
//
// Both ends are in one isolate, and no end can be sent elsewhere. A message arrives in a microtask, so
// in the context of the request that sent it.
'use strict';

const { defineInspect, defineInterface } = require('internal/webidl');
const { Event, EventTarget, MessageEvent, defineEventHandler, dispatchTrusted } =
  require('web/event_target');
const { queueMicrotask } = require('web/microtask');
const { structuredClone } = require('web/structured_clone');

const MAKE = Symbol('MessagePort');

let entangle;

class MessagePort extends EventTarget {
  #other = null;
  #waiting = [];
  #started = false;

  static {
    entangle = (one, other) => {
      one.#other = other;
      other.#other = one;
    };
  }

  constructor(key = undefined) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    super();
  }

  postMessage(message, options = undefined) {
    const transfer = Array.isArray(options) ? options : options?.transfer;
    if (transfer !== undefined && transfer !== null && [...transfer].length > 0) {
      throw new Error('Transfer list is not supported');
    }
    // Who is closed clones, too: what cannot be cloned is an error of the sender's.
    const data = structuredClone(message);
    const other = this.#other;
    if (other !== null) queueMicrotask(() => other.#take(data));
  }

  start() {
    if (this.#started) return;
    this.#started = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let i = 0; i < waiting.length; i++) {
      const data = waiting[i];
      queueMicrotask(() => this.#take(data));
    }
  }

  close() {
    const other = this.#other;
    if (other === null) return;
    this.#other = null;
    other.#other = null;
    queueMicrotask(() => dispatchTrusted(other, new Event('close')));
  }

  // A listener starts the port, as in Workers; elsewhere only `onmessage` does.
  addEventListener(type, ...rest) {
    super.addEventListener(type, ...rest);
    if (`${type}` === 'message') this.start();
  }

  #take(data) {
    if (this.#started) dispatchTrusted(this, new MessageEvent('message', { data }));
    else this.#waiting[this.#waiting.length] = data;
  }
}
defineInterface(MessagePort);
defineInspect(MessagePort, []);
for (const type of ['message', 'messageerror', 'close']) defineEventHandler(MessagePort, type);

class MessageChannel {
  #port1 = new MessagePort(MAKE);
  #port2 = new MessagePort(MAKE);
  constructor() {
    entangle(this.#port1, this.#port2);
  }
  get port1() { return this.#port1; }
  get port2() { return this.#port2; }
}
defineInterface(MessageChannel);
defineInspect(MessageChannel, ['port1', 'port2']);

module.exports = { MessageChannel, MessagePort };
