// net.Socket, the side that connects, on a Link.
//
// It carries bytes from the time it is connected (a TLSSocket: secure) until it is destroyed. What is to be
// written before that is held; there is one write at a time, and one end.
import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { asBuffer } from "../as_buffer.mjs";
import { checkFunction, checkNumber } from "../checks.mjs";
import { abortError, invalidArgType, invalidArgValue, notImplemented, outOfRange, typeError } from "../errors.mjs";
import { nextTick } from "../ticks.mjs";
import { isIP } from "./addresses.mjs";
import { brokenError, closedError, connectError, endedError, neverOpenError, systemError } from "./errors.mjs";
import { IdleTimer } from "./idle.mjs";
import { Link } from "./link.mjs";
import { normalizeArgs, peerOf } from "./options.mjs";

const MAX_TIMEOUT = 2 ** 31 - 1;
const IDLE = 0;
const COMING = 1;
const CARRIES = 2;

// For TLSSocket.
export const kCarry = Symbol("carry");
export const kComing = Symbol("coming");
export const kLinked = Symbol("linked");
export const kPeer = Symbol("peer");
export const kUser = Symbol("user");

const kAborted = Symbol("aborted");
const kBytes = Symbol("bytes");
const kHeld = Symbol("held");
const kHeldBytes = Symbol("heldBytes");
const kIdle = Symbol("idle");
const kOnRead = Symbol("onread");
const kState = Symbol("state");
const kWanted = Symbol("wanted");

const OBJECTS = ["objectMode", "readableObjectMode", "writableObjectMode"];
const ABSENT = ["fd", "handle", "blockList"];

export function Socket(options) {
  if (!(this instanceof Socket)) return new Socket(options);
  const given = typeof options === "number" ? { fd: options } : { ...options };
  for (const name of OBJECTS) {
    if (given[name]) throw invalidArgValue(`options.${name}`, given[name], "is not supported");
  }
  for (const name of ABSENT) {
    if (given[name] !== undefined && given[name] !== null) throw notImplemented(`options.${name} of net.Socket`);
  }
  if (given.keepAliveInitialDelay !== undefined) checkNumber(given.keepAliveInitialDelay, "options.keepAliveInitialDelay");
  this.connecting = false;
  this._hadError = false;
  this._handle = null;
  this._host = null;
  this._parent = null;
  this._peername = null;
  this.server = null;
  this[kState] = IDLE;
  this[kPeer] = null;
  this[kAborted] = false;
  this[kBytes] = { read: 0, written: 0 };
  this[kHeld] = [];
  this[kHeldBytes] = 0;
  this[kWanted] = false;
  this[kIdle] = new IdleTimer(() => this._onTimeout());
  this[kOnRead] = readerOf(given.onread);
  Duplex.call(this, {
    ...given,
    allowHalfOpen: Boolean(given.allowHalfOpen),
    autoDestroy: true,
    // It says itself whether there was an error.
    emitClose: false,
    decodeStrings: false,
    readable: true,
    writable: true,
  });
  this.on("end", onEnd);
  if (given.signal !== undefined) follow(this, given.signal);
}
Object.setPrototypeOf(Socket.prototype, Duplex.prototype);
Object.setPrototypeOf(Socket, Duplex);

// Bytes go into a buffer of the caller's instead of the stream.
function readerOf(onread) {
  if (typeof onread?.callback !== "function") return undefined;
  const { buffer, callback } = onread;
  if (typeof buffer === "function") return { next: buffer, callback };
  return buffer instanceof Uint8Array ? { next: () => buffer, callback } : undefined;
}

function follow(socket, signal) {
  if (!(signal instanceof AbortSignal)) throw invalidArgType("options.signal", "an instance of AbortSignal", signal);
  const abort = () => {
    socket[kAborted] = true;
    socket.destroy(abortError(signal.reason));
  };
  if (signal.aborted) return abort();
  signal.addEventListener("abort", abort, { once: true });
  socket.once("close", () => signal.removeEventListener("abort", abort));
}

// What one writes to somebody who has ended the connection, and who was not to be written to any more.
function onEnd() {
  if (!this.allowHalfOpen) this.write = writeAfterEnd;
}

function writeAfterEnd(chunk, encoding, callback) {
  if (!this.writableEnded) return Duplex.prototype.write.call(this, chunk, encoding, callback);
  const done = typeof encoding === "function" ? encoding : callback;
  const error = endedError();
  if (typeof done === "function") nextTick(done, error);
  this.destroy(error);
  return false;
}

// What a Link tells `socket`, as long as it is the one that this has.
function userOf(socket) {
  return {
    take(bytes) {
      touch(socket);
      const reader = socket[kOnRead];
      if (reader === undefined) return socket.push(asBuffer(bytes));
      let goOn = true;
      for (let from = 0; from < bytes.byteLength && !socket.destroyed;) {
        const buffer = reader.next();
        const part = bytes.subarray(from, from + buffer.byteLength);
        if (part.byteLength === 0) throw invalidArgValue("options.onread.buffer", buffer, "has no room");
        buffer.set(part);
        from += part.byteLength;
        goOn = reader.callback(part.byteLength, buffer) !== false && goOn;
      }
      return goOn;
    },
    end() {
      socket.push(null);
      // Nobody has to read for it to be noticed.
      socket.read(0);
    },
    fail: (error) => socket.destroy(brokenError("read", error)),
    thrown: (error) => socket.destroy(error),
  };
}

const methods = {
  connect(...args) {
    const [options, callback] = normalizeArgs(args);
    if (callback !== null) this.once("connect", callback);
    if (this._parent?.connecting || this[kAborted]) return this;
    const peer = peerOf(options);
    if (this.connecting) throw typeError("ERR_SOCKET_CONNECTING", "Socket is already connecting");
    if (this._handle !== null) {
      this.destroy(systemError("connect", "EISCONN", peer));
      return this;
    }
    if (this.write !== Socket.prototype.write) this.write = Socket.prototype.write;
    this._undestroy();
    this._host = peer.host;
    this._peername = null;
    this[kPeer] = peer;
    this[kBytes] = { read: 0, written: 0 };
    this[kIdle].touch();
    this.connecting = true;
    this[kComing]();
    const family = isIP(peer.host);
    if (family === 0 && peer.lookup) lookUp(this, options, peer);
    else nextTick(() => open(this, peer, peer));
    return this;
  },

  // From now on what is to be written waits for the connection.
  [kComing]() {
    this[kState] = COMING;
  },

  [kUser]() {
    return userOf(this);
  },

  // The link is open.
  [kLinked]() {
    this[kCarry]();
  },

  // The link takes what is written, and what comes is read.
  [kCarry]() {
    this[kState] = CARRIES;
    const held = this[kHeld];
    this[kHeld] = [];
    this[kHeldBytes] = 0;
    for (const { run } of held) run();
    if (this[kWanted] || !this.isPaused()) this._handle?.start();
  },

  // --- writing ---

  // The runtime reads bytes when it sends them, but who has written them may use their memory again before.
  _write(chunk, encoding, callback) {
    send(this, Buffer.from(chunk, encoding), callback);
  },

  _writev(chunks, callback) {
    send(this, Buffer.concat(chunks.map(({ chunk, encoding }) =>
      (typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk))), callback);
  },

  _final(callback) {
    if (this[kState] === COMING) {
      this[kHeld].push({ run: () => this._final(callback), fail: callback });
      return;
    }
    if (this._handle === null) return callback();
    this._handle.finish().then(() => callback(), (error) => callback(brokenError("shutdown", error)));
  },

  end(...args) {
    Duplex.prototype.end.apply(this, args);
    return this;
  },

  // --- reading ---

  _read() {
    if (this[kState] === CARRIES) this._handle.start();
    else this[kWanted] = true;
  },

  pause() {
    if (this[kOnRead] !== undefined) this._handle?.stop();
    return Duplex.prototype.pause.call(this);
  },

  resume() {
    if (this[kOnRead] !== undefined && this[kState] === CARRIES) this._handle.start();
    return Duplex.prototype.resume.call(this);
  },

  // --- the end ---

  _destroy(error, callback) {
    const link = this._handle;
    const held = this[kHeld];
    const begun = this[kState] !== IDLE;
    this.connecting = false;
    this[kState] = IDLE;
    this[kHeld] = [];
    this[kHeldBytes] = 0;
    this[kWanted] = false;
    this[kIdle].clear();
    if (link !== null) {
      this[kBytes] = { read: link.bytesRead, written: link.bytesWritten };
      this._handle = null;
      // What one gives up is not waited for.
      if (error || this.writableLength > 0) link.abort();
      else link.close();
    }
    callback(error);
    // Behind the error, which is told in its own turn.
    nextTick(() => {
      this.emit("close", ...(begun ? [Boolean(error)] : []));
      for (const { fail } of held) fail(neverOpenError());
    });
  },

  destroySoon() {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy());
  },

  // Whether the peer finds an end or a reset is up to the runtime.
  resetAndDestroy() {
    if (this._handle === null && !this.connecting) return this.destroy(closedError());
    if (this.connecting) this.once("connect", () => this.destroy());
    else this.destroy();
    return this;
  },

  // --- what it is like ---

  setTimeout(time, callback) {
    if (this.destroyed) return this;
    this.timeout = time;
    checkNumber(time, "msecs");
    if (!(time >= 0 && time < Infinity)) throw outOfRange("msecs", "a non-negative finite number", time);
    if (callback !== undefined) checkFunction(callback);
    this[kIdle].set(Math.min(time, MAX_TIMEOUT));
    if (callback !== undefined) this[time === 0 ? "removeListener" : "once"]("timeout", callback);
    return this;
  },

  _onTimeout() {
    this.emit("timeout");
  },

  // The runtime sends what is written at once, and finds peers that are gone by itself.
  setNoDelay() {
    return this;
  },
  setKeepAlive() {
    return this;
  },

  // Requests end when they are over, whatever is open.
  ref() {
    return this;
  },
  unref() {
    return this;
  },

  address() {
    return this._getsockname();
  },

  _getpeername() {
    const peer = this[kPeer] ?? this._parent?.[kPeer] ?? null;
    if (this._handle === null || this.connecting || peer === null) return this._peername ?? {};
    const { host: address, port } = peer;
    const version = isIP(address);
    this._peername ??= { address, port, family: version === 0 ? undefined : `IPv${version}` };
    return this._peername;
  },

  // Nobody says which one it is; this is what workerd says.
  _getsockname() {
    return this._handle === null || this.connecting ? {} : { address: "0.0.0.0", port: 0, family: "IPv4" };
  },
};

const properties = {
  _connecting: (socket) => socket.connecting,
  pending: (socket) => socket._handle === null || socket.connecting,
  readyState(socket) {
    if (socket.connecting) return "opening";
    if (socket.readable) return socket.writable ? "open" : "readOnly";
    return socket.writable ? "writeOnly" : "closed";
  },
  bufferSize: (socket) => (socket._handle === null ? undefined : socket.writableLength),
  bytesRead: (socket) => socket._handle?.bytesRead ?? socket[kBytes].read,
  _bytesDispatched: (socket) => socket._handle?.bytesWritten ?? socket[kBytes].written,
  // With what is still to be written.
  bytesWritten: (socket) => socket.writableBuffer?.reduce(
    (sum, { chunk, encoding }) => sum + (typeof chunk === "string" ? Buffer.byteLength(chunk, encoding) : chunk.length),
    socket._bytesDispatched + socket[kHeldBytes]),
  remoteAddress: (socket) => socket._getpeername().address,
  remoteFamily: (socket) => socket._getpeername().family,
  remotePort: (socket) => socket._getpeername().port,
  localAddress: (socket) => socket._getsockname().address,
  localFamily: (socket) => socket._getsockname().family,
  localPort: (socket) => socket._getsockname().port,
};

for (const name of Reflect.ownKeys(methods)) {
  const enumerable = typeof name === "string";
  Object.defineProperty(Socket.prototype, name, { value: methods[name], writable: true, configurable: true, enumerable });
}
for (const [name, get] of Object.entries(properties)) {
  Object.defineProperty(Socket.prototype, name, { get() { return get(this); }, configurable: true, enumerable: true });
}

// Something came or went: on the sockets beneath, too.
function touch(socket) {
  for (let one = socket; one; one = one._parent) one[kIdle].touch();
}

function send(socket, bytes, callback) {
  if (socket[kState] === COMING) {
    socket[kHeldBytes] = bytes.byteLength;
    socket[kHeld].push({ run: () => send(socket, bytes, callback), fail: callback });
    return;
  }
  const link = socket._handle;
  if (link === null) return callback(closedError());
  touch(socket);
  link.write(bytes).then(() => {
    if (socket._handle === link) touch(socket);
    callback();
  }, (error) => callback(brokenError("write", error)));
}

// Somebody else than the runtime says where the host is.
function lookUp(socket, options, peer) {
  const { family, hints } = options;
  peer.lookup(peer.host, { family: family ?? 0, hints: hints ?? 0 }, (error, found, version) => {
    const [address, kind] = Array.isArray(found) ? [found[0]?.address, found[0]?.family] : [found, version];
    socket.emit("lookup", error, address, kind, peer.host);
    if (socket[kPeer] !== peer) return;
    const wrong = error ?? (isIP(address) === 0
      ? typeError("ERR_INVALID_IP_ADDRESS", `Invalid IP address: ${address}`) : undefined);
    if (wrong) socket.destroy(wrong);
    else open(socket, peer, { ...peer, host: address });
  });
}

// For the connect() that asked for `asked`, if it was the last one: now it is known to be `peer`.
function open(socket, asked, peer) {
  if (!socket.connecting || socket[kPeer] !== asked) return;
  const { host: address, port } = peer;
  const family = isIP(address);
  socket[kPeer] = peer;
  socket.autoSelectFamilyAttemptedAddresses = [`${family === 6 ? `[${address}]` : address}:${port}`];
  socket.emit("connectionAttempt", address, port, family);
  if (!socket.connecting || socket[kPeer] !== peer) return;
  let link;
  try {
    link = Link.to(peer, socket[kUser]());
  } catch (error) {
    socket.destroy(error);
    return;
  }
  socket._handle = link;
  link.opened.then(() => {
    if (socket._handle !== link) return;
    socket.connecting = false;
    touch(socket);
    try {
      socket.emit("connect");
      socket.emit("ready");
    } finally {
      if (socket._handle === link) socket[kLinked]();
    }
  }, (error) => {
    if (socket._handle !== link) return;
    const why = connectError(error, peer);
    socket.emit("connectionAttemptFailed", address, port, family, why);
    socket.destroy(why);
  });
}
