// Secret keys. Public and private ones are not here: Web Crypto has them.
import { bytesOf } from "../bytes.mjs";
import { nextTick } from "../ticks.mjs";
import { checkFunction, checkInteger, checkString } from "../checks.mjs";
import { invalidArgType, invalidArgValue, missing } from "../errors.mjs";
import { asBuffer } from "../as_buffer.mjs";
import { dataBytes, encoded } from "./bytes.mjs";

const KINDS = "of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey";

export class KeyObject {
  #bytes;

  constructor(type, bytes) {
    if (type !== "secret") throw invalidArgValue("type", type);
    this.#bytes = bytes.slice();
  }

  static from(key) {
    return missing(`KeyObject.from() for a CryptoKey (${key?.type})`)();
  }

  static bytesOf(key) {
    return key.#bytes;
  }

  get type() {
    return "secret";
  }

  get symmetricKeySize() {
    return this.#bytes.length;
  }

  get asymmetricKeyType() {
    return undefined;
  }

  export(options) {
    const buffer = asBuffer(this.#bytes.slice());
    if (options?.format !== "jwk") return buffer;
    return { kty: "oct", k: encoded(buffer, "base64url") };
  }

  equals(other) {
    if (!(other instanceof KeyObject)) throw invalidArgType("otherKeyObject", "an instance of KeyObject", other);
    const bytes = other.#bytes;
    return bytes.length === this.#bytes.length && this.#bytes.every((byte, i) => byte === bytes[i]);
  }

  toCryptoKey(algorithm, extractable, usages) {
    return globalThis.crypto.subtle.importKey("raw", this.#bytes, algorithm, extractable, usages);
  }

  get [Symbol.toStringTag]() {
    return "KeyObject";
  }

  get [Symbol.for("isolane.KeyObject")]() {
    return true;
  }
}

// What a key may be given as.
export function keyBytes(key, name = "key") {
  if (key instanceof KeyObject) return KeyObject.bytesOf(key);
  const bytes = typeof key === "string" ? dataBytes(key) : bytesOf(key);
  if (bytes !== undefined) return bytes;
  if (typeof CryptoKey === "function" && key instanceof CryptoKey) return missing("node:crypto with a CryptoKey for a secret")();
  throw invalidArgType(name, KINDS, key);
}

export function createSecretKey(key, encoding) {
  if (typeof key === "string") return new KeyObject("secret", dataBytes(key, encoding, "key"));
  const bytes = bytesOf(key);
  if (bytes !== undefined) return new KeyObject("secret", bytes);
  throw invalidArgType("key", "of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView", key);
}

export function generateKeySync(type, options) {
  checkString(type, "type");
  if (type !== "hmac" && type !== "aes") throw invalidArgValue("type", type, "must be a supported key type");
  if (type === "aes" && ![128, 192, 256].includes(options?.length)) {
    throw invalidArgValue("options.length", options?.length, "must be one of: 128, 192, 256");
  }
  if (type === "hmac") checkInteger(options?.length, "options.length", 8);
  return new KeyObject("secret", globalThis.crypto.getRandomValues(new Uint8Array(options.length >> 3)));
}

export function generateKey(type, options, callback) {
  checkFunction(callback);
  const key = generateKeySync(type, options);
  nextTick(() => callback(null, key));
}
