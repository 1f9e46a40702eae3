// Sockets: connect() on a binding, and connect handlers. Those to the network are in workers/network.js.
//
// https://developers.cloudflare.com/workers/runtime-apis/tcp-sockets/. A connection over a binding is an
// event (workers/events.js) and two pipes: the caller sends the reading end of its own along, the callee
// answers with that of its own as soon as there is a handler; the handler runs on after that.
'use strict';

const { describeError, makeError } = require('internal/errors');
const { toBytes } = require('internal/bytes');
const { foreignIo, requireContext, state } = require('internal/context');
const { TAILED } = require('internal/flags');
const { promiseThen } = require('internal/primordials');
const { badArgument, defineInterface } = require('internal/webidl');
const { ReadableStream, WritableStream, hasPendingWrites } = require('web/streams');
const { failCall } = require('workers/dispatch');
const { CLASS, OBJECT, entrypointAt, environment } = require('workers/entrypoints');
const { ExecutionContext } = require('workers/execution_context');
const { OutgoingPipe } = require('workers/pipe_ends');
const { EVENT, start, values } = require('workers/rpc');

const MAKE = Symbol('Socket');

const UNREACHABLE = 'proxy request failed, cannot connect to the specified address';
const NOT_HTTP =
  '. It looks like you might be trying to connect to a HTTP-based service \u2014 consider using fetch instead';
const NO_TLS = 'startTls() is not supported on this connection.';
const CLOSING = 'belongs to an object that is closing.';

// --- the two directions ---

// What the other side sends: the native body `body`, once it is known.
class Source {
  type = 'bytes';
  #io;
  #connection;
  #body;
  #controller = undefined;
  #over = false;

  constructor(io, connection, body) {
    this.#io = io;
    this.#connection = connection;
    this.#body = body;
  }

  start(controller) {
    this.#controller = controller;
  }

  async pull(controller) {
    const io = this.#io;
    if (io !== state.current) throw foreignIo('Socket', io);
    const body = await this.#body;
    for (;;) {
      if (this.#over) return;
      const chunk = native.bodyRead(io.id, body);
      if (chunk === undefined) {
        await io.news(body);
        continue;
      }
      if (chunk instanceof Uint8Array) {
        controller.enqueue(chunk);
        return;
      }
      this.#over = true;
      if (chunk === null) {
        controller.close();
        controller.byobRequest?.respond(0);
        this.#connection.readEnded();
        return;
      }
      const error = makeError(chunk[0], chunk[1], false, undefined);
      this.#connection.failed(error);
      throw error;
    }
  }

  cancel() {
    this.#over = true;
    this.#drop();
    this.#connection.readCancelled();
  }

  // The connection is over; whoever reads gets `error`, or the end.
  end(error) {
    if (this.#over) return;
    this.#over = true;
    this.#drop();
    if (error !== undefined) {
      this.#controller.error(error);
    } else {
      this.#controller.close();
      this.#controller.byobRequest?.respond(0);
    }
  }

  #drop() {
    promiseThen.call(this.#body, (body) => {
      native.bodyCancel(this.#io.id, body);
      this.#io.tell(body);
    }, () => {});
  }
}

// What this side sends, into the native pipe `writer`.
class Sink {
  #io;
  #connection;
  #writer;
  #controller = undefined;
  #over = false;
  // How many writes are done, and who wants to know of the next one.
  #done = 0;
  #onDone = undefined;
  // For all that wait, and what it resolves: the next write that is done.
  #step = undefined;

  constructor(io, connection, writer) {
    this.#io = io;
    this.#connection = connection;
    this.#writer = writer;
  }

  start(controller) {
    this.#controller = controller;
  }

  async write(chunk) {
    const io = this.#io;
    if (io !== state.current) throw foreignIo('Socket', io);
    const bytes = toBytes(chunk);
    if (bytes === undefined) {
      throw new TypeError(
        'This WritableStream only supports writing byte types, i.e. ArrayBuffer and ArrayBufferView.');
    }
    if (!native.pipeWrite(this.#writer, bytes)) await io.news(this.#writer);
    this.#wake();
    if (this.#over || !native.pipeCancelled(this.#writer)) return;
    this.#end();
    throw this.#connection.writeRefused();
  }

  close() {
    this.#wake();
    this.#end();
    this.#connection.writeEnded();
  }

  // Waits until everything that was written to `stream`, which is this sink's, is in the pipe.
  async drained(stream) {
    for (;;) {
      const before = this.#done;
      // The stream goes on to the next write some reactions after the last one.
      for (let i = 0; i < 4; i++) await undefined;
      if (!hasPendingWrites(stream)) return;
      if (this.#done !== before) continue;
      await (this.#step ??= new Promise((resolve) => {
        this.#onDone = resolve;
      }));
    }
  }

  #wake() {
    const resolve = this.#onDone;
    this.#done++;
    this.#onDone = this.#step = undefined;
    resolve?.();
  }

  abort(reason) {
    if (this.#over) return;
    this.#over = true;
    const [type, message] = describeError(reason ?? new Error('The connection was aborted.'));
    native.pipeFail(this.#writer, type, message);
    this.#connection.writeEnded();
  }

  // The connection is over: what was written is still delivered, then the end, or `error`.
  end(error) {
    if (this.#over) return;
    if (error === undefined) {
      this.#end();
    } else {
      this.#over = true;
      const [type, message] = describeError(error);
      native.pipeFail(this.#writer, type, message);
    }
    this.#controller.error(error ?? new TypeError(`This WritableStream ${CLOSING}`));
  }

  #end() {
    if (this.#over) return;
    this.#over = true;
    native.pipeClose(this.#writer);
  }
}

// What the two directions and the promises of a Socket have in common.
class Connection {
  #source;
  #sink;
  #reads = true;
  #writes = true;
  #halfOpen;
  #settled = false;
  #resolveClosed;
  #rejectClosed;

  /**
   * @param {object} io
   * @param {Promise<number>} body of C++, what is received
   * @param {number} writer of C++, what is sent
   * @param {boolean} halfOpen whether this side goes on when the other one has ended
   */
  constructor(io, body, writer, halfOpen) {
    this.#halfOpen = halfOpen;
    this.closed = new Promise((resolve, reject) => {
      this.#resolveClosed = resolve;
      this.#rejectClosed = reject;
    });
    promiseThen.call(this.closed, undefined, () => {});
    this.io = io;
    this.#source = new Source(io, this, body);
    this.#sink = new Sink(io, this, writer);
    this.readable = new ReadableStream(this.#source, { highWaterMark: 0 });
    this.writable = new WritableStream(this.#sink);
  }

  readEnded() {
    this.#reads = false;
    if (!this.#halfOpen && this.#writes) {
      this.#writes = false;
      this.#sink.end(undefined);
    }
    this.#settle();
  }

  readCancelled() {
    this.readEnded();
  }

  writeEnded() {
    this.#writes = false;
    this.#settle();
  }

  // The other side takes nothing more: what a write gets.
  writeRefused() {
    this.writeEnded();
    return new TypeError('The other side of this connection has closed it.');
  }

  failed(error) {
    this.end(error);
  }

  // For whoever has the socket.
  close() {
    this.end(undefined);
    return Promise.resolve();
  }

  // Waits until everything that was written is sent on.
  drained() {
    return this.#sink.drained(this.writable);
  }

  // Ends both directions once everything that was written is sent.
  async finish() {
    this.#source.end(undefined);
    await this.drained();
    this.end(undefined);
  }

  // Nothing more is to be read, while writing goes on.
  stopReading() {
    this.#reads = false;
    this.#settle();
  }

  // It cannot be opened. Whoever reads finds the end, but not before others know why.
  refuse(error) {
    this.#reads = this.#writes = false;
    this.#settle(error);
    this.#sink.end(error);
    promiseThen.call(this.closed, undefined, () => this.#source.end(undefined));
  }

  // The connection is lost: that is how it was closed. Whoever writes gets `error`, whoever reads what
  // there is of `readError`.
  lose(error, readError) {
    this.#reads = this.#writes = false;
    if (readError !== undefined) this.#source.end(readError);
    this.#sink.end(error);
    this.#settle();
  }

  // A Socket with TLS, instead of the one that this is the connection of.
  startTls() {
    this.end(undefined);
    return refusedSocket(requireContext(), new Error(NO_TLS), 'on');
  }

  // Ends both directions, for all who use them.
  end(error) {
    this.#reads = this.#writes = false;
    this.#source.end(error);
    this.#sink.end(error);
    this.#settle(error);
  }

  #settle(error) {
    if (this.#settled || this.#reads || this.#writes) return;
    this.#settled = true;
    if (error === undefined) this.#resolveClosed();
    else this.#rejectClosed(error);
  }
}

class Socket {
  #connection;
  #opened;
  #secureTransport;
  #startedTls = false;
  #upgraded = false;

  constructor(key, connection, opened, secureTransport) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    this.#connection = connection;
    this.#opened = opened;
    this.#secureTransport = secureTransport;
    promiseThen.call(opened, undefined, () => {});
  }

  get readable() {
    return this.#connection.readable;
  }

  get writable() {
    return this.#connection.writable;
  }

  get closed() {
    return this.#connection.closed;
  }

  get opened() {
    return this.#opened;
  }

  // Whether a socket that startTls() made of it is open: as in workerd, that one is not upgraded itself.
  get upgraded() {
    return this.#upgraded;
  }

  get secureTransport() {
    return this.#secureTransport;
  }

  close() {
    return this.#connection.close();
  }

  startTls(options) {
    if (this.#secureTransport === 'on') throw new TypeError('Cannot startTls on a TLS socket.');
    if (this.#secureTransport !== 'starttls') {
      throw new TypeError(
        "The `secureTransport` socket option must be set to 'starttls' for startTls to be used.");
    }
    if (this.#startedTls) {
      throw new TypeError(
        'startTls has already been called on this socket, or the socket was transferred over RPC.');
    }
    const upgraded = this.#connection.startTls(options);
    this.#startedTls = true;
    promiseThen.call(upgraded.opened, () => { this.#upgraded = true; }, () => {});
    return upgraded;
  }
}
defineInterface(Socket);

const makeSocket = (connection, opened, secureTransport) =>
  new Socket(MAKE, connection, opened, secureTransport);

// A socket that was never opened.
function refusedSocket(io, error, secureTransport) {
  const refused = Promise.reject(error);
  promiseThen.call(refused, undefined, () => {});
  const connection = new Connection(io, refused, native.pipeOpen(io.id, -1), false);
  connection.end(error);
  return makeSocket(connection, refused, secureTransport);
}

// --- addresses ---

function integerOf(port) {
  const number = Number(port);
  if (port === undefined || !Number.isFinite(number)) {
    throw new TypeError('The value cannot be converted because it is not an integer.');
  }
  const integer = Math.trunc(number);
  if (integer > 65535) throw new TypeError('Value out of range. Must be less than or equal to 65535.');
  if (integer < 0) throw new TypeError('The value cannot be converted because it is either negative.');
  return integer;
}

// What connect() is given: the authority as it was written, its host without brackets, its port.
function addressOf(address, type) {
  if (address === undefined || address === null) throw badArgument('connect', type, 1, 'SocketAddress or string');
  const text = typeof address === 'object' ? joinAddress(address) : `${address}`;
  if (text === '') throw new TypeError('Specified address is missing hostname.');
  const { URL } = require('web/url');
  let url;
  try {
    url = new URL(`https://${text}`);
  } catch {
    throw new TypeError('Specified address could not be parsed.');
  }
  const port = /:(\d+)$/.exec(text.replace(/[/?#].*$/s, ''));
  if (port === null) throw new TypeError('Specified address is missing port.');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '' ||
      url.password !== '') {
    throw new TypeError('Specified address could not be parsed.');
  }
  return { authority: text, host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(port[1]) };
}

function joinAddress({ hostname, port }) {
  const host = `${hostname}`;
  return `${/^[\da-f:.]*:[\da-f:.]*$/i.test(host) ? `[${host}]` : host}:${integerOf(port)}`;
}

function optionsOf(options) {
  const transport = options?.secureTransport === undefined ? 'off' : `${options.secureTransport}`;
  if (transport !== 'off' && transport !== 'on' && transport !== 'starttls') {
    throw new TypeError(`Unsupported value in secureTransport socket option: ${transport}`);
  }
  return { transport, halfOpen: Boolean(options?.allowHalfOpen) };
}

// Why there is no connection to `authority`: `cause`, if that is known.
function unreachable(authority, cause = undefined) {
  const text = cause === undefined ? UNREACHABLE : `${UNREACHABLE}: ${cause}`;
  return new Error(/:(?:80|443)$/.test(authority) ? text + NOT_HTTP : text);
}

// --- the caller's side ---

// env.NAME.connect(address, options) on the binding `root`.
function connectOn(root, args) {
  if (args.length === 0) throw badArgument('connect', 'Fetcher', 1, 'SocketAddress or string');
  const io = requireContext();
  const { authority } = addressOf(args[0], 'Fetcher');
  const { transport, halfOpen } = optionsOf(args[1]);
  if (transport === 'on') return refusedSocket(io, new Error('Incoming CONNECT with TLS not supported'), 'on');
  const writer = native.pipeOpen(io.id, -1);
  const answer = promiseThen.call(
    start(root, ['connect'], EVENT, [authority, new OutgoingPipe(writer)]), (pipe) => {
      if (pipe !== null) return pipe.body;
      throw unreachable(authority);
    });
  const connection = new Connection(io, answer, writer, halfOpen);
  const opened = promiseThen.call(answer, () => ({ remoteAddress: authority }), (error) => {
    connection.end(error);
    throw error;
  });
  return makeSocket(connection, opened, transport);
}

// --- the callee's side ---

// The handler, ready to be called with a socket; undefined if there is none.
function handlerOf(io, { kind, value }) {
  if (kind === OBJECT) {
    const { connect } = value;
    if (typeof connect !== 'function') return undefined;
    return (socket) => Reflect.apply(connect, value, [socket, environment(), new ExecutionContext(io)]);
  }
  if (kind !== CLASS || typeof value.prototype.connect !== 'function') return undefined;
  return (socket) => {
    const instance = new value(new ExecutionContext(io), environment());
    return instance.connect(socket, undefined, undefined);
  };
}

let warned = false;

function handleConnect(io, callId, number, [authority, incoming]) {
  if (state.flags & TAILED) native.tailEvent(io.id, '{"type":"connect"}');
  const handler = handlerOf(io, entrypointAt(number));
  if (handler === undefined) {
    if (!warned) {
      native.consoleWrite('warn',
        'Received a connect event but we lack a handler. Did you remember to export a connect() function?');
    }
    warned = true;
    native.bodyCancel(io.id, incoming.body);
    native.rpcRespond(io.id, callId, null, false);
    return;
  }
  const writer = native.pipeOpen(io.id, -1);
  values.write((pipe) => native.rpcRespond(io.id, callId, pipe, false), new OutgoingPipe(writer), 'result', false);
  const connection = new Connection(io, Promise.resolve(incoming.body), writer, true);
  const opened = Promise.resolve({ localAddress: authority });
  serve(io, handler, connection, makeSocket(connection, opened, 'off'));
}

// The connection lasts as long as its handler and the waitUntil tasks of the invocation, whatever is left
// open, and then until everything that was written is sent.
async function serve(io, handler, connection, socket) {
  native.holdOpen(io.id, 1);
  try {
    await new Promise((resolve, reject) => {
      let waiting = 1;
      const tasks = { begin: () => waiting++, end: () => --waiting === 0 && resolve(), fail: () => {} };
      io.event = tasks;
      const result = (async () => handler(socket))();
      if (state.flags & TAILED) require('internal/notes').noteReturn(io, result);
      promiseThen.call(result, () => tasks.end(), reject);
    });
    await connection.finish();
  } catch (error) {
    if (state.flags & TAILED) require('internal/notes').noteFailure(io, error);
    native.reportUncaught(error, 'connect');
    connection.end(error);
  }
  native.holdOpen(io.id, -1);
}

module.exports = { Connection, Socket, addressOf, connectOn, handleConnect, makeSocket, optionsOf, unreachable };
