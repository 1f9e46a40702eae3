// unenv's sockets, which are missing, with addresses that are told apart right.
import base from "npm:unenv/node/net";

const PART = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const V4 = new RegExp(`^(?:${PART}\\.){3}${PART}$`);
// Of an address of eight groups; the last two may be written as one of IPv4.
const GROUP = /^[\da-f]{1,4}$/i;

export const isIPv4 = (address) => V4.test(`${address}`);

export function isIPv6(address) {
  const [text, ...zone] = `${address}`.split("%");
  if (zone.length > 1 || (zone.length === 1 && !/^[\da-z.:-]+$/i.test(zone[0]))) return false;
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  let count = groups.length;
  if (halves.at(-1) !== "" && isIPv4(groups.at(-1))) {
    groups.pop();
    count++;
  }
  return groups.every((group) => GROUP.test(group)) && (halves.length === 2 ? count < 8 : count === 8);
}

export const isIP = (address) => (isIPv4(address) ? 4 : isIPv6(address) ? 6 : 0);

export const {
  BlockList, Server, Socket, SocketAddress, Stream, connect, createConnection, createServer,
  getDefaultAutoSelectFamily, getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout, _createServerHandle, _normalizeArgs,
  _setSimultaneousAccepts,
} = base;
export default /* @__PURE__ */ Object.assign({}, base, { isIP, isIPv4, isIPv6 });
