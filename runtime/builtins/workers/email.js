// email(): messages as handlers of inbound mail get them. Nothing is ever delivered here: what a handler
// forwards or replies is told to whoever sent the message (worker/local_events.h), and to the log.
//
// https://developers.cloudflare.com/email-routing/email-workers/runtime-api/
'use strict';

const { defineInterface, defineProperty } = require('internal/webidl');
const { Headers } = require('web/headers');
const { ReadableStream } = require('web/streams');
const { Response } = require('web/response');

const MAKE = Symbol('email');

function show(object, name, value) {
  defineProperty(object, name, { value, writable: false, enumerable: true, configurable: true });
}

const note = (text) => native.consoleWrite('info', text);

// Bytes of a text whose characters are bytes.
function bytesOf(text) {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

// The header fields of a message, https://www.rfc-editor.org/rfc/rfc5322#section-2.2: those that are no
// header of HTTP are left out.
function headersOf(text) {
  const headers = new Headers();
  let field = '';
  const take = () => {
    const colon = field.indexOf(':');
    if (colon <= 0) return;
    try {
      headers.append(field.slice(0, colon).trimEnd(), field.slice(colon + 1).trim());
    } catch { /* no name, or no value, that Headers may have */ }
  };
  for (let at = 0; at < text.length;) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const line = text.slice(at, text[end - 1] === '\r' ? end - 1 : end);
    at = end + 1;
    if (line === '') break;
    if (line[0] === ' ' || line[0] === '\t') {
      field += line;
    } else {
      take();
      field = line;
    }
  }
  take();
  return headers;
}

let messages = 0;
const messageId = () => `<${++messages}@isolane.local>`;

/** What a Worker sends: new EmailMessage(from, to, raw). */
class EmailMessage {
  #raw;
  constructor(from, to, raw) {
    if (arguments.length < 3) throw new TypeError('EmailMessage needs the arguments from, to and raw.');
    show(this, 'from', `${from}`);
    show(this, 'to', `${to}`);
    this.#raw = raw;
  }
  static isEmailMessage(message) {
    return #raw in message;
  }
  static rawOf(message) {
    return #raw in message ? message.#raw : undefined;
  }
}
const { isEmailMessage, rawOf } = EmailMessage;
delete EmailMessage.isEmailMessage;
delete EmailMessage.rawOf;
defineInterface(EmailMessage);

/** The first argument of email(message, env, ctx). */
class ForwardableEmailMessage {
  #state;
  constructor(key, state) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    this.#state = state;
    const bytes = bytesOf(state.text);
    show(this, 'from', state.from);
    show(this, 'to', state.to);
    show(this, 'headers', headersOf(state.text));
    show(this, 'rawSize', bytes.byteLength);
    show(this, 'raw', new ReadableStream({
      type: 'bytes',
      start(controller) {
        if (bytes.byteLength > 0) controller.enqueue(bytes);
        controller.close();
      },
    }));
    show(this, 'canBeForwarded', true);
  }

  setReject(reason) {
    this.#state.rejectReason = `${reason}`;
    note(`Email handler rejected message with the following reason: "${this.#state.rejectReason}"`);
  }

  async forward(recipient, headers = undefined) {
    const added = headers === undefined ? [] : [...new Headers(headers)];
    const id = messageId();
    this.#state.forwards.push({ recipient: `${recipient}`, headers: added, messageId: id });
    note(`Email handler forwarded message to ${recipient}`);
    return { messageId: id };
  }

  async reply(message) {
    if (typeof message !== 'object' || message === null) {
      throw new TypeError('reply() needs an EmailMessage.');
    }
    const raw = await new Response(rawOf(message) ?? message.raw).text();
    const id = messageId();
    this.#state.replies.push({ messageId: id, sender: `${message.from}`, recipient: `${message.to}`, raw });
    note(`Email handler replied to sender with the following message:\n${raw}`);
    return { messageId: id };
  }
}
defineInterface(ForwardableEmailMessage);

function receive([from, to, text]) {
  const state = { from, to, text, rejectReason: undefined, forwards: [], replies: [] };
  return {
    argument: new ForwardableEmailMessage(MAKE, state),
    handlers: ['email'],
    makeEvent() {
      throw new TypeError('Emails reach email() handlers only, no event listeners.');
    },
    info: () => ({ type: 'email', mailFrom: from, rcptTo: to, rawSize: text.length }),
    result: (outcome) => ({
      outcome,
      ...(state.rejectReason === undefined ? {} : { rejectReason: state.rejectReason }),
      forwards: state.forwards,
      replies: state.replies,
    }),
    missing: [
      'Received an email but we lack a handler for emails. Did you remember to export an email() function?',
      'Handler does not export an email() function.',
    ],
    unheard: [
      'Received an email, which a script with event listeners cannot handle. Export an email() function.',
      'No event listener registered for emails.',
    ],
  };
}

const emailExports = () => ({ EmailMessage });

module.exports = { emailExports, isEmailMessage, rawOf, receive };
