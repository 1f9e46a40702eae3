// Addresses as text: whether they are any, and their numbers.
const PART = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const V4 = new RegExp(`^(?:${PART}\\.){3}${PART}$`);
// Of an address of eight groups; the last two may be written as one of IPv4.
const GROUP = /^[\da-f]{1,4}$/i;
// ::ffff:0:0/96, where addresses of IPv4 are in IPv6.
const MAPPED = 0xffffn << 32n;

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

const numberOf4 = (address) => address.split(".").reduce((number, part) => (number << 8n) | BigInt(part), 0n);

// One of 128 bits, whose zone is left out. Those of IPv4 are where IPv6 has them.
export function numberOf(address) {
  if (isIPv4(address)) return MAPPED | numberOf4(address);
  const text = address.split("%")[0].replace(/[\d.]+\.[\d.]+$/, (last) => {
    const number = numberOf4(last);
    return `${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`;
  });
  const [head, tail] = text.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const groups = tail === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill("0"), ...tail];
  return groups.reduce((number, group) => (number << 16n) | BigInt(`0x${group}`), 0n);
}
