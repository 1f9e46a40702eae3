// AES part by part: the package encrypts a whole message, and Node.js gives what it can of each part.
// A mode takes bytes by update() and gives as many as it can; final() gives the rest.
import { cbc, ecb, unsafe } from "npm:@noble/ciphers/aes.js";
import { ghash } from "npm:@noble/ciphers/_polyval.js";
import { plainError } from "../errors.mjs";

const BLOCK = 16;

function concat(a, b) {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

// CBC and ECB: whole blocks, the last one filled up as PKCS#7 has it.
class BlockMode {
  padding = true;
  pending = new Uint8Array();

  constructor(key, iv, decrypts) {
    this.key = key;
    this.iv = iv;
    this.decrypts = decrypts;
  }

  blocks(bytes) {
    if (bytes.length === 0) return bytes;
    const mode = this.iv === null ? ecb(this.key, { disablePadding: true })
      : cbc(this.key, this.iv, { disablePadding: true });
    const result = this.decrypts ? mode.decrypt(bytes) : mode.encrypt(bytes);
    if (this.iv !== null) this.iv = (this.decrypts ? bytes : result).slice(-BLOCK);
    return result;
  }

  update(bytes) {
    const all = concat(this.pending, bytes);
    let whole = all.length - (all.length % BLOCK);
    // The last block may be padding.
    if (this.decrypts && this.padding && whole > 0 && whole === all.length) whole -= BLOCK;
    this.pending = all.slice(whole);
    return this.blocks(all.slice(0, whole));
  }

  final() {
    const rest = this.pending.length;
    if (!this.padding || this.decrypts) {
      if (rest % BLOCK !== 0 || (this.padding && rest === 0)) {
        throw plainError("ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH", "error:1C80006B:Provider routines::wrong final block length");
      }
      if (!this.padding) return this.blocks(this.pending);
      return this.withoutPadding(this.blocks(this.pending));
    }
    return this.blocks(concat(this.pending, new Uint8Array(BLOCK - rest).fill(BLOCK - rest)));
  }

  withoutPadding(block) {
    const count = block[BLOCK - 1];
    if (count < 1 || count > BLOCK || block.subarray(BLOCK - count).some((byte) => byte !== count)) {
      throw plainError("ERR_OSSL_BAD_DECRYPT", "error:1C800064:Provider routines::bad decrypt");
    }
    return block.slice(0, BLOCK - count);
  }
}

// Bytes combined with the key stream that a counter makes.
class KeyStream {
  // Of the current block, how much has been used.
  used = 0;

  constructor(schedule, counter, step) {
    this.schedule = schedule;
    this.counter = counter;
    this.step = step;
  }

  apply(bytes) {
    // The counter moves on by whole blocks: one that is begun is made again.
    const padded = concat(new Uint8Array(this.used), bytes);
    const result = this.step(this.schedule, this.counter, padded).subarray(this.used);
    this.used = padded.length % BLOCK;
    return result;
  }
}

class CounterMode {
  constructor(key, iv) {
    this.stream = new KeyStream(unsafe.expandKeyLE(key), iv.slice(), unsafe.ctrCounter);
  }

  update(bytes) {
    return this.stream.apply(bytes);
  }

  final() {
    return new Uint8Array();
  }
}

// What is hashed comes in any parts; each call of the package's ends a block.
class PaddedHash {
  length = 0;
  pending = new Uint8Array();

  constructor(hash) {
    this.hash = hash;
  }

  update(bytes) {
    this.length += bytes.length;
    const all = concat(this.pending, bytes);
    const whole = all.length - (all.length % BLOCK);
    if (whole > 0) this.hash.update(all.slice(0, whole));
    this.pending = all.slice(whole);
  }

  // The bytes so far are one segment.
  end() {
    if (this.pending.length > 0) this.hash.update(this.pending);
    this.pending = new Uint8Array();
    const length = this.length;
    this.length = 0;
    return length;
  }
}

const lengths = (first, second) => {
  const bytes = new Uint8Array(BLOCK);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(first) * 8n);
  view.setBigUint64(8, BigInt(second) * 8n);
  return bytes;
};

// https://csrc.nist.gov/pubs/sp/800/38/d/final
class GaloisMode {
  tag = null;
  #additional = 0;
  #begun = false;

  constructor(key, iv, decrypts) {
    const schedule = unsafe.expandKeyLE(key);
    const step = (keys, counter, bytes) => unsafe.ctr32(keys, false, counter, bytes);
    const hashKey = step(schedule, new Uint8Array(BLOCK), new Uint8Array(BLOCK));
    const counter = iv.length === 12 ? concat(iv, Uint8Array.of(0, 0, 0, 1))
      : ghash.create(hashKey).update(iv).update(lengths(0, iv.length)).digest();
    this.mask = step(schedule, counter, new Uint8Array(BLOCK));
    this.stream = new KeyStream(schedule, counter, step);
    this.hash = new PaddedHash(ghash.create(hashKey));
    this.decrypts = decrypts;
  }

  additional(bytes) {
    if (this.#begun) throw plainError("ERR_CRYPTO_INVALID_STATE", "Invalid state for operation setAAD");
    this.hash.update(bytes);
  }

  begin() {
    if (!this.#begun) this.#additional = this.hash.end();
    this.#begun = true;
  }

  update(bytes) {
    this.begin();
    const result = this.stream.apply(bytes);
    this.hash.update(this.decrypts ? bytes : result);
    return result;
  }

  final() {
    this.begin();
    const length = this.hash.end();
    const tag = this.hash.hash.update(lengths(this.#additional, length)).digest();
    tag.forEach((byte, i) => (tag[i] = byte ^ this.mask[i]));
    if (!this.decrypts) this.tag = tag;
    else if (this.tag === null || this.tag.reduce((all, byte, i) => all | (byte ^ tag[i]), 0) !== 0) {
      throw new Error("Unsupported state or unable to authenticate data");
    }
    return new Uint8Array();
  }
}

export const MODES = {
  cbc: (key, iv, decrypts) => new BlockMode(key, iv, decrypts),
  ecb: (key, iv, decrypts) => new BlockMode(key, null, decrypts),
  ctr: (key, iv) => new CounterMode(key, iv),
  gcm: (key, iv, decrypts) => new GaloisMode(key, iv, decrypts),
};
