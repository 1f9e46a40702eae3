// node:tls, the side that connects. What it cannot do is said where it is asked for.
import * as constants from "npm:unenv/node/internal/tls/constants";
import { missing, missingClass } from "./internal/errors.mjs";
import { SecureContext, convertALPNProtocols, createSecureContext } from "./internal/tls/context.mjs";
import { checkServerIdentity } from "./internal/tls/identity.mjs";
import { TLSSocket, connect } from "./internal/tls/socket.mjs";

export {
  CLIENT_RENEG_LIMIT, CLIENT_RENEG_WINDOW, DEFAULT_CIPHERS, DEFAULT_ECDH_CURVE, DEFAULT_MAX_VERSION,
  DEFAULT_MIN_VERSION,
} from "npm:unenv/node/internal/tls/constants";
export { SecureContext, TLSSocket, checkServerIdentity, connect, convertALPNProtocols, createSecureContext };

export const Server = /* @__PURE__ */ missingClass("tls.Server: a Worker is connected to by its connect handler");
export const createServer = /* @__PURE__ */ missing("tls.createServer: a Worker is connected to by its connect handler");
export const createSecurePair = /* @__PURE__ */ missing("tls.createSecurePair");
export const getCACertificates = /* @__PURE__ */ missing("tls.getCACertificates");
export const getCiphers = /* @__PURE__ */ missing("tls.getCiphers");
export const setDefaultCACertificates = /* @__PURE__ */ missing("tls.setDefaultCACertificates");
// The runtime does not show its own.
export const rootCertificates = /* @__PURE__ */ Object.freeze([]);

export default /* @__PURE__ */ Object.assign({}, constants, {
  SecureContext, Server, TLSSocket, checkServerIdentity, connect, convertALPNProtocols, createSecureContext,
  createSecurePair, createServer, getCACertificates, getCiphers, rootCertificates, setDefaultCACertificates,
});
