// createHash() and createHmac(): hashes of what is written, at once or as streams.
import { hmac } from "npm:@noble/hashes/hmac.js";
import { checkInteger, checkString } from "../checks.mjs";
import { invalidArgType, plainError } from "../errors.mjs";
import { LazyTransform } from "../stream/lazy_transform.mjs";
import { algorithmNames, algorithmOf, isExtendable } from "./algorithms.mjs";
import { dataBytes, encoded } from "./bytes.mjs";
import { keyBytes } from "./keys.mjs";

const kState = Symbol("state");
const finalized = () => plainError("ERR_CRYPTO_HASH_FINALIZED", "Digest already called");

function findAlgorithm(name) {
  const algorithm = algorithmOf(name);
  if (algorithm === undefined) throw new Error("Digest method not supported");
  return algorithm;
}

function start(algorithm, length) {
  if (length === undefined || length === algorithm.outputLen) return algorithm.create();
  if (!isExtendable(algorithm)) throw new Error("Unsupported state or unable to set the output length of this digest");
  return algorithm.create({ dkLen: length });
}

export function Hash(algorithm, options) {
  if (!new.target) return new Hash(algorithm, options);
  LazyTransform.call(this, options);
  let state = algorithm;
  if (typeof algorithm === "string") {
    if (options?.outputLength !== undefined) checkInteger(options.outputLength, "options.outputLength");
    state = start(findAlgorithm(algorithm), options?.outputLength);
  } else if (typeof algorithm?.digest !== "function") {
    throw invalidArgType("algorithm", "of type string", algorithm);
  }
  Object.defineProperty(this, kState, { value: { hash: state, done: false, result: undefined } });
}
Object.setPrototypeOf(Hash.prototype, LazyTransform.prototype);
Object.setPrototypeOf(Hash, LazyTransform);

export function Hmac(algorithm, key, options) {
  if (!new.target) return new Hmac(algorithm, key, options);
  checkString(algorithm, "hmac");
  const bytes = keyBytes(key);
  LazyTransform.call(this, options);
  Object.defineProperty(this, kState, { value: { hash: hmac.create(findAlgorithm(algorithm), bytes), done: false } });
}
Object.setPrototypeOf(Hmac.prototype, LazyTransform.prototype);
Object.setPrototypeOf(Hmac, LazyTransform);

const streaming = {
  update(data, encoding) {
    if (this[kState].done) throw finalized();
    this[kState].hash.update(dataBytes(data, encoding));
    return this;
  },
  _transform(chunk, encoding, callback) {
    this[kState].hash.update(dataBytes(chunk, encoding));
    callback();
  },
  _flush(callback) {
    this.push(this.digest());
    callback();
  },
};
for (const { prototype } of [Hash, Hmac]) {
  for (const [name, value] of Object.entries(streaming)) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  }
}

Hash.prototype.digest = function (encoding) {
  const state = this[kState];
  if (state.done) throw finalized();
  state.done = true;
  return encoded(state.hash.digest(), encoding);
};

Hash.prototype.copy = function (options) {
  const state = this[kState];
  if (state.done) throw finalized();
  return new Hash(state.hash.clone(), options);
};

// Asked again, an Hmac has nothing more to say.
Hmac.prototype.digest = function (encoding) {
  const state = this[kState];
  const bytes = state.done ? new Uint8Array() : state.hash.digest();
  state.done = true;
  return encoded(bytes, encoding);
};

export const createHash = (algorithm, options) => new Hash(algorithm, options);
export const createHmac = (algorithm, key, options) => new Hmac(algorithm, key, options);
export const getHashes = () => algorithmNames();

export function hash(algorithm, data, options = "hex") {
  checkString(algorithm, "algorithm");
  const encoding = typeof options === "string" ? options : options?.outputEncoding ?? "hex";
  const state = start(findAlgorithm(algorithm), options?.outputLength);
  return encoded(state.update(dataBytes(data, undefined, "input")).digest(), encoding);
}
