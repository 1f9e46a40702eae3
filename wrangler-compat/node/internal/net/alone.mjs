// node:net for Service Workers, which cannot import the runtime's sockets: addresses are told apart, unenv's
// sockets are missing.
import base from "npm:unenv/node/net";
import { isIP, isIPv4, isIPv6 } from "./addresses.mjs";

export { isIP, isIPv4, isIPv6 };
export const {
  BlockList, Server, Socket, SocketAddress, Stream, connect, createConnection, createServer,
  getDefaultAutoSelectFamily, getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout, _createServerHandle, _normalizeArgs,
  _setSimultaneousAccepts,
} = base;
export default /* @__PURE__ */ Object.assign({}, base, { isIP, isIPv4, isIPv6 });
