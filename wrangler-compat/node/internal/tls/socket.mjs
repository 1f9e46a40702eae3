// tls.TLSSocket, the side that connects: a Link that is connected without TLS, and goes on with it.
//
// The runtime has checked the certificate when the link is open: that it is trusted, and whose it is.
import { checkFunction } from "../checks.mjs";
import { notImplemented, optionNotImplemented, typeError } from "../errors.mjs";
import { closedError, handshakeError } from "../net/errors.mjs";
import { normalizeArgs } from "../net/options.mjs";
import { Socket, kCarry, kComing, kLinked, kUser } from "../net/socket.mjs";
import { nextTick } from "../ticks.mjs";
import { SecureContext } from "./context.mjs";
import { certificateOf, checkServerIdentity } from "./identity.mjs";

// Whose certificate the runtime has seen.
const kHost = Symbol("host");
// It waits for the connection beneath, or goes on with it.
const kStarts = Symbol("starts");

// What cannot be done and must not be passed over.
const ABSENT = [
  "enableTrace", "isServer", "server", "ALPNProtocols", "SNICallback", "requestOCSP", "pskCallback", "minDHSize",
];

function checkOptions(options) {
  if (options.rejectUnauthorized === false) {
    throw optionNotImplemented("options.rejectUnauthorized: false of node:tls. Certificates are always checked; " +
      "to trust an authority of your own, set SSL_CERT_FILE to a file with its certificate (PEM)");
  }
  for (const name of ABSENT) {
    if (options[name] !== undefined && options[name] !== null && options[name] !== false) {
      throw optionNotImplemented(`options.${name} of node:tls`);
    }
  }
  const { checkServerIdentity: check, secureContext } = options;
  if (check !== undefined) checkFunction(check, "options.checkServerIdentity");
  if (secureContext && !(secureContext instanceof SecureContext)) {
    throw typeError("ERR_TLS_INVALID_CONTEXT", "context must be a SecureContext");
  }
}

export function TLSSocket(socket, options = {}) {
  if (!(this instanceof TLSSocket)) return new TLSSocket(socket, options);
  checkOptions(options);
  if (socket && !(socket instanceof Socket)) {
    throw notImplemented("TLS over a stream that is not a net.Socket");
  }
  this._tlsOptions = { ...options };
  this.encrypted = true;
  this.authorized = false;
  this.authorizationError = null;
  this.alpnProtocol = null;
  this.secureConnecting = true;
  this[kHost] = undefined;
  this.servername = options.servername || null;
  const { highWaterMark, onread, signal } = options;
  Socket.call(this, {
    allowHalfOpen: socket ? socket.allowHalfOpen : options.allowHalfOpen,
    highWaterMark,
    onread: socket ? undefined : onread,
    signal,
  });
  this[kStarts] = false;
  if (!socket) return;
  goOver(this, socket);
  nextTick(() => this._start());
}
Object.setPrototypeOf(TLSSocket.prototype, Socket.prototype);
Object.setPrototypeOf(TLSSocket, Socket);

// One ends with the other.
function goOver(tls, socket) {
  tls._parent = socket;
  // As in Node.js: who says a host means that of the certificate, wherever the connection leads.
  tls._host = tls._tlsOptions.host || socket._host;
  tls.connecting = socket.connecting;
  tls[kComing]();
  if (socket.destroyed) return nextTick(() => tls.destroy(closedError()));
  socket.once("close", () => tls.destroy());
  tls.once("close", () => socket.destroy());
  socket.on("error", (error) => tls.destroy(error));
  if (!socket.connecting) return;
  socket.once("connect", () => {
    if (tls.destroyed) return;
    tls.connecting = false;
    tls.emit("connect");
  });
}

// Whose certificate it must be: a host's that was looked up has the name, not the address.
const hostOf = (tls) => tls.servername ?? tls._host;

// What a function of the Worker has against it; null if nothing.
function objectionOf({ checkServerIdentity: check }, host) {
  if (check === undefined || check === checkServerIdentity) return null;
  try {
    return check(host, certificateOf(host)) || null;
  } catch (error) {
    return error ?? new Error("options.checkServerIdentity failed");
  }
}

// From the link without TLS to that with it.
function upgrade(tls, plain) {
  if (tls.destroyed || plain === null) return;
  const host = hostOf(tls);
  let link;
  try {
    link = plain.startTls({ expectedServerHostname: host }, tls[kUser]());
  } catch (error) {
    tls.destroy(error);
    return;
  }
  tls._handle = link;
  link.opened.then(() => {
    if (tls._handle !== link) return;
    const objection = objectionOf(tls._tlsOptions, host);
    if (objection !== null) {
      tls.destroy(objection);
      return;
    }
    tls[kHost] = host;
    tls.secureConnecting = false;
    tls.authorized = true;
    tls[kCarry]();
    tls.emit("secure");
    tls.emit("secureConnect");
  }, (error) => {
    if (tls._handle === link) tls.destroy(handshakeError(error));
  });
}

const methods = {
  // A connection of its own.
  [kLinked]() {
    upgrade(this, this._handle);
  },

  // Nothing that was said of the last one holds for the next.
  [kComing]() {
    this.secureConnecting = true;
    this.authorized = false;
    this[kHost] = undefined;
    Socket.prototype[kComing].call(this);
  },

  // One that was made before: what was written on it goes first.
  _start() {
    if (this[kStarts] || this._parent === null) return;
    this[kStarts] = true;
    const go = () => {
      const socket = this._parent;
      if (this.destroyed) return;
      if (socket.connecting || socket._handle === null) {
        socket.once("connect", go);
      } else if (socket.writableLength > 0) {
        socket.write("", go);
      } else {
        upgrade(this, socket._handle);
      }
    };
    go();
  },

  // None before there is TLS.
  getPeerCertificate() {
    return this[kHost] === undefined || this.destroyed ? {} : certificateOf(this[kHost]);
  },

  setServername(name) {
    this.servername = name;
  },
  disableRenegotiation() {},
  renegotiate: () => false,
  setMaxSendFragment: () => false,
  setSession() {},
  isSessionReused: () => false,
};

// What the runtime does not tell of a connection is unknown; what one would rely on is not there at all.
const UNKNOWN = [
  "getCipher", "getEphemeralKeyInfo", "getFinished", "getPeerFinished", "getProtocol", "getSession",
  "getSharedSigalgs", "getTLSTicket",
];
const MISSING = [
  "getCertificate", "getPeerX509Certificate", "getX509Certificate", "exportKeyingMaterial",
  "setKeyCert", "enableTrace",
];
for (const name of UNKNOWN) {
  methods[name] = () => null;
}
for (const name of MISSING) {
  methods[name] = () => {
    throw notImplemented(`TLSSocket.${name}`);
  };
}
for (const name of Reflect.ownKeys(methods)) {
  const enumerable = typeof name === "string";
  Object.defineProperty(TLSSocket.prototype, name, { value: methods[name], writable: true, configurable: true, enumerable });
}

export function connect(...args) {
  const [given, callback] = normalizeArgs(args);
  const more = [args[1], args[2]].find((one) => typeof one === "object" && one !== null);
  const options = { ...given, ...more };
  const tls = new TLSSocket(options.socket, options);
  if (options.timeout) tls.setTimeout(options.timeout);
  if (callback !== null) tls.once("secureConnect", callback);
  if (options.socket) tls._start();
  else tls.connect(options);
  return tls;
}
