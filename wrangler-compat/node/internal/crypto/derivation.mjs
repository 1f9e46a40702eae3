// Keys out of passwords and other keys: pbkdf2, scrypt, hkdf.
import { hkdf as deriveHkdf } from "npm:@noble/hashes/hkdf.js";
import { pbkdf2 as derivePbkdf2 } from "npm:@noble/hashes/pbkdf2.js";
import { scrypt as deriveScrypt } from "npm:@noble/hashes/scrypt.js";
import { answerLater } from "../answer_later.mjs";
import { outOfRange, rangeError, typeError } from "../errors.mjs";
import { nextTick } from "../ticks.mjs";
import { algorithmOf } from "./algorithms.mjs";
import { asBuffer, checkFunction, checkInteger, checkString, secretBytes } from "./bytes.mjs";
import { KeyObject, keyBytes } from "./keys.mjs";

const MAX_INFO = 1024;
const DEFAULT_MEMORY = 32 * 1024 * 1024;
// Of Web Crypto, which does its work elsewhere than in JavaScript.
const NATIVE = { sha1: "SHA-1", sha256: "SHA-256", sha384: "SHA-384", sha512: "SHA-512" };

function findDigest(name) {
  const algorithm = algorithmOf(name);
  if (algorithm === undefined) throw typeError("ERR_CRYPTO_INVALID_DIGEST", `Invalid digest: ${name}`);
  return algorithm;
}

function pbkdf2Arguments(password, salt, iterations, length, digest) {
  checkString(digest, "digest");
  const given = { password: secretBytes(password, "password"), salt: secretBytes(salt, "salt"), iterations, length };
  checkInteger(iterations, "iterations", 1);
  checkInteger(length, "keylen");
  return { ...given, digest: digest.toLowerCase(), algorithm: findDigest(digest) };
}

function runPbkdf2({ password, salt, iterations, length, algorithm }) {
  if (length === 0) return asBuffer(new Uint8Array());
  return asBuffer(derivePbkdf2(algorithm, password, salt, { c: iterations, dkLen: length }));
}

export const pbkdf2Sync = (...args) => runPbkdf2(pbkdf2Arguments(...args));

async function runNatively(given) {
  const key = await globalThis.crypto.subtle.importKey("raw", given.password, "PBKDF2", false, ["deriveBits"]);
  const { salt, iterations } = given;
  const bits = await globalThis.crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: NATIVE[given.digest], salt, iterations }, key, given.length * 8);
  return asBuffer(new Uint8Array(bits));
}

export function pbkdf2(password, salt, iterations, length, digest, callback) {
  if (typeof digest === "function") checkString(undefined, "digest");
  checkFunction(callback);
  const given = pbkdf2Arguments(password, salt, iterations, length, digest);
  if (!(given.digest in NATIVE) || length === 0) return answerLater(() => runPbkdf2(given), callback);
  // What Web Crypto refuses, many iterations for example, is computed here.
  runNatively(given).catch(() => runPbkdf2(given))
    .then((key) => nextTick(callback, null, key), (error) => nextTick(callback, error));
}

function scryptArguments(password, salt, length, options = {}) {
  const N = options.N ?? options.cost ?? 16384;
  const r = options.r ?? options.blockSize ?? 8;
  const p = options.p ?? options.parallelization ?? 1;
  const maxmem = options.maxmem ?? DEFAULT_MEMORY;
  const given = { password: secretBytes(password, "password"), salt: secretBytes(salt, "salt"), length };
  checkInteger(length, "keylen");
  for (const [name, value] of Object.entries({ N, r, p })) checkInteger(value, name, 1, 0xffffffff);
  checkInteger(maxmem, "maxmem", 0, Number.MAX_SAFE_INTEGER);
  const refuse = (why) => rangeError("ERR_CRYPTO_INVALID_SCRYPT_PARAMS", `Invalid scrypt params: ${why}`);
  if (N < 2 || !Number.isInteger(Math.log2(N))) throw refuse("N must be a power of two");
  if (128 * N * r > maxmem) throw refuse("memory limit exceeded");
  return { ...given, N, r, p, maxmem };
}

function runScrypt({ password, salt, length, N, r, p, maxmem }) {
  if (length === 0) return asBuffer(new Uint8Array());
  // The limit is of the table of N blocks; the package counts the rest, too.
  return asBuffer(deriveScrypt(password, salt, { N, r, p, dkLen: length, maxmem: maxmem + 128 * r * (p + 2) }));
}

export const scryptSync = (password, salt, length, options) => runScrypt(scryptArguments(password, salt, length, options));

export function scrypt(password, salt, length, options, callback) {
  const [settings, answer] = typeof options === "function" ? [undefined, options] : [options, callback];
  checkFunction(answer);
  const given = scryptArguments(password, salt, length, settings);
  answerLater(() => runScrypt(given), answer);
}

function hkdfArguments(digest, key, salt, info, length) {
  checkString(digest, "digest");
  const given = {
    key: key instanceof KeyObject ? keyBytes(key) : secretBytes(key, "ikm"),
    salt: secretBytes(salt, "salt"), info: secretBytes(info, "info"), length,
  };
  checkInteger(length, "length");
  if (given.info.length > MAX_INFO) {
    throw outOfRange("info", `not longer than ${MAX_INFO} bytes`, given.info.length);
  }
  const algorithm = findDigest(digest);
  if (length > 255 * algorithm.outputLen) throw rangeError("ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length");
  return { ...given, algorithm };
}

const runHkdf = ({ algorithm, key, salt, info, length }) => (length === 0
  ? new ArrayBuffer(0) : deriveHkdf(algorithm, key, salt, info, length).slice().buffer);

export const hkdfSync = (...args) => runHkdf(hkdfArguments(...args));

export function hkdf(digest, key, salt, info, length, callback) {
  checkFunction(callback);
  const given = hkdfArguments(digest, key, salt, info, length);
  answerLater(() => runHkdf(given), callback);
}
