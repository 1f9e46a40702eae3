import crypto from "node:crypto";
import { promisify } from "node:util";

const hex = (bytes) => Buffer.from(bytes).toString("hex");

export const cases = {
  "pbkdf2Sync": () => ["sha1", "sha256", "sha512", "md5"].map((digest) => hex(crypto.pbkdf2Sync("pw", "salt", 100, 40, digest))),
  "pbkdf2": async () => Promise.all(["sha1", "sha512", "md5"].map(async (digest) => hex(await promisify(crypto.pbkdf2)("pw", "salt", 100, 40, digest)))),
  "pbkdf2 by an unknown digest": () => crypto.pbkdf2Sync("pw", "salt", 1, 8, "nope"),
  "pbkdf2 without iterations": () => crypto.pbkdf2Sync("pw", "salt", 0, 8, "sha1"),
  "pbkdf2 without a callback": () => crypto.pbkdf2("pw", "salt", 1, 8, "sha1"),
  "scryptSync": () => [hex(crypto.scryptSync("pw", "salt", 16, { N: 1024 })), hex(crypto.scryptSync("pw", "salt", 8, { cost: 1024, blockSize: 4, parallelization: 2 }))],
  "scrypt": async () => hex(await promisify(crypto.scrypt)("pw", "salt", 64)),
  "scrypt with options that say nothing": () => [null, undefined, {}, { N: 0, r: 0, p: 0, maxmem: 0 }, { cost: undefined }].map((options) => hex(crypto.scryptSync("pw", "salt", 4, options))),
  "scrypt with other options": () => [
    { N: null }, { cost: null }, { blockSize: "8" }, { N: 2.5 }, { parallelization: -1 }, { cost: 2 ** 33 }, { maxmem: 1.5 }, { N: 4, cost: 4 }, { r: 1, blockSize: 1 }, { N: 3 },
    { N: 1 }, { N: 2 ** 20 }, { N: 2, p: 2 ** 31 }, { N: 65536, r: 1 }, { N: 16, r: 1, maxmem: 2431 },
  ].map((options) => { try { return crypto.scryptSync("pw", "salt", 4, options); } catch (error) { return [error.name, error.code, error.message]; } }),
  "scrypt with just enough memory": () => hex(crypto.scryptSync("pw", "salt", 4, { N: 16, r: 1, maxmem: 2432 })),
  "scrypt without a callback": () => crypto.scrypt("pw", "salt", 4, null),
  "scrypt without options": () => promisify(crypto.scrypt)("pw", "salt", 4, null).then(hex),
  "hkdfSync": () => [hex(crypto.hkdfSync("sha256", "key", "salt", "info", 20)), crypto.hkdfSync("sha512", "key", "", "", 3).constructor.name],
  "hkdf": async () => hex(await promisify(crypto.hkdf)("sha256", "key", "salt", "info", 8)),
  "hkdf of too many bytes": () => crypto.hkdfSync("sha256", "k", "s", "i", 99999),
  "randomBytes": async () => [crypto.randomBytes(5).length, Buffer.isBuffer(crypto.randomBytes(1)), crypto.randomBytes(100000).length, (await promisify(crypto.randomBytes)(4)).length],
  "randomBytes of a negative number": () => crypto.randomBytes(-1),
  "randomBytes of no number": () => crypto.randomBytes("x"),
  "randomInt": () => Array.from({ length: 200 }, () => crypto.randomInt(3, 6)).every((n) => n === 3 || n === 4 || n === 5),
  "randomInt takes all values": () => new Set(Array.from({ length: 200 }, () => crypto.randomInt(3))).size,
  "randomInt by a callback": () => promisify(crypto.randomInt)(1, 2),
  "randomInt of nothing": () => crypto.randomInt(5, 1),
  "randomFillSync": () => { const bytes = crypto.randomFillSync(Buffer.alloc(40), 4); return [hex(bytes.subarray(0, 4)), bytes.subarray(4).some((byte) => byte !== 0)]; },
  "randomUUID": () => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()),
  "Web Crypto": () => [crypto.webcrypto.subtle === crypto.subtle, typeof crypto.getRandomValues],
};
