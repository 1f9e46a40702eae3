// net.BlockList: rules for addresses. One of IPv4 inside IPv6 is that of IPv4.
import { checkInteger, checkString } from "../checks.mjs";
import { invalidArgValue } from "../errors.mjs";
import { isIPv4, isIPv6, numberOf } from "./addresses.mjs";
import { SocketAddress, checkAddress, familyOf } from "./socket_address.mjs";

const NAMES = { ipv4: "IPv4", ipv6: "IPv6" };
const WIDTHS = { ipv4: 32, ipv6: 128 };

// As { address, family }: of text, or of a SocketAddress.
function given(address, family, name) {
  if (SocketAddress.isSocketAddress(address)) return address;
  checkString(address, name);
  checkString(family, "family");
  const known = familyOf(family);
  checkAddress(address, known);
  return { address, family: known };
}

export class BlockList {
  // The newest first: { text, from, to }.
  #rules = [];

  static isBlockList(value) {
    return typeof value === "object" && value !== null && #rules in value;
  }

  addAddress(address, family = "ipv4") {
    const one = given(address, family, "address");
    const number = numberOf(one.address);
    this.#add(`Address: ${NAMES[one.family]} ${one.address}`, number, number);
  }

  addRange(start, end, family = "ipv4") {
    const first = given(start, family, "start");
    const last = given(end, family, "end");
    const [from, to] = [numberOf(first.address), numberOf(last.address)];
    if (from > to) throw invalidArgValue("start", start, "must come before end");
    this.#add(`Range: ${NAMES[first.family]} ${first.address}-${last.address}`, from, to);
  }

  addSubnet(network, prefix, family = "ipv4") {
    const { address, family: known } = given(network, family, "network");
    checkInteger(prefix, "prefix", 0, WIDTHS[known]);
    const rest = (1n << BigInt(WIDTHS[known] - prefix)) - 1n;
    const from = numberOf(address) & ~rest;
    this.#add(`Subnet: ${NAMES[known]} ${address}/${prefix}`, from, from | rest);
  }

  check(address, family = "ipv4") {
    let one = address;
    if (!SocketAddress.isSocketAddress(address)) {
      checkString(address, "address");
      checkString(family, "family");
      const known = family.toLowerCase();
      if (!(known === "ipv4" ? isIPv4(address) : known === "ipv6" && isIPv6(address))) return false;
      one = { address };
    }
    const number = numberOf(one.address);
    return this.#rules.some(({ from, to }) => from <= number && number <= to);
  }

  get rules() {
    return this.#rules.map(({ text }) => text);
  }

  toJSON() {
    return this.rules;
  }

  fromJSON(data) {
    const rules = typeof data === "string" ? JSON.parse(data) : data;
    if (!Array.isArray(rules)) throw invalidArgValue("data", data, "must be an array of rules");
    for (const rule of [...rules].reverse()) this.#read(rule);
  }

  #read(rule) {
    const [, kind, name, rest] = /^(Address|Range|Subnet): (IPv[46]) (\S+)$/.exec(rule) ?? [];
    if (kind === undefined) throw invalidArgValue("data", rule, "is no rule");
    const family = name.toLowerCase();
    if (kind === "Address") return this.addAddress(rest, family);
    if (kind === "Range") return this.addRange(...rest.split("-"), family);
    const [network, prefix] = rest.split("/");
    this.addSubnet(network, Number(prefix), family);
  }

  #add(text, from, to) {
    this.#rules.unshift({ text, from, to });
  }
}
