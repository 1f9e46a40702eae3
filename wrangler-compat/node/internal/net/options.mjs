// What the many forms of connect() are given.
import { checkFunction, checkNumber } from "../checks.mjs";
import { invalidArgType, invalidArgValue, rangeError, typeError } from "../errors.mjs";
import { isIP } from "./addresses.mjs";

const kNormalized = Symbol("normalized");

// [port, host], [path] or [options], each with a callback behind it: [options, callback or null].
export function normalizeArgs(args) {
  if (Array.isArray(args[0]) && args[0][kNormalized]) return args[0];
  const [first, second] = args;
  let options = {};
  if (typeof first === "object" && first !== null) options = first;
  else if (typeof first === "string" && !(Number(first) >= 0)) options.path = first;
  else if (args.length > 0) options.port = first;
  if (options.port !== undefined && options !== first && typeof second === "string") options.host = second;
  const last = args.at(-1);
  return Object.assign([options, typeof last === "function" ? last : null], { [kNormalized]: true });
}

function checkPort(port) {
  if (typeof port !== "number" && typeof port !== "string") {
    throw invalidArgType("options.port", "one of type number or string", port);
  }
  const number = typeof port === "string" && port.trim() === "" ? NaN : Number(port);
  if (Number.isInteger(number) && number >= 0 && number <= 0xffff) return number;
  const shown = typeof port === "string" ? `'${port}'` : port;
  throw rangeError("ERR_SOCKET_BAD_PORT",
    `Port should be >= 0 and < 65536. Received type ${typeof port} (${shown}).`);
}

// Where it leads. What only chooses among addresses of a host, and what tunes sockets, is left to the runtime.
export function peerOf(options) {
  if (options.port === undefined && (options.path === undefined || options.path === null)) {
    throw typeError("ERR_MISSING_ARGS", 'The "options" or "port" or "path" argument must be specified');
  }
  const { localAddress, localPort, lookup, path } = options;
  if (path !== undefined && path !== null) {
    throw invalidArgValue("path", path, "is not supported: a Worker reaches ports of hosts, and no sockets of files");
  }
  if (localAddress && !isIP(localAddress)) {
    throw typeError("ERR_INVALID_IP_ADDRESS", `Invalid IP address: ${localAddress}`);
  }
  if (localPort) checkNumber(localPort, "options.localPort");
  const port = checkPort(options.port);
  if (lookup !== undefined && lookup !== null) checkFunction(lookup, "options.lookup");
  return { host: options.host ? `${options.host}` : "localhost", port, lookup };
}
