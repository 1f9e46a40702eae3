// tailStream(): what a streaming tail Worker is told of an invocation while that goes on.
//
// The first event, the onset, is the argument of tailStream(). What that returns, a function or an object of
// functions by type of event, gets those that follow; C++ keeps them until they are taken here
// (runtime/worker/tail_stream.cc), a batch at a time: the next one follows when all promises of the last one
// have settled, as in workerd.
'use strict';

const { parse } = require('internal/primordials');
const { cfOf } = require('workers/tail');

const promiseThen = Promise.prototype.then;

// Beside bodies and pipes, whose numbers begin at 1 (IoContext.news).
const NEWS = 0;

// --- events ---

function headersOf(pairs) {
  const values = new Map();
  for (let i = 0; i < pairs.length; i++) {
    const [name, value] = pairs[i];
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  const headers = [];
  for (const name of [...values.keys()].sort()) headers.push({ name, value: values.get(name) });
  return headers;
}

// What an invocation was called for, as TailRecord::EventJson has it, in the words of streams.
const INFO = {
  __proto__: null,
  fetch: ({ method, url, headers, cf }) =>
    ({ type: 'fetch', method, url, ...(cf === undefined ? {} : { cfJson: cfOf(cf) }), headers: headersOf(headers) }),
  rpc: () => ({ type: 'jsrpc' }),
  scheduled: ({ scheduledTime, cron }) => ({ type: 'scheduled', scheduledTime: new Date(scheduledTime), cron }),
  alarm: ({ scheduledTime }) => ({ type: 'alarm', scheduledTime: new Date(scheduledTime) }),
  queue: ({ queue, batchSize }) => ({ type: 'queue', queueName: queue, batchSize }),
  email: ({ mailFrom, rcptTo, rawSize }) => ({ type: 'email', mailFrom, rcptTo, rawSize }),
  tail: ({ consumedEvents = [] }) => ({ type: 'trace', traces: consumedEvents.map(({ scriptName }) => scriptName) }),
  connect: () => ({ type: 'connect' }),
  webSocket: ({ webSocketEventType, code, wasClean }) => ({
    type: 'hibernatableWebSocket',
    info: webSocketEventType === 'close' ? { type: 'close', code, wasClean } : { type: webSocketEventType },
  }),
};

// Of what JSON has not: whole numbers of C++, and numbers that are not finite.
function attributeOf({ name, value }) {
  if (typeof value !== 'object' || value === null) return { name, value };
  return { name, value: value.bigint === undefined ? Number(value.number) : BigInt(value.bigint) };
}

function eventOf(item) {
  item.timestamp = new Date(item.timestamp);
  const { event } = item;
  if (event.type === 'onset') event.info = (INFO[event.info.type] ?? (() => ({ type: 'custom' })))(event.info);
  else if (event.type === 'attributes') event.info = event.info.map(attributeOf);
  return item;
}

// Of an object of functions: those whose name is another one than the type of their events.
const HANDLERS = { __proto__: null, streamDiagnostic: 'streamDiagEvent' };

function tell(handler, item) {
  if (typeof handler === 'function') return Reflect.apply(handler, handler, [item]);
  const { type } = item.event;
  const method = handler[HANDLERS[type] ?? type];
  return typeof method === 'function' ? Reflect.apply(method, handler, [item]) : undefined;
}

// --- the stream of one invocation ---

class Stream {
  #io;
  #handler;
  #resolve;
  #reject;

  constructor(io, handler) {
    this.#io = io;
    this.#handler = handler;
  }

  // A promise for its end: the outcome has been handled. It is rejected with what a handler has thrown.
  run() {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#take();
    });
  }

  #take() {
    const events = native.tailTake(this.#io.id);
    if (events === undefined) {
      this.#resolve();
    } else if (events === '') {
      promiseThen.call(this.#io.news(NEWS), () => this.#take());
    } else {
      this.#handle(parse(`[${events}]`));
    }
  }

  #handle(items) {
    let waiting = 1;
    let over = false;
    const settled = () => {
      if (--waiting > 0) return;
      if (over) this.#resolve();
      else this.#take();
    };
    const failed = (error) => {
      native.tailLeave(this.#io.id);
      this.#reject(error);
    };
    for (let i = 0; i < items.length; i++) {
      const item = eventOf(items[i]);
      over = item.event.type === 'outcome';
      let result;
      try {
        result = tell(this.#handler, item);
      } catch (error) {
        failed(error);
        return;
      }
      if ((typeof result !== 'object' && typeof result !== 'function') || result === null) continue;
      waiting++;
      promiseThen.call(Promise.resolve(result), settled, failed);
    }
    settled();
  }
}

let warned = false;

// `handler`: what tailStream() has returned.
function follow(io, handler) {
  const isHandler = (typeof handler === 'object' && handler !== null) || typeof handler === 'function';
  if (isHandler) return new Stream(io, handler).run();
  native.tailLeave(io.id);
  if (handler !== undefined && !warned) {
    warned = true;
    native.consoleWrite('warn',
      'tailStream() handler returned an unusable value. The tailStream() handler is expected to return either a ' +
        `function, an object, or undefined. Received ${handler === null ? 'null' : typeof handler}`);
  }
  return undefined;
}

function receive([item]) {
  return {
    argument: eventOf(item),
    handlers: ['tailStream'],
    info: () => ({ type: 'tail', consumedEvents: [] }),
    result: (outcome) => ({ outcome }),
    // What follows the handler keeps the invocation like the handler itself.
    follow: (io, result) =>
      promiseThen.call(Promise.resolve(result), (handler) => follow(io, handler), (error) => {
        native.tailLeave(io.id);
        throw error;
      }),
    missing: [
      'A worker configured to act as a streaming tail worker does not export a tailStream() handler.',
      'Handler does not export a tailStream() function.',
    ],
    warnOnce: true,
  };
}

module.exports = { receive };
