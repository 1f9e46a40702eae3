// Hash functions by the names that OpenSSL has for them.
import { md5, ripemd160, sha1 } from "npm:@noble/hashes/legacy.js";
import { sha224, sha256, sha384, sha512, sha512_224, sha512_256 } from "npm:@noble/hashes/sha2.js";
import { sha3_224, sha3_256, sha3_384, sha3_512, shake128, shake256 } from "npm:@noble/hashes/sha3.js";

const ALGORITHMS = new Map(Object.entries({
  md5, sha1, sha224, sha256, sha384, sha512, "sha512-224": sha512_224, "sha512-256": sha512_256,
  ripemd160, rmd160: ripemd160, "sha3-224": sha3_224, "sha3-256": sha3_256, "sha3-384": sha3_384,
  "sha3-512": sha3_512, shake128, shake256,
}));

// OpenSSL writes some with a dash, and knows signatures by the hash in them.
const plain = (name) => name.toLowerCase().replace(/^rsa-/, "")
  .replace(/^sha-(1|224|256|384|512)(?=$|[-/])/, "sha$1").replace("/", "-");

export const algorithmOf = (name) => ALGORITHMS.get(plain(name));

export const algorithmNames = () => [
  "RSA-MD5", "RSA-RIPEMD160", "RSA-SHA1", "RSA-SHA224", "RSA-SHA256", "RSA-SHA384", "RSA-SHA512",
  "RSA-SHA512/224", "RSA-SHA512/256", ...ALGORITHMS.keys(),
];

export const isExtendable = (algorithm) => algorithm === shake128 || algorithm === shake256;
