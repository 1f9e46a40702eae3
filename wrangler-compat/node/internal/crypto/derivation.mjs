// Keys out of passwords and other keys: pbkdf2, scrypt, hkdf.
import { hkdf as deriveHkdf } from "npm:@noble/hashes/hkdf.js";
import { pbkdf2 as derivePbkdf2 } from "npm:@noble/hashes/pbkdf2.js";
import { scrypt as deriveScrypt } from "npm:@noble/hashes/scrypt.js";
import { answerLater } from "../answer_later.mjs";
import { checkFunction, checkInteger, checkString } from "../checks.mjs";
import { outOfRange, rangeError, typeError } from "../errors.mjs";
import { nextTick } from "../ticks.mjs";
import { algorithmOf } from "./algorithms.mjs";
import { asBuffer } from "../as_buffer.mjs";
import { secretBytes } from "./bytes.mjs";
import { KeyObject, keyBytes } from "./keys.mjs";

const MAX_INFO = 1024;
const MAX_UINT32 = 0xffffffff;
const DEFAULT_MEMORY = 32 * 1024 * 1024;
const MEMORY_EXCEEDED = ": error:030000AC:digital envelope routines::memory limit exceeded";
// Two names of each, and what it is by default.
const SCRYPT = [["N", "cost", 16384], ["r", "blockSize", 8], ["p", "parallelization", 1]];
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

// Undefined and 0 stand for what it is by default.
function scryptSettings(options) {
  const settings = {};
  for (const [name, other, otherwise] of SCRYPT) {
    for (const key of [name, other]) {
      const value = options?.[key];
      if (value === undefined) continue;
      if (settings[name] !== undefined) {
        throw typeError("ERR_INCOMPATIBLE_OPTION_PAIR", `Option "${name}" cannot be used in combination with option "${other}"`);
      }
      checkInteger(value, key, 0, MAX_UINT32);
      settings[name] = value;
    }
    settings[name] ||= otherwise;
  }
  if (options?.maxmem !== undefined) checkInteger(options.maxmem, "maxmem", 0, Number.MAX_SAFE_INTEGER);
  return { ...settings, maxmem: options?.maxmem || DEFAULT_MEMORY };
}

function scryptArguments(password, salt, length, options) {
  const given = { password: secretBytes(password, "password"), salt: secretBytes(salt, "salt"), length };
  checkInteger(length, "keylen");
  const { N, r, p, maxmem } = scryptSettings(options);
  const refuse = (why = "") => rangeError("ERR_CRYPTO_INVALID_SCRYPT_PARAMS", `Invalid scrypt params${why}`);
  if (N < 2 || !Number.isInteger(Math.log2(N))) throw refuse();
  const memory = 128 * r * (N + 2 + p);
  // The bounds of RFC 7914, section 6, are limits of memory to OpenSSL.
  if (r * p >= 2 ** 30 || Math.log2(N) >= 16 * r || memory > maxmem) throw refuse(MEMORY_EXCEEDED);
  return { ...given, N, r, p, memory };
}

function runScrypt({ password, salt, length, N, r, p, memory }) {
  if (length === 0) return asBuffer(new Uint8Array());
  return asBuffer(deriveScrypt(password, salt, { N, r, p, dkLen: length, maxmem: memory }));
}

export const scryptSync = (password, salt, length, options) => runScrypt(scryptArguments(password, salt, length, options));

export function scrypt(password, salt, length, options, callback) {
  const [settings, answer] = callback === undefined ? [undefined, options] : [options, callback];
  const given = scryptArguments(password, salt, length, settings);
  checkFunction(answer);
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
