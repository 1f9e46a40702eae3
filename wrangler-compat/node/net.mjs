// node:net, the side that connects: sockets over connect() of "cloudflare:sockets".
import { missing, missingClass } from "./internal/errors.mjs";
import { isIP, isIPv4, isIPv6 } from "./internal/net/addresses.mjs";
import { BlockList } from "./internal/net/block_list.mjs";
import { normalizeArgs } from "./internal/net/options.mjs";
import {
  getDefaultAutoSelectFamily, getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
} from "./internal/net/preferences.mjs";
import { SocketAddress } from "./internal/net/socket_address.mjs";
import { Socket } from "./internal/net/socket.mjs";

export {
  BlockList, Socket, Socket as Stream, SocketAddress, getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout, isIP, isIPv4, isIPv6, normalizeArgs as _normalizeArgs,
  setDefaultAutoSelectFamily, setDefaultAutoSelectFamilyAttemptTimeout,
};

export function connect(...args) {
  const normalized = normalizeArgs(args);
  const [options] = normalized;
  const socket = new Socket(options);
  if (options.timeout) socket.setTimeout(options.timeout);
  return socket.connect(normalized);
}
export const createConnection = connect;

// Nothing listens in a Worker but its handlers.
export const Server = /* @__PURE__ */ missingClass("net.Server: a Worker is connected to by its connect handler");
export const createServer = /* @__PURE__ */ missing("net.createServer: a Worker is connected to by its connect handler");
export const _createServerHandle = /* @__PURE__ */ missing("net._createServerHandle");
export const _setSimultaneousAccepts = /* @__PURE__ */ missing("net._setSimultaneousAccepts");

export default {
  BlockList, Server, Socket, SocketAddress, Stream: Socket, connect, createConnection, createServer,
  getDefaultAutoSelectFamily, getDefaultAutoSelectFamilyAttemptTimeout, isIP, isIPv4, isIPv6,
  setDefaultAutoSelectFamily, setDefaultAutoSelectFamilyAttemptTimeout, _createServerHandle,
  _normalizeArgs: normalizeArgs, _setSimultaneousAccepts,
};
