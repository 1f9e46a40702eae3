// ExtendableEvent: an event of Service Worker syntax whose listeners may ask for more time.
'use strict';

const { defineInterface } = require('internal/webidl');
const { Event } = require('web/event_target');
const { extend } = require('workers/execution_context');

class ExtendableEvent extends Event {
  #io;

  constructor(type, io) {
    if (io === undefined) throw new TypeError('Illegal constructor');
    super(type);
    this.#io = io;
  }

  waitUntil(promise) {
    extend(this.#io, promise);
  }
}
defineInterface(ExtendableEvent);

module.exports = { ExtendableEvent };
