import { checkNumber } from "../checks.mjs";
import { dataBytes } from "../crypto/bytes.mjs";

const TABLE = /* @__PURE__ */ Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

export function crc32(data, value = 0) {
  checkNumber(value, "value");
  let sum = ~value;
  for (const byte of dataBytes(data)) sum = TABLE[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return ~sum >>> 0;
}
