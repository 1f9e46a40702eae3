// queue(): batches of messages as consumers get them, and env.NAME.queue() where
// service_binding_extra_handlers is set.
//
// https://developers.cloudflare.com/queues/configuration/javascript-apis/#consumer
'use strict';

const { toBytes } = require('internal/bytes');
const { promiseThen } = require('internal/primordials');
const { badArgument, defineInterface, defineProperty } = require('internal/webidl');
const { deserialize, serialize } = require('web/structured_clone');
const { readResult } = require('workers/events');
const { ExtendableEvent } = require('workers/extendable_event');
const { EVENT, start } = require('workers/rpc');

const MAKE = Symbol('queue');

function show(object, name, value) {
  defineProperty(object, name, { value, writable: false, enumerable: true, configurable: true });
}

const warn = (text) => native.consoleWrite('warn', text);

// Seconds as an option gives them; undefined if it does not.
function delayOf(options) {
  const delay = options?.delaySeconds;
  return delay === undefined ? undefined : delay | 0;
}

// What the handler has decided about the messages so far.
class Decisions {
  ackAll = false;
  retryAll = false;
  retryAllDelay = undefined;
  acks = new Set();
  // Ids with their delays, which may be undefined.
  retries = new Map();

  ack(id) {
    if (this.ackAll) return;
    if (this.retryAll) {
      warn(`Received a call to ack() on message ${id} after retryAll() was already called. Calling ack() on ` +
        'a message after calling retryAll() has no effect.');
    } else if (this.retries.has(id)) {
      warn(`Received a call to ack() on message ${id} after retry() was already called. Calling ack() on a ` +
        'message after calling retry() has no effect.');
    } else {
      this.acks.add(id);
    }
  }

  retry(id, delay) {
    if (this.retryAll) return;
    if (this.ackAll) {
      warn(`Received a call to retry() on message ${id} after ackAll() was already called. Calling retry() on ` +
        'a message after calling ackAll() has no effect.');
    } else if (this.acks.has(id)) {
      warn(`Received a call to retry() on message ${id} after ack() was already called. Calling retry() on a ` +
        'message after calling ack() has no effect.');
    } else {
      this.retries.set(id, delay ?? this.retries.get(id));
    }
  }

  takeAll() {
    if (this.retryAll) {
      warn('Received a call to ackAll() after retryAll() was already called. Calling ackAll() after calling ' +
        'retryAll() has no effect.');
    } else {
      this.ackAll = true;
    }
  }

  refuseAll(delay) {
    if (this.ackAll) {
      warn('Received a call to retryAll() after ackAll() was already called. Calling retryAll() after calling ' +
        'ackAll() has no effect.');
      return;
    }
    this.retryAll = true;
    this.retryAllDelay = delay ?? this.retryAllDelay;
  }

  result(outcome) {
    const retryBatch = { retry: this.retryAll };
    if (this.retryAll && this.retryAllDelay !== undefined) retryBatch.delaySeconds = this.retryAllDelay;
    return {
      outcome,
      ackAll: this.ackAll,
      retryBatch,
      explicitAcks: [...this.acks],
      retryMessages: [...this.retries].map(([msgId, delaySeconds]) =>
        (delaySeconds === undefined ? { msgId } : { msgId, delaySeconds })),
    };
  }
}

class QueueMessage {
  #decisions;
  constructor(key, decisions, { id, timestamp, body, attempts }) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    this.#decisions = decisions;
    show(this, 'attempts', attempts);
    // What comes from C++ is a value already.
    show(this, 'body', body.json === undefined ? deserialize(body) : body.json);
    show(this, 'timestamp', new Date(timestamp));
    show(this, 'id', id);
  }
  retry(options = undefined) {
    this.#decisions.retry(this.id, delayOf(options));
  }
  ack() {
    this.#decisions.ack(this.id);
  }
}
defineInterface(QueueMessage);

function describe(object, batch) {
  show(object, 'metadata', batch.metadata);
  show(object, 'queue', batch.queue);
  show(object, 'messages', batch.messages);
}

/** The first argument of queue(batch, env, ctx). */
class QueueController {
  #decisions;
  constructor(key, batch) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    this.#decisions = batch.decisions;
    describe(this, batch);
  }
  retryAll(options = undefined) {
    this.#decisions.refuseAll(delayOf(options));
  }
  ackAll() {
    this.#decisions.takeAll();
  }
}
defineInterface(QueueController);

/** The same in Service Worker syntax. */
class QueueEvent extends ExtendableEvent {
  #decisions;
  constructor(key, io, batch) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    super('queue', io);
    this.#decisions = batch.decisions;
    describe(this, batch);
  }
  retryAll(options = undefined) {
    this.#decisions.refuseAll(delayOf(options));
  }
  ackAll() {
    this.#decisions.takeAll();
  }
}
defineInterface(QueueEvent);

function receive([queue, list, metadata]) {
  const decisions = new Decisions();
  const messages = list.map((message) => new QueueMessage(MAKE, decisions, message));
  const batch = { queue, messages, metadata, decisions };
  return {
    argument: new QueueController(MAKE, batch),
    handlers: ['queue'],
    makeEvent: (type, io) => new QueueEvent(MAKE, io, batch),
    info: () => ({ type: 'queue', queue, batchSize: messages.length }),
    result: (outcome) => decisions.result(outcome),
    missing: [
      'Received a QueueEvent but we lack a handler for QueueEvents. Did you remember to export a queue() function?',
      'Handler does not export a queue() function.',
    ],
    unheard: [
      'Received a QueueEvent but we lack an event listener for queue events. Did you remember to call ' +
        'addEventListener("queue", ...)?',
      'No event listener registered for queue messages.',
    ],
  };
}

// --- the caller's side ---

function timeOf(value, field, type) {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'number') return value;
  throw new TypeError(
    `Incorrect type for the '${field}' field on '${type}': the provided value is not of type 'date'.`);
}

// A number of attempts: 16 bits, as Web IDL converts them when it must not wrap around.
function attemptsOf(value) {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new TypeError('The value cannot be converted because it is not an integer.');
  const integer = Math.trunc(number);
  if (integer < 0) {
    throw new TypeError(
      'The value cannot be converted because it is negative and this API expects a positive number.');
  }
  if (integer > 65535) throw new TypeError('Value out of range. Must be less than or equal to 65535.');
  return integer;
}

function bodyOf({ body, serializedBody }) {
  if ((body === undefined) === (serializedBody === undefined)) {
    throw new TypeError('Expected one of body or serializedBody for each message');
  }
  if (serializedBody === undefined) return serialize(body);
  const bytes = toBytes(serializedBody);
  if (bytes === undefined) {
    throw new TypeError("Incorrect type for the 'serializedBody' field on 'ServiceBindingQueueMessage': the " +
      "provided value is not of type 'ArrayBuffer or ArrayBufferView'.");
  }
  // What cannot be read is the sender's mistake, not the consumer's.
  return serialize(deserialize(bytes.slice().buffer));
}

function messageOf(message) {
  if (typeof message !== 'object' || message === null) {
    throw badArgument('queue', 'Fetcher', 2, 'Array');
  }
  const timestamp = timeOf(message.timestamp, 'timestamp', 'ServiceBindingQueueMessage');
  const attempts = attemptsOf(message.attempts);
  return { id: `${message.id}`, timestamp, attempts, body: bodyOf(message) };
}

function metadataOf(metadata) {
  if (metadata === undefined) return { metrics: { backlogCount: 0, backlogBytes: 0 } };
  const metrics = metadata?.metrics;
  if (typeof metrics !== 'object' || metrics === null) {
    throw new TypeError("Incorrect type for the 'metrics' field on 'MessageBatchMetadata': the provided value is " +
      "not of type 'MessageBatchMetrics'.");
  }
  const { backlogCount, backlogBytes, oldestMessageTimestamp } = metrics;
  const copy = { backlogCount: Number(backlogCount), backlogBytes: Number(backlogBytes) };
  if (oldestMessageTimestamp !== undefined) {
    copy.oldestMessageTimestamp =
      new Date(timeOf(oldestMessageTimestamp, 'oldestMessageTimestamp', 'MessageBatchMetrics'));
  }
  return { metrics: copy };
}

const NOTHING_DECIDED = () => new Decisions().result('exception');

// env.NAME.queue(queueName, messages, metadata) on the binding `root`.
async function callQueue(root, args) {
  if (args.length === 0) throw badArgument('queue', 'Fetcher', 1, 'string');
  const [queue, messages, metadata] = args;
  if (!Array.isArray(messages)) throw badArgument('queue', 'Fetcher', 2, 'Array');
  const event = [`${queue}`, messages.map(messageOf), metadataOf(metadata)];
  return promiseThen.call(start(root, ['queue'], EVENT, event), (text) => readResult(text, NOTHING_DECIDED()));
}

module.exports = { QueueEvent, callQueue, receive };
