// A binding that sends mail: env.NAME.send(message). The message is checked and kept as a file
// (worker/mail_folder.h), and the log says where: nothing is delivered.
//
// https://developers.cloudflare.com/email-routing/email-workers/send-email-workers/; the checks are miniflare's, and hold
// for the addresses of cc and bcc, too.
'use strict';

const { toBytes } = require('internal/bytes');
const { Promise } = require('internal/primordials');
const { defineInterface } = require('internal/webidl');
const { encodeUtf8 } = require('web/encoding');
const { Headers } = require('web/headers');
const { Response } = require('web/response');
const { isEmailMessage, rawOf } = require('workers/email');

const { isArray } = Array;

const log = (text) => native.consoleWrite('log', text);

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

// The part of a message id before its "@", and the name of the message's files.
function makeId() {
  const bytes = new Uint8Array(36);
  native.randomFill(bytes);
  let id = '';
  for (const byte of bytes) id += ALPHABET[byte % ALPHABET.length];
  return id;
}

function keep(name, content) {
  return native.keepMail(name, toBytes(content) ?? encodeUtf8(`${content}`));
}

// --- addresses: "ann@example.com", "Ann <ann@example.com>" or { name, email } ---

// As miniflare has it, null and '' are nobody, too.
const listOf = (value) => (!value ? [] : isArray(value) ? value : [value]);

function addressOf(address) {
  if (typeof address === 'object' && address !== null) return `${address.email}`;
  const [, inBrackets] = /<([^>]+)>$/.exec(address) ?? [];
  return (inBrackets ?? `${address}`).trim();
}

const display = (address) =>
  (typeof address === 'string' ? address : address.name === undefined ? address.email : `"${address.name}" <${address.email}>`);

// --- what is sent as it is ---

// Throws unless it is a message that says the same as its envelope.
async function checkMessage(bytes, from) {
  let parsed;
  let headers;
  try {
    parsed = await require('third_party/postal-mime', Promise).default.parse(bytes);
    headers = new Headers(parsed.headers.map(({ key, value }) => [key, value]));
  } catch (error) {
    throw new Error(`could not parse email: ${error.message}`);
  }
  if (parsed.messageId === undefined) throw new Error('invalid message-id');
  if (parsed.from?.address !== from) throw new Error('From: header does not match mail from');
  if (headers.has('received')) throw new Error('invalid headers set');
}

let make;

class SendEmail {
  #name;
  #recipients;
  #senders;

  constructor(key, configuration) {
    if (key !== make) throw new TypeError('Illegal constructor');
    this.#name = configuration.name;
    this.#recipients = configuration.recipients;
    this.#senders = configuration.senders;
  }

  /**
   * Rejects what the binding does not allow.
   *
   * @param {EmailMessage | object} message
   * @returns {Promise<{messageId: string}>}
   */
  async send(message = undefined) {
    const isObject = typeof message === 'object' && message !== null;
    if (isObject && isEmailMessage(message)) return this.#sendRaw(message, rawOf(message));
    if (!isObject || !message.from || !message.to) {
      throw new TypeError(
        `env.${this.#name}.send() needs an EmailMessage of "cloudflare:email", or an object with at least ` +
          'from and to.');
    }
    return this.#sendParts(message);
  }

  async #sendRaw({ from, to }, raw) {
    this.#check(from, [to]);
    if (raw === undefined || raw === null) {
      throw new TypeError(`env.${this.#name}.send(): the EmailMessage has no content, its third argument was ${raw}.`);
    }
    const bytes = new Uint8Array(await new Response(raw).arrayBuffer());
    await checkMessage(bytes, from);
    const id = makeId();
    log(`send_email binding called with the following message:\nEmail: ${keep(`${id}.eml`, bytes)}`);
    return { messageId: messageIdOf(id, from) };
  }

  #sendParts(message) {
    const from = addressOf(message.from);
    const to = listOf(message.to);
    const cc = listOf(message.cc);
    const bcc = listOf(message.bcc);
    this.#check(from, [...to, ...cc, ...bcc].map(addressOf));
    const id = makeId();
    const fields = [['From', [message.from]], ['To', to], ['Cc', cc], ['Bcc', bcc]]
      .filter(([, addresses]) => addresses.length > 0)
      .map(([field, addresses]) => `${field}: ${addresses.map(display).join(', ')}`);
    const files = [];
    if (message.text) files.push(`Text: ${keep(`${id}.txt`, message.text)}`);
    if (message.html) files.push(`HTML: ${keep(`${id}.html`, message.html)}`);
    let number = 0;
    for (const { filename, disposition, content } of message.attachments ?? []) {
      const [, extension = 'bin'] = /\.([A-Za-z0-9]{1,16})$/.exec(filename) ?? [];
      const path = keep(`${id}-${++number}.${extension}`, content);
      files.push(`Attachment (${disposition}): ${filename} -> ${path}`);
    }
    log(
      `send_email binding called with MessageBuilder:\n${fields.join('\n')}\nSubject: ${message.subject}` +
        (files.length > 0 ? `\n\n${files.join('\n')}` : ''));
    return { messageId: messageIdOf(id, from) };
  }

  #check(from, recipients) {
    if (this.#senders !== undefined && !this.#senders.includes(from)) {
      throw new Error(`email from ${from} not allowed`);
    }
    for (const to of recipients) {
      if (this.#recipients !== undefined && !this.#recipients.includes(to)) {
        throw new Error(`email to ${to} not allowed`);
      }
    }
  }

  static {
    make = (configuration) => new SendEmail(make, configuration);
  }
}
defineInterface(SendEmail);

const messageIdOf = (id, from) => `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`;

module.exports = { make };
