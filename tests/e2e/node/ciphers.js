import crypto, { createCipheriv, createDecipheriv, createSecretKey } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const key = Buffer.alloc(32, 1);
const iv = Buffer.alloc(16, 2);
const half = key.subarray(0, 16);

// What is encrypted in two parts and decrypted in parts of seven bytes.
function both(name, bytes, vector) {
  const cipher = createCipheriv(name, bytes, vector);
  const sealed = name.endsWith("gcm");
  if (sealed) cipher.setAAD(Buffer.from("also this"));
  const parts = [cipher.update("hello world, this is "), cipher.update("longer than a block."), cipher.final()];
  const encrypted = Buffer.concat(parts);
  const decipher = createDecipheriv(name, bytes, vector);
  if (sealed) decipher.setAAD(Buffer.from("also this")).setAuthTag(cipher.getAuthTag());
  const text = [];
  for (let at = 0; at < encrypted.length; at += 7) text.push(decipher.update(encrypted.subarray(at, at + 7)));
  text.push(decipher.final());
  const tag = sealed ? cipher.getAuthTag().toString("hex") : "";
  return [encrypted.toString("hex"), parts.map((part) => part.length), tag, Buffer.concat(text).toString()];
}

const decipherOf = (data, settle = () => {}) => {
  const decipher = createDecipheriv("aes-256-gcm", key, iv);
  settle(decipher);
  decipher.update(data);
  decipher.final();
};

export const cases = {
  "CBC": () => [16, 24, 32].map((size) => both(`aes-${size * 8}-cbc`, key.subarray(0, size), iv)),
  "CTR": () => [16, 24, 32].map((size) => both(`aes-${size * 8}-ctr`, key.subarray(0, size), iv)),
  "CTR over the end of its counter": () => both("aes-128-ctr", half, Buffer.alloc(16, 255)),
  "ECB": () => both("aes-256-ecb", key, null),
  "GCM": () => [16, 24, 32].map((size) => both(`aes-${size * 8}-gcm`, key.subarray(0, size), iv.subarray(0, 12))),
  "GCM with vectors of other lengths": () => [1, 8, 16, 33].map((length) => both("aes-256-gcm", key, Buffer.alloc(length, 3))),
  "other names": () => [both("aes256", key, iv)[0], both("AES-256-CBC", key, iv)[0]],
  "text in and out": () => {
    const cipher = createCipheriv("aes-128-cbc", half, iv);
    const hex = cipher.update("h\u00e9llo", "utf8", "hex") + cipher.final("hex");
    const decipher = createDecipheriv("aes-128-cbc", half, iv);
    return [hex, decipher.update(hex, "hex", "utf8") + decipher.final("utf8")];
  },
  "base64 in parts": () => {
    const cipher = createCipheriv("aes-128-ctr", half, iv);
    return cipher.update("a", "utf8", "base64") + cipher.update("bcdef", "utf8", "base64") + cipher.final("base64");
  },
  "without padding": () => {
    const cipher = createCipheriv("aes-128-cbc", half, iv).setAutoPadding(false);
    return cipher.update(Buffer.alloc(16), null, "hex") + cipher.final("hex");
  },
  "half a block without padding": () => {
    const cipher = createCipheriv("aes-128-cbc", half, iv).setAutoPadding(false);
    cipher.update("a");
    cipher.final();
  },
  "keys as objects": () => createCipheriv("aes-256-cbc", createSecretKey(key), iv).final("hex"),
  "a key of another length": () => createCipheriv("aes-128-cbc", key, iv),
  "a vector of another length": () => createCipheriv("aes-128-cbc", half, iv.subarray(1)),
  "no vector": () => createCipheriv("aes-128-cbc", half, null),
  "unknown cipher": () => createCipheriv("nope", key, iv),
  "a tag that is wrong": () => decipherOf(Buffer.from("aa", "hex"), (decipher) => decipher.setAuthTag(Buffer.alloc(16))),
  "no tag": () => decipherOf(Buffer.from("aa", "hex")),
  "padding that is none": () => { const decipher = createDecipheriv("aes-256-cbc", key, iv); decipher.update(Buffer.alloc(16)); decipher.final(); },
  "data that is cut": () => { const decipher = createDecipheriv("aes-256-cbc", key, iv); decipher.update(Buffer.alloc(15)); decipher.final(); },
  "a short tag": () => {
    const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: 12 });
    cipher.final();
    return cipher.getAuthTag().length;
  },
  "as a stream": async () => {
    const parts = [];
    await pipeline(Readable.from([Buffer.from("hello "), Buffer.from("world")]), createCipheriv("aes-256-cbc", key, iv),
      async (encrypted) => { for await (const part of encrypted) parts.push(part); });
    return Buffer.concat(parts).toString("hex");
  },
  "secret keys": () => {
    const secret = createSecretKey(Buffer.from("abc"));
    return [secret.type, secret.symmetricKeySize, secret.export().toString(), secret.export({ format: "jwk" }),
      secret.equals(createSecretKey(Buffer.from("abc"))), secret instanceof crypto.KeyObject];
  },
  "generated keys": () => [crypto.generateKeySync("aes", { length: 128 }).export().length, crypto.generateKeySync("hmac", { length: 64 }).symmetricKeySize],
};
