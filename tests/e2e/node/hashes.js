import crypto, { createHash, createHmac, createSecretKey, getHashes, timingSafeEqual } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const digest = (name) => createHash(name).update("abc").digest("hex");
const joined = async (stream) => Buffer.concat(await stream.toArray()).toString("hex");

export const cases = {
  "every hash": () => [
    "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512-224", "sha512-256", "ripemd160", "sha3-224",
    "sha3-256", "sha3-384", "sha3-512",
  ].map(digest),
  "names in other writings": () => ["SHA256", "RSA-SHA256", "sha-256", "rmd160"].map(digest),
  "some of them are listed": () => ["md5", "sha1", "sha256", "sha512", "RSA-SHA256"].map((name) => getHashes().includes(name)),
  "length of what has no end": () => createHash("shake256", { outputLength: 5 }).update("a").digest("hex"),
  "a digest is a Buffer": () => [Buffer.isBuffer(createHash("sha1").digest()), createHash("sha1").digest().length],
  "encodings": () => ["hex", "base64", "base64url", "latin1"].map((encoding) => createHash("md5").update("ab").digest(encoding)),
  "encodings of the data": () => ["utf8", "latin1", "hex"].map((encoding) => createHash("md5").update("61e9", encoding).digest("hex")),
  "views": () => createHash("md5").update(new Uint16Array([1, 2])).update(new DataView(new ArrayBuffer(3))).digest("hex"),
  "updates in a row": () => createHash("sha512").update("a".repeat(200)).update("b").digest("hex"),
  "a copy goes its own way": () => {
    const hash = createHash("md5").update("a");
    const copy = hash.copy();
    return [hash.update("b").digest("hex"), copy.digest("hex")];
  },
  "digest twice": () => { const hash = createHash("md5"); hash.digest(); hash.digest(); },
  "update after digest": () => { const hash = createHash("md5"); hash.digest(); hash.update("a"); },
  "copy after digest": () => { const hash = createHash("md5"); hash.digest(); hash.copy(); },
  "unknown hash": () => createHash("nope"),
  "no name": () => createHash(5),
  "no data": () => createHash("md5").update(5),
  "hash() in one go": () => [crypto.hash("sha1", "abc"), crypto.hash("sha1", "abc", "base64"), crypto.hash("md5", "abc", "buffer").length],
  "a hash is a stream": async () => {
    const hash = createHash("sha256");
    await pipeline(Readable.from(["a", "b", "c"]), hash);
    return hash.read().toString("hex");
  },
  "and speaks in an encoding": async () => {
    const hash = createHash("md5").setEncoding("hex");
    hash.end("abc");
    return (await hash.toArray()).join("");
  },
  "instances without new": () => [crypto.Hash("md5") instanceof crypto.Hash, createHmac("md5", "k") instanceof crypto.Hmac],
  "every HMAC": () => ["md5", "sha1", "sha256", "sha384", "sha512"].map((name) => createHmac(name, "key").update("a").update("b").digest("hex")),
  "keys longer than a block": () => createHmac("sha256", Buffer.alloc(200, 1)).update("x").digest("base64url"),
  "keys as objects": () => createHmac("sha256", createSecretKey("k", "utf8")).update("x").digest("hex"),
  "HMAC asked twice": () => { const hmac = createHmac("md5", "k"); hmac.digest(); return hmac.digest("hex"); },
  "HMAC as a stream": async () => { const hmac = createHmac("sha256", "k"); hmac.end("x"); return joined(hmac); },
  "same time for all that is equal": () => [timingSafeEqual(Buffer.from("ab"), Buffer.from("ab")), timingSafeEqual(Buffer.from("ab"), Buffer.from("ac"))],
  "of different lengths": () => timingSafeEqual(Buffer.from("a"), Buffer.from("ab")),
};
