// node:crypto, as far as it can be computed at once: hashes, key derivation, AES, randomness. What needs
// keys of two halves is Web Crypto's.
import { constants } from "npm:unenv/node/crypto";
import { Cipheriv, Decipheriv, createCipheriv, createDecipheriv, getCipherInfo, getCiphers } from "./internal/crypto/cipher.mjs";
import { hkdf, hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync } from "./internal/crypto/derivation.mjs";
import { timingSafeEqual } from "./internal/crypto/equal.mjs";
import { Hash, Hmac, createHash, createHmac, getHashes, hash } from "./internal/crypto/hash.mjs";
import { KeyObject, createSecretKey, generateKey, generateKeySync } from "./internal/crypto/keys.mjs";
import {
  getRandomValues, pseudoRandomBytes, randomBytes, randomFill, randomFillSync, randomInt, randomUUID,
} from "./internal/crypto/random.mjs";
import { missing, missingClass } from "./internal/errors.mjs";

export {
  Cipheriv, Decipheriv, Hash, Hmac, KeyObject, constants, createCipheriv, createDecipheriv, createHash,
  createHmac, createSecretKey, generateKey, generateKeySync, getCipherInfo, getCiphers, getHashes,
  getRandomValues, hash, hkdf, hkdfSync, pbkdf2, pbkdf2Sync, pseudoRandomBytes, randomBytes, randomFill,
  randomFillSync, randomInt, randomUUID, scrypt, scryptSync, timingSafeEqual,
};

export const webcrypto = globalThis.crypto;
export const { subtle } = globalThis.crypto;
export const CryptoKey = globalThis.CryptoKey;
export const fips = false;
export const getFips = () => 0;
export const setFips = /* @__PURE__ */ missing("crypto.setFips");
export const secureHeapUsed = () => undefined;

export const Certificate = /* @__PURE__ */ missingClass("crypto.Certificate");
export const DiffieHellman = /* @__PURE__ */ missingClass("crypto.DiffieHellman");
export const DiffieHellmanGroup = /* @__PURE__ */ missingClass("crypto.DiffieHellmanGroup");
export const ECDH = /* @__PURE__ */ missingClass("crypto.ECDH");
export const Sign = /* @__PURE__ */ missingClass("crypto.Sign");
export const Verify = /* @__PURE__ */ missingClass("crypto.Verify");
export const X509Certificate = /* @__PURE__ */ missingClass("crypto.X509Certificate");
export const checkPrime = /* @__PURE__ */ missing("crypto.checkPrime");
export const checkPrimeSync = /* @__PURE__ */ missing("crypto.checkPrimeSync");
export const createDiffieHellman = /* @__PURE__ */ missing("crypto.createDiffieHellman");
export const createDiffieHellmanGroup = /* @__PURE__ */ missing("crypto.createDiffieHellmanGroup");
export const createECDH = /* @__PURE__ */ missing("crypto.createECDH");
export const createPrivateKey = /* @__PURE__ */ missing("crypto.createPrivateKey");
export const createPublicKey = /* @__PURE__ */ missing("crypto.createPublicKey");
export const createSign = /* @__PURE__ */ missing("crypto.createSign");
export const createVerify = /* @__PURE__ */ missing("crypto.createVerify");
export const diffieHellman = /* @__PURE__ */ missing("crypto.diffieHellman");
export const generateKeyPair = /* @__PURE__ */ missing("crypto.generateKeyPair");
export const generateKeyPairSync = /* @__PURE__ */ missing("crypto.generateKeyPairSync");
export const generatePrime = /* @__PURE__ */ missing("crypto.generatePrime");
export const generatePrimeSync = /* @__PURE__ */ missing("crypto.generatePrimeSync");
export const getCurves = /* @__PURE__ */ missing("crypto.getCurves");
export const getDiffieHellman = /* @__PURE__ */ missing("crypto.getDiffieHellman");
export const privateDecrypt = /* @__PURE__ */ missing("crypto.privateDecrypt");
export const privateEncrypt = /* @__PURE__ */ missing("crypto.privateEncrypt");
export const publicDecrypt = /* @__PURE__ */ missing("crypto.publicDecrypt");
export const publicEncrypt = /* @__PURE__ */ missing("crypto.publicEncrypt");
export const setEngine = /* @__PURE__ */ missing("crypto.setEngine");
export const sign = /* @__PURE__ */ missing("crypto.sign");
export const verify = /* @__PURE__ */ missing("crypto.verify");

export default {
  Certificate, Cipheriv, CryptoKey, Decipheriv, DiffieHellman, DiffieHellmanGroup, ECDH, Hash, Hmac,
  KeyObject, Sign, Verify, X509Certificate, checkPrime, checkPrimeSync, constants, createCipheriv,
  createDecipheriv, createDiffieHellman, createDiffieHellmanGroup, createECDH, createHash, createHmac,
  createPrivateKey, createPublicKey, createSecretKey, createSign, createVerify, diffieHellman, fips,
  generateKey, generateKeyPair, generateKeyPairSync, generateKeySync, generatePrime, generatePrimeSync,
  getCipherInfo, getCiphers, getCurves, getDiffieHellman, getFips, getHashes, getRandomValues, hash,
  hkdf, hkdfSync, pbkdf2, pbkdf2Sync, privateDecrypt, privateEncrypt, pseudoRandomBytes, publicDecrypt,
  publicEncrypt, randomBytes, randomFill, randomFillSync, randomInt, randomUUID, scrypt, scryptSync,
  secureHeapUsed, setEngine, setFips, sign, subtle, timingSafeEqual, verify, webcrypto,
};
