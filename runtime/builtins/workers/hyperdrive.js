// A database behind Hyperdrive: env.NAME, and connect() to the host that it tells.
//
// https://developers.cloudflare.com/hyperdrive/configuration/connect-to-postgres/. Drivers are given a
// host that nobody else knows and speak plainly to it; whether the database is reached by TLS is decided by
// its connection string, here.
'use strict';

const { requireContext } = require('internal/context');
const { defineInterface } = require('internal/webidl');

const { defineProperty } = Object;

// https://www.postgresql.org/docs/current/protocol-message-formats.html: SSLRequest, and its answers.
const SSL_REQUEST = [0, 0, 0, 8, 4, 210, 22, 47];
// As long as a TLS handshake may take.
const ANSWER_MS = 10_000;
const WILLING = 0x53;
const UNWILLING = 0x4e;

const isMysql = (scheme) => scheme === 'mysql';

let make;

// By "host:port", the bindings of this isolate.
const known = { __proto__: null };

class Hyperdrive {
  #configuration;

  constructor(key, configuration) {
    if (key !== make) throw new TypeError('Illegal constructor');
    this.#configuration = configuration;
    const { host, ip, port, user, password, database } = configuration;
    const values = { connectionString: stringOf(configuration), port, ip, host, password, user, database };
    for (const name in values) {
      defineProperty(this, name, { value: values[name], writable: false, enumerable: true, configurable: true });
    }
    known[`${host}:${port}`] = known[`${ip}:${port}`] = this;
  }

  connect() {
    const { NetworkConnection } = require('workers/network');
    const io = requireContext();
    const { host, port } = this.#configuration;
    const writer = native.pipeOpen(io.id, -1);
    const answer = openDatabase(io, this.#configuration, writer);
    return new NetworkConnection(io, answer, writer, false, { authority: `${host}:${port}`, host }).socket('off');
  }

  static {
    make = (configuration) => new Hyperdrive(make, configuration);
  }
}
defineInterface(Hyperdrive);

// As workerd has it: nothing is encoded but what would be taken for another part of the URL.
function stringOf({ scheme, user, password, host, port, database }) {
  const plain = (text) => text.replace(/[%/?#]/g, encodeURIComponent);
  const name = plain(user).replaceAll(':', '%3A');
  const end = isMysql(scheme) ? 'ssl-mode=disabled' : 'sslmode=disable';
  return `${scheme}://${name}:${plain(password)}@${host}:${port}/${plain(database)}?${end}`;
}

// What connect() to that address does instead; undefined if it is nobody's.
function overrideOf({ host, port }) {
  const hyperdrive = known[`${host}:${port}`];
  return hyperdrive === undefined ? undefined : () => hyperdrive.connect();
}

// --- the way to the database ---

// How far TLS must be trusted: undefined if there is to be none.
function trustOf({ scheme, sslMode, sslRootCertificate }) {
  const { CHAIN, FULL, NOTHING } = require('workers/network');
  const isStrict = sslMode === 'verify-ca' || sslMode === 'verify-full';
  if (sslMode === 'disable' || sslMode === 'allow') return undefined;
  if (isMysql(scheme)) {
    if (sslMode === 'prefer') return undefined;
    throw new Error(
      'TLS to MySQL is not supported by isolane. Leave ssl-mode out of the connection string, or set it ' +
        'to DISABLED');
  }
  switch (sslMode) {
    case 'prefer':
    case 'require':
    case 'no-verify':
    case 'verify-ca':
    case 'verify-full':
      break;
    default:
      throw new Error(
        `sslmode=${sslMode} is not known (disable, allow, prefer, require, verify-ca, verify-full)`);
  }
  if (isStrict && sslRootCertificate !== '' && sslRootCertificate !== 'system') {
    throw new Error(
      'sslrootcert is not supported by isolane. Leave it out and start isolane with SSL_CERT_FILE set to ' +
        'that file');
  }
  return !isStrict ? NOTHING : sslMode === 'verify-ca' ? CHAIN : FULL;
}

async function openDatabase(io, configuration, writer) {
  const { open } = require('workers/network');
  const { name, sslMode, targetHost, targetPort } = configuration;
  const explain = (cause) => new Error(`connection attempt failed: Hyperdrive binding ${name}: ${cause}`);
  const target = { host: targetHost, port: targetPort, tls: false, trust: 0 };
  let trust;
  try {
    trust = trustOf(configuration);
  } catch (error) {
    throw explain(error.message);
  }
  if (trust !== undefined) {
    const secured = await openSecured(io, target, trust, writer, explain, sslMode === 'prefer');
    if (secured !== undefined) return secured;
    if (sslMode !== 'prefer') {
      throw explain(`${targetHost}:${targetPort} does not support TLS, which sslmode=${sslMode} demands`);
    }
  }
  return open(io, target, writer, explain);
}

// Undefined if the server speaks no TLS, or, when that is only `preferred`, does not say that it does. What it
// has agreed to is not given up any more: `writer` belongs to that connection then.
async function openSecured(io, target, trust, writer, explain, preferred) {
  const { open, startTls } = require('workers/network');
  const first = native.pipeOpen(io.id, -1);
  const { connection, body } = await open(io, target, first, explain);
  try {
    try {
      if (!await isWilling(io, target, first, body, explain)) return undefined;
    } catch (error) {
      if (preferred) return undefined;
      throw error;
    }
    // Takes the connection over before these pipes end.
    return await startTls(io, connection, target.host, trust, writer, explain);
  } finally {
    native.pipeFail(first, 'Error', 'The connection is not needed.');
    native.bodyCancel(io.id, body);
  }
}

// Asks the server whether it speaks TLS.
async function isWilling(io, { host, port }, pipe, body, explain) {
  const { clearTimeout, setTimeout } = require('web/timers');
  // Ends the connection, and with it the body.
  const timer = setTimeout(
    () => native.pipeFail(pipe, 'Error', `no answer to SSLRequest within ${ANSWER_MS / 1000} s`), ANSWER_MS);
  try {
    native.pipeWrite(pipe, new Uint8Array(SSL_REQUEST));
    const answer = await readSome(io, body);
    if (answer === null) throw explain(`${host}:${port} closed the connection when it was asked for TLS`);
    if (!(answer instanceof Uint8Array)) throw explain(`${host}:${port}: ${answer[1]}`);
    // More than one byte would be what somebody on the way has put before the TLS.
    const byte = answer.length === 1 ? answer[0] : 0;
    if (byte !== WILLING && byte !== UNWILLING) throw explain(`${host}:${port} did not answer as PostgreSQL does`);
    return byte === WILLING;
  } finally {
    clearTimeout(timer);
  }
}

// Bytes, null at the end, or [type, message] of an error.
async function readSome(io, body) {
  for (;;) {
    const chunk = native.bodyRead(io.id, body);
    if (chunk !== undefined) return chunk;
    await io.news(body);
  }
}

module.exports = { make, overrideOf };
