// createCipheriv() and createDecipheriv(): AES in the modes of cipher_modes.mjs.
import { StringDecoder } from "node:string_decoder";
import { checkString } from "../checks.mjs";
import { invalidArgType, plainError, rangeError, typeError } from "../errors.mjs";
import { LazyTransform } from "../stream/lazy_transform.mjs";
import { dataBytes, encoded, secretBytes } from "./bytes.mjs";
import { MODES } from "./cipher_modes.mjs";
import { keyBytes } from "./keys.mjs";

const TAG_LENGTHS = [4, 8, 12, 13, 14, 15, 16];
const NUMBERS = {
  ecb: [418, 422, 426], cbc: [419, 423, 427], gcm: [895, 898, 901], ctr: [904, 905, 906],
};
const kState = Symbol("state");

// { mode, keyLength, ivLength, ... } of a name like "aes-256-gcm"; undefined for others.
function describe(name) {
  const parts = /^(?:id-)?aes-?(128|192|256)(?:-(cbc|ctr|ecb|gcm))?$/i.exec(name);
  if (parts === null) return undefined;
  const bits = Number(parts[1]);
  const mode = parts[2]?.toLowerCase() ?? "cbc";
  return {
    mode, name: mode === "gcm" ? `id-aes${bits}-GCM` : `aes-${bits}-${mode}`, nid: NUMBERS[mode][bits / 64 - 2],
    blockSize: mode === "cbc" || mode === "ecb" ? 16 : 1, ivLength: { ecb: 0, gcm: 12 }[mode] ?? 16, keyLength: bits / 8,
  };
}

const invalidState = (what) => plainError("ERR_CRYPTO_INVALID_STATE", `Invalid state for operation ${what}`);

function begin(cipher, [name, key, iv, options], decrypts) {
  checkString(name, "cipher");
  const info = describe(name);
  if (info === undefined) throw plainError("ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher");
  const bytes = keyBytes(key);
  if (iv !== null && typeof iv !== "string" && !ArrayBuffer.isView(iv) && !(iv instanceof ArrayBuffer)) {
    throw invalidArgType("iv", "of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView", iv);
  }
  const vector = iv === null ? new Uint8Array() : secretBytes(iv, "iv");
  if (bytes.length !== info.keyLength) throw rangeError("ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length");
  if (info.mode === "gcm" ? vector.length === 0 : vector.length !== info.ivLength) {
    throw typeError("ERR_CRYPTO_INVALID_IV", "Invalid initialization vector");
  }
  const tagLength = options?.authTagLength;
  if (info.mode === "gcm" && tagLength !== undefined && !TAG_LENGTHS.includes(tagLength)) {
    throw typeError("ERR_CRYPTO_INVALID_AUTH_TAG", `Invalid authentication tag length: ${tagLength}`);
  }
  LazyTransform.call(cipher, options);
  Object.defineProperty(cipher, kState, { value: {
    mode: MODES[info.mode](bytes.slice(), vector.slice(), decrypts),
    gcm: info.mode === "gcm", tagLength, done: false, decoder: null, encoding: undefined,
  } });
}

// Text comes in parts, a letter or a group of base64 may come in two of them.
function told(state, bytes, encoding, last) {
  if (encoding === undefined || encoding === null || encoding === "buffer") return encoded(bytes);
  if (state.encoding !== undefined && state.encoding !== encoding) {
    throw plainError("ERR_INTERNAL_ASSERTION", "Cannot change encoding");
  }
  state.encoding = encoding;
  state.decoder ??= new StringDecoder(encoding);
  return last ? state.decoder.end(encoded(bytes)) : state.decoder.write(encoded(bytes));
}

const methods = {
  update(data, inputEncoding, outputEncoding) {
    const state = this[kState];
    if (state.done) throw invalidState("update");
    return told(state, state.mode.update(dataBytes(data, inputEncoding)), outputEncoding, false);
  },
  final(outputEncoding) {
    const state = this[kState];
    if (state.done) throw invalidState("final");
    state.done = true;
    return told(state, state.mode.final(), outputEncoding, true);
  },
  setAutoPadding(padding = true) {
    if (this[kState].done) throw invalidState("setAutoPadding");
    this[kState].mode.padding = Boolean(padding);
    return this;
  },
  setAAD(data) {
    const state = this[kState];
    if (!state.gcm || state.done) throw invalidState("setAAD");
    state.mode.additional(dataBytes(data, undefined, "buffer"));
    return this;
  },
  _transform(chunk, encoding, callback) {
    const bytes = this[kState].mode.update(dataBytes(chunk, encoding));
    if (bytes.length > 0) this.push(encoded(bytes));
    callback();
  },
  _flush(callback) {
    let rest;
    try {
      rest = this.final();
    } catch (error) {
      return callback(error);
    }
    if (rest.length > 0) this.push(rest);
    callback();
  },
};

export function Cipheriv(...args) {
  if (!new.target) return new Cipheriv(...args);
  begin(this, args, false);
}

export function Decipheriv(...args) {
  if (!new.target) return new Decipheriv(...args);
  begin(this, args, true);
}

for (const Class of [Cipheriv, Decipheriv]) {
  Object.setPrototypeOf(Class.prototype, LazyTransform.prototype);
  Object.setPrototypeOf(Class, LazyTransform);
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(Class.prototype, name, { value, writable: true, configurable: true });
  }
}

Cipheriv.prototype.getAuthTag = function () {
  const { gcm, mode, tagLength } = this[kState];
  if (!gcm || mode.tag === null) throw invalidState("getAuthTag");
  return encoded(mode.tag.slice(0, tagLength));
};

Decipheriv.prototype.setAuthTag = function (tag, encoding) {
  const { gcm, done, mode, tagLength } = this[kState];
  if (!gcm || done || mode.tag !== null) throw invalidState("setAuthTag");
  const bytes = dataBytes(tag, encoding, "buffer");
  if (!TAG_LENGTHS.includes(bytes.length) || (tagLength !== undefined && bytes.length !== tagLength)) {
    throw typeError("ERR_CRYPTO_INVALID_AUTH_TAG", `Invalid authentication tag length: ${bytes.length}`);
  }
  mode.tag = bytes.slice();
  return this;
};

export const createCipheriv = (name, key, iv, options) => new Cipheriv(name, key, iv, options);
export const createDecipheriv = (name, key, iv, options) => new Decipheriv(name, key, iv, options);

export const getCiphers = () => ["cbc", "ctr", "ecb", "gcm"]
  .flatMap((mode) => [128, 192, 256].map((bits) => `aes-${bits}-${mode}`));

export function getCipherInfo(name, options) {
  if (typeof name === "number") name = getCiphers().find((one) => describe(one).nid === name) ?? "";
  if (typeof name !== "string") throw invalidArgType("nameOrNid", "of type string or number", name);
  const info = describe(name);
  if (info === undefined) return undefined;
  const { keyLength, ivLength } = options ?? {};
  if (keyLength !== undefined && keyLength !== info.keyLength) return undefined;
  if (ivLength !== undefined && (info.mode === "gcm" ? ivLength < 1 : ivLength !== info.ivLength)) return undefined;
  const { mode, nid, blockSize } = info;
  return {
    mode, name: info.name, nid, ...(mode === "ctr" || mode === "gcm" ? {} : { blockSize }),
    ...(info.ivLength > 0 ? { ivLength: ivLength ?? info.ivLength } : {}), keyLength: info.keyLength,
  };
}
