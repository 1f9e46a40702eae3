// net.SocketAddress: an address with its port.
import { checkInteger, checkString } from "../checks.mjs";
import { invalidArgType, invalidArgValue, plainError, rangeError } from "../errors.mjs";
import { isIPv4, isIPv6 } from "./addresses.mjs";

const FAMILIES = ["ipv4", "ipv6"];

export function familyOf(family) {
  const known = typeof family?.toLowerCase === "function" ? family.toLowerCase() : undefined;
  if (!FAMILIES.includes(known)) throw invalidArgValue("options.family", family);
  return known;
}

export const checkAddress = (address, family) => {
  if (family === "ipv4" ? isIPv4(address) : isIPv6(address)) return;
  throw plainError("ERR_INVALID_ADDRESS", "Invalid socket address");
};

export class SocketAddress {
  #address;
  #family;
  #flowlabel;
  #port;

  constructor(options = {}) {
    if (typeof options !== "object" || options === null) throw invalidArgType("options", "of type object", options);
    const family = familyOf(options.family ?? "ipv4");
    const { address = family === "ipv4" ? "127.0.0.1" : "::", flowlabel = 0, port = 0 } = options;
    checkString(address, "options.address");
    if (!(Number.isInteger(Number(port)) && Number(port) >= 0 && Number(port) <= 0xffff)) {
      const shown = typeof port === "string" ? `'${port}'` : port;
      throw rangeError("ERR_SOCKET_BAD_PORT",
        `options.port should be >= 0 and < 65536. Received type ${typeof port} (${shown}).`);
    }
    checkInteger(flowlabel, "options.flowlabel", 0, 0xffffffff);
    checkAddress(address, family);
    this.#address = address;
    this.#family = family;
    this.#flowlabel = flowlabel;
    this.#port = Number(port);
  }

  static isSocketAddress(value) {
    return typeof value === "object" && value !== null && #address in value;
  }

  get address() {
    return this.#address;
  }

  get family() {
    return this.#family;
  }

  get flowlabel() {
    return this.#flowlabel;
  }

  get port() {
    return this.#port;
  }

  toJSON() {
    return { address: this.#address, port: this.#port, family: this.#family, flowlabel: this.#flowlabel };
  }
}
