// connect() of "cloudflare:sockets": connections to the network.
//
// https://developers.cloudflare.com/workers/runtime-apis/tcp-sockets/. To C++ one is a call
// (runtime/worker/dispatcher_connect.cc) that is given the reading end of a pipe and answered with another:
// what is sent, and what comes.
'use strict';

const {
  currentDepth, enterContext, foreignIo, getFrame, putOff, requireContext, state,
} = require('internal/context');
const { keepCall, takeCall } = require('internal/calls');
const { TAILED } = require('internal/flags');
const { promiseThen, stringify } = require('internal/primordials');
const { badArgument } = require('internal/webidl');
const { Connection, addressOf, makeSocket, optionsOf, unreachable } = require('workers/socket');

// The answer of the native function when the connection is closed already.
const GONE = -9;

const NO_BODY = -1;

const LOST = 'Network connection lost.';

// The numbers of http::TlsTrust.
const FULL = 0;
const CHAIN = 1;
const NOTHING = 2;

// --- calls ---

class ConnectCall {
  constructor(io, explain, resolve, rejectWith) {
    this.io = io;
    this.section = getFrame()?.section;
    this.explain = explain;
    this.resolve = resolve;
    this.rejectWith = rejectWith;
    this.id = 0;
    this.issued = false;
  }

  // What the network says is explained; what was refused here says it all.
  reject(error) {
    this.rejectWith(this.issued ? this.explain(error.message) : error);
  }

  ended() {}
}

// `start` gives the call's number.
function issue(io, explain, start) {
  return new Promise((resolve, reject) => {
    const id = start();
    if (id === GONE) throw new Error(LOST);
    const call = new ConnectCall(io, explain, resolve, reject);
    keepCall(call, id);
    call.issued = true;
  });
}

/**
 * @typedef {object} Target
 * @property {string} host without brackets
 * @property {number} port
 * @property {boolean} tls from the first byte on
 * @property {number} trust FULL, CHAIN or NOTHING
 */

// Both give a promise for the connection and for the body of what it receives, both numbers of C++.
// `explain(cause)` is the error for somebody who cannot be connected.
function open(io, { host, port, tls, trust }, writer, explain) {
  if (state.flags & TAILED) require('internal/notes').noteSpan(io);
  return issue(io, explain, () => native.connect(io.id, host, port, tls, trust, writer, currentDepth()));
}

function startTls(io, connection, host, trust, writer, explain) {
  return issue(io, explain, () => native.startTls(io.id, connection, host, trust, writer));
}

// --- sockets ---

// No body at all is one that has ended: why there is no connection is told by `opened`, `closed` and writes.
const bodyOf = (answer) => promiseThen.call(answer, ({ body }) => body, () => NO_BODY);

class NetworkConnection extends Connection {
  #answer;
  #authority;
  #host;

  /**
   * @param {object} io
   * @param {Promise<{ connection: number, body: number }>} answer
   * @param {number} writer of C++, what is sent
   * @param {boolean} halfOpen
   * @param {{ authority: string, host: string }} peer
   */
  constructor(io, answer, writer, halfOpen, { authority, host }) {
    super(io, bodyOf(answer), writer, halfOpen);
    this.#answer = answer;
    this.#authority = authority;
    this.#host = host;
    // C++ says so when nobody takes any more what is written.
    const pumps = (io.pumps ??= new Map());
    const listen = () => pumps.set(writer, { cancel: async () => this.lose(new Error(LOST)) });
    const forget = () => pumps.delete(writer);
    promiseThen.call(answer, listen, forget);
    promiseThen.call(this.closed, forget, forget);
  }

  socket(transport) {
    const remoteAddress = this.#authority;
    const opened = promiseThen.call(this.#answer, () => ({ remoteAddress }), (error) => {
      this.refuse(error);
      throw error;
    });
    return makeSocket(this, opened, transport);
  }

  readCancelled() {
    this.stopReading();
  }

  writeRefused() {
    const error = new Error(LOST);
    this.lose(error);
    return error;
  }

  failed(error) {
    this.lose(error, error);
  }

  async close() {
    if (this.io !== state.current) throw foreignIo('Socket', this.io);
    try {
      await this.#answer;
    } catch {
      return;
    }
    await this.finish();
  }

  startTls(options) {
    if (this.io !== state.current) throw foreignIo('Socket', this.io);
    if (this.writable.locked) throw new TypeError('This WritableStream is currently locked to a writer.');
    if (this.readable.locked) throw new TypeError('This ReadableStream is currently locked to a reader.');
    const { io } = this;
    const expected = options?.expectedServerHostname;
    const peer = { authority: this.#authority, host: expected === undefined ? this.#host : `${expected}` };
    if (!/^[^\0- \x7f]+$/.test(peer.host)) {
      throw new TypeError(`startTls(): the expectedServerHostname ${stringify(peer.host)} is no host name.`);
    }
    const writer = native.pipeOpen(io.id, -1);
    return new NetworkConnection(io, this.#upgrade(peer.host, writer), writer, false, peer).socket('on');
  }

  async #upgrade(host, writer) {
    const { connection } = await this.#answer;
    await this.drained();
    const explain = (cause) => unreachable(this.#authority, cause);
    const answer = startTls(this.io, connection, host, FULL, writer, explain);
    this.end(undefined);
    return answer;
  }
}

function connect(address, options = undefined) {
  if (arguments.length === 0) throw badArgument('connect', 'Window', 1, 'SocketAddress or string');
  const peer = addressOf(address, 'Window');
  const { transport, halfOpen } = optionsOf(options);
  const io = requireContext();
  const override = require.loaded('workers/hyperdrive')?.overrideOf(peer);
  if (override !== undefined) return override();
  const writer = native.pipeOpen(io.id, -1);
  const target = { host: peer.host, port: peer.port, tls: transport === 'on', trust: FULL };
  const answer = open(io, target, writer, (cause) => unreachable(peer.authority, cause));
  return new NetworkConnection(io, answer, writer, halfOpen, peer).socket(transport);
}

// --- entered from C++ ---

function onConnected(ioId, callId, connection, body) {
  const io = enterContext(ioId);
  if (io === undefined) return;
  const call = takeCall(callId);
  if (call === undefined) return;
  const go = () => call.resolve({ connection, body });
  if (!putOff(io, call.section, go)) go();
}

module.exports = { CHAIN, FULL, NOTHING, NetworkConnection, connect, onConnected, open, startTls };
