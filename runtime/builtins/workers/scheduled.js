// scheduled(): cron triggers, and env.NAME.scheduled() where service_binding_extra_handlers is set.
//
// https://developers.cloudflare.com/workers/runtime-apis/handlers/scheduled/
'use strict';

const { badArgument, defineInterface, defineProperty } = require('internal/webidl');
const { promiseThen } = require('internal/primordials');
const { readResult } = require('workers/events');
const { ExtendableEvent } = require('workers/extendable_event');
const { EVENT, start } = require('workers/rpc');

const MAKE = Symbol('scheduled');

function show(object, name, value) {
  defineProperty(object, name, { value, writable: false, enumerable: true, configurable: true });
}

function describe(object, event) {
  show(object, 'cron', event.cron);
  show(object, 'scheduledTime', event.scheduledTime);
}

// What has arrived. `noRetry` is the handler's wish.
class Scheduled {
  noRetry = false;
  constructor(scheduledTime, cron) {
    this.scheduledTime = scheduledTime;
    this.cron = cron;
  }
}

/** The first argument of scheduled(controller, env, ctx). */
class ScheduledController {
  #event;
  constructor(key, event) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    this.#event = event;
    describe(this, event);
  }
  noRetry() {
    this.#event.noRetry = true;
  }
}
defineInterface(ScheduledController);

/** The same in Service Worker syntax. */
class ScheduledEvent extends ExtendableEvent {
  #event;
  constructor(key, io, event) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    super('scheduled', io);
    this.#event = event;
    describe(this, event);
  }
  noRetry() {
    this.#event.noRetry = true;
  }
}
defineInterface(ScheduledEvent);

const ADVICE = 'Received a ScheduledEvent but we lack ';

function receive([scheduledTime, cron]) {
  const event = new Scheduled(scheduledTime, cron);
  return {
    argument: new ScheduledController(MAKE, event),
    handlers: ['scheduled'],
    makeEvent: (type, io) => new ScheduledEvent(MAKE, io, event),
    info: () => ({ type: 'scheduled', scheduledTime, cron }),
    result: (outcome) => ({ outcome, noRetry: event.noRetry }),
    missing: [
      `${ADVICE}a handler for ScheduledEvents (a.k.a. Cron Triggers). Did you remember to export a ` +
        'scheduled() function?',
      'Handler does not export a scheduled() function',
    ],
    unheard: [
      `${ADVICE}an event listener for scheduled events (a.k.a. Cron Triggers). Did you remember to call ` +
        'addEventListener("scheduled", ...)?',
      'No event listener registered for scheduled events.',
    ],
    onMissing: () => {
      event.noRetry = true;
    },
  };
}

function timeOf(value) {
  if (value === undefined) return Date.now();
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'number') return value;
  throw new TypeError(
    "Incorrect type for the 'scheduledTime' field on 'ScheduledOptions': the provided value is not of type 'date'.");
}

// env.NAME.scheduled({scheduledTime, cron}) on the binding `root`.
async function callScheduled(root, options) {
  if (options !== undefined && options !== null && typeof options !== 'object') {
    throw badArgument('scheduled', 'Fetcher', 1, 'ScheduledOptions');
  }
  const time = timeOf(options?.scheduledTime);
  const cron = options?.cron === undefined ? '' : `${options.cron}`;
  return promiseThen.call(start(root, ['scheduled'], EVENT, [time, cron]), (text) =>
    readResult(text, { outcome: 'exception', noRetry: false }));
}

module.exports = { ScheduledEvent, callScheduled, receive };
