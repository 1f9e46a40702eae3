// What the runtime says of connections, as Node.js says it: with codes of the system.
import { plainError } from "../errors.mjs";

const ERRNOS = {
  EPIPE: -32, ENETUNREACH: -101, ECONNRESET: -104, EISCONN: -106, ETIMEDOUT: -110, ECONNREFUSED: -111, EHOSTUNREACH: -113,
  EAI_AGAIN: -3001, ENOTFOUND: -3008,
};
// Of the runtime's messages: runtime/http/client_stream.cc, and what libuv calls errors of the system.
const LOOKUPS = [
  [/cannot resolve .*: (?:temporary failure|no answer)/, "EAI_AGAIN"],
  [/cannot resolve /, "ENOTFOUND"],
];
const CONNECTS = [
  [/connection refused/, "ECONNREFUSED"],
  [/timed out|not connected within|was not complete within/, "ETIMEDOUT"],
  [/network is unreachable/, "ENETUNREACH"],
  [/host is unreachable/, "EHOSTUNREACH"],
  [/connection reset/, "ECONNRESET"],
];
const BREAKS = [
  [/broken pipe/, "EPIPE"],
  [/timed out/, "ETIMEDOUT"],
];
// Of certificates, by what OpenSSL calls them.
const VERDICTS = [
  [/hostname mismatch|IP address mismatch/i, "ERR_TLS_CERT_ALTNAME_INVALID"],
  [/self-signed certificate in certificate chain/, "SELF_SIGNED_CERT_IN_CHAIN"],
  [/self-signed certificate/, "DEPTH_ZERO_SELF_SIGNED_CERT"],
  [/certificate has expired/, "CERT_HAS_EXPIRED"],
  [/certificate is not yet valid/, "CERT_NOT_YET_VALID"],
  [/unable to get local issuer certificate/, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"],
  [/unable to verify the first certificate/, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
];

const found = (table, message) => table.find(([pattern]) => pattern.test(message))?.[1];

export function systemError(syscall, code, { host, port } = {}, cause = undefined) {
  const where = host === undefined ? "" : ` ${host}:${port}`;
  const error = new Error(`${syscall} ${code}${where}`, cause === undefined ? undefined : { cause });
  Object.assign(error, { errno: ERRNOS[code], code, syscall });
  return host === undefined ? error : Object.assign(error, { address: host, port });
}

// Why there is no connection to `peer`. What has no code stays as the runtime says it.
export function connectError(error, peer) {
  const message = `${error?.message}`;
  const lookup = found(LOOKUPS, message);
  if (lookup !== undefined) {
    return Object.assign(new Error(`getaddrinfo ${lookup} ${peer.host}`, { cause: error }),
      { errno: ERRNOS[lookup], code: lookup, syscall: "getaddrinfo", hostname: peer.host });
  }
  const code = found(CONNECTS, message);
  return code === undefined ? error : systemError("connect", code, peer, error);
}

// Why there is no TLS with it.
export function handshakeError(error) {
  const message = `${error?.message}`;
  const verdict = found(VERDICTS, message);
  if (verdict !== undefined) return Object.assign(error, { code: verdict });
  if (/Network connection lost|connection was closed|connection reset/.test(message)) {
    return Object.assign(
      new Error("Client network socket disconnected before secure TLS connection was established", { cause: error }),
      { code: "ECONNRESET" });
  }
  return /TLS handshake/.test(message) ? Object.assign(error, { code: "EPROTO" }) : error;
}

// What ends a connection that there was.
export function brokenError(syscall, error) {
  const message = `${error?.message}`;
  if (/object that is closing/.test(message)) return systemError(syscall, "EPIPE", undefined, error);
  if (!message.startsWith("Network connection lost.")) return error;
  return systemError(syscall, found(BREAKS, message) ?? "ECONNRESET", undefined, error);
}

export const closedError = () => plainError("ERR_SOCKET_CLOSED", "Socket is closed");
export const neverOpenError = () =>
  plainError("ERR_SOCKET_CLOSED_BEFORE_CONNECTION", "Socket closed before the connection was established");
export const endedError = () =>
  Object.assign(new Error("This socket has been ended by the other party"), { code: "EPIPE" });
