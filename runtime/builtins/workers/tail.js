// tail(): what a tail Worker is told of the invocations of those that name it in `tail_consumers`.
//
// https://developers.cloudflare.com/workers/runtime-apis/handlers/tail/; what it is made from is put
// together in runtime/worker/tail_record.cc.
'use strict';

const { defineInterface, defineProperty } = require('internal/webidl');
const { ExtendableEvent } = require('workers/extendable_event');

const MAKE = Symbol('tail');

function show(object, values) {
  for (const name of Object.keys(values)) {
    defineProperty(object, name, { value: values[name], writable: false, enumerable: true, configurable: true });
  }
}

// A class whose instances show what they were made with. Nobody else can make one.
function define(name) {
  const { [name]: Class } = {
    [name]: class {
      constructor(key, values) {
        if (key !== MAKE) throw new TypeError('Illegal constructor');
        show(this, values);
      }
    },
  };
  return defineInterface(Class, name);
}

const TraceItem = define('TraceItem');
const FetchEventInfo = define('FetchEventInfo');
const TraceResponse = define('Response');
const TraceLog = define('TraceLog');
const TraceException = define('TraceException');
const TailItem = define('TailItem');

// Of the other kinds of events: the class of their information, by `type`.
const INFO = {
  __proto__: null,
  rpc: define('JsRpcEventInfo'),
  scheduled: define('ScheduledEventInfo'),
  queue: define('QueueEventInfo'),
  email: define('EmailEventInfo'),
  connect: define('ConnectEventInfo'),
  tail: define('TailEventInfo'),
  test: define('CustomEventInfo'),
  alarm: define('AlarmEventInfo'),
  webSocket: define('HibernatableWebSocketEventInfo'),
};

// Of hibernating WebSockets: by the handler that was called.
const WEB_SOCKET_EVENT = {
  __proto__: null,
  message: define('Message'),
  close: define('Close'),
  error: define('Error'),
};

// --- requests, whose secrets are shown only to those who ask for them ---

const REDACTED = 'REDACTED';
const SECRET_HEADER = /^(?:set-)?cookie$|auth|jwt|key|secret|token/;
// Runs of these are looked at: 32 hexadecimal digits and more, and long mixtures of letters of both cases
// with digits, are taken for secrets.
const RUN = /[0-9A-Za-z+_-]{21,}/g;

function isHexId(text) {
  return /^[0-9a-fA-F_-]+$/.test(text) && text.replace(/[_-]/g, '').length >= 32;
}

function isBase64Id(text) {
  const count = (pattern) => text.match(pattern)?.length ?? 0;
  return count(/[A-Z]/g) >= 2 && count(/[a-z]/g) >= 2 && count(/[0-9]/g) >= 2;
}

function redactUrl(url) {
  return url.replace(RUN, (run) => (isHexId(run) || isBase64Id(run) ? REDACTED : run));
}

function headersOf(pairs, redact) {
  const headers = {};
  for (const [name, value] of pairs) {
    const shown = redact && SECRET_HEADER.test(name) ? REDACTED : value;
    const text = Object.hasOwn(headers, name) && shown !== REDACTED ? `${headers[name]}, ${shown}` : shown;
    defineProperty(headers, name, { value: text, writable: true, enumerable: true, configurable: true });
  }
  return headers;
}

class Request {
  #parts;
  constructor(key, parts, redact) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    this.#parts = parts;
    const { url, method, headers, cf } = parts;
    show(this, { url: redact ? redactUrl(url) : url, method, headers: headersOf(headers, redact) });
    if (cf !== undefined) show(this, { cf });
  }
  getUnredacted() {
    return new Request(MAKE, this.#parts, false);
  }
}
defineInterface(Request);

// Of Call::cf (runtime/worker/request_cf.h), which travels as one character for each byte.
function cfOf(characters) {
  if (characters[0] === '\0') return require('web/request_cf').makeLocalCf(characters.slice(1));
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return require('web/structured_clone').deserialize(bytes.buffer);
}

function fetchInfo({ method, url, headers, cf, status }) {
  const parts = { method, url, headers, cf: cf === undefined ? undefined : cfOf(cf) };
  return new FetchEventInfo(MAKE, {
    request: new Request(MAKE, parts, true),
    response: status === undefined ? undefined : new TraceResponse(MAKE, { status }),
  });
}

function eventOf({ type, ...info }) {
  if (type === 'fetch') return fetchInfo(info);
  if (type === 'tail') {
    info = { consumedEvents: info.consumedEvents.map((item) => new TailItem(MAKE, item)) };
  } else if (type === 'alarm') {
    info = { scheduledTime: new Date(info.scheduledTime) };
  } else if (type === 'webSocket') {
    const Event = WEB_SOCKET_EVENT[info.webSocketEventType];
    info = { getWebSocketEvent: new Event(MAKE, info) };
  }
  return new INFO[type](MAKE, info);
}

function itemOf({ event, logs, exceptions, ...rest }) {
  return new TraceItem(MAKE, {
    wallTime: 0,
    cpuTime: 0,
    truncated: false,
    executionModel: 'stateless',
    outcome: 'ok',
    durableObjectId: undefined,
    preview: undefined,
    tailAttributes: undefined,
    scriptTags: undefined,
    dispatchNamespace: undefined,
    scriptVersion: undefined,
    entrypoint: undefined,
    scriptName: null,
    diagnosticsChannelEvents: [],
    ...rest,
    exceptions: exceptions.map((one) => new TraceException(MAKE, one)),
    logs: logs.map((one) => new TraceLog(MAKE, one)),
    event: eventOf(event),
  });
}

/** What listeners of 'tail' and 'trace' get in Service Worker syntax. */
class TailEvent extends ExtendableEvent {
  constructor(key, type, io, events) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    super(type, io);
    show(this, { events, traces: events });
  }
}
defineInterface(TailEvent);

function receive([items]) {
  const events = items.map(itemOf);
  return {
    argument: events,
    handlers: ['tail', 'trace'],
    makeEvent: (type, io) => new TailEvent(MAKE, type, io, events),
    info: () => ({ type: 'tail', consumedEvents: items.map(({ scriptName }) => ({ scriptName })) }),
    result: (outcome) => ({ outcome }),
    missing: [
      'Attempted to send events but we lack a handler, did you remember to export a tail() function?',
      'Handler does not export a tail() function.',
    ],
    warnOnce: true,
  };
}

module.exports = { TailEvent, cfOf, receive };
