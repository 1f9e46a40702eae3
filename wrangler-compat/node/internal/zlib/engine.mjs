// One compression or decompression by zlib, fed part by part. Knows nothing of streams.
import {
  ZStream, zlibDeflate, zlibDeflateInit2, zlibDeflateReset, zlibDeflateSetDictionary, zlibInflate,
  zlibInflateInit2, zlibInflateReset, zlibInflateSetDictionary,
} from "npm:pako";
import { plainError } from "../errors.mjs";

export const DEFLATE = 1;
export const INFLATE = 2;
export const GZIP = 3;
export const GUNZIP = 4;
export const DEFLATERAW = 5;
export const INFLATERAW = 6;
export const UNZIP = 7;
export const Z_NO_FLUSH = 0;
export const Z_SYNC_FLUSH = 2;
export const Z_FULL_FLUSH = 3;
export const Z_FINISH = 4;
const Z_OK = 0;
const Z_STREAM_END = 1;
const Z_NEED_DICT = 2;
const Z_BUF_ERROR = -5;
const DEFLATED = 8;
const NAMES = { 2: "Z_NEED_DICT", "-2": "Z_STREAM_ERROR", "-3": "Z_DATA_ERROR", "-4": "Z_MEM_ERROR", "-5": "Z_BUF_ERROR" };
const GZIP_MAGIC = [0x1f, 0x8b];

// How zlib is told of the format: by an offset to the size of its window.
const windowOf = (kind, bits) => {
  // zlib makes no raw data of such a window.
  if (kind === DEFLATERAW) return -(bits === 8 ? 9 : bits);
  if (kind === INFLATERAW) return -bits;
  if (kind === GZIP || kind === GUNZIP) return bits + 16;
  return kind === UNZIP ? bits + 32 : bits;
};

function failure(status, message) {
  return Object.assign(plainError(NAMES[status] ?? "Z_STREAM_ERROR", message), { errno: status });
}

export class Engine {
  #kind;
  #compresses;
  #stream = new ZStream();
  #settings;
  #ended = false;

  // `settings`: level, memLevel, strategy, windowBits, dictionary (bytes or undefined), chunkSize.
  constructor(kind, settings) {
    this.#kind = kind;
    this.#compresses = [DEFLATE, GZIP, DEFLATERAW].includes(kind);
    this.#settings = settings;
    this.#begin();
  }

  #begin() {
    const { level, memLevel, strategy, windowBits, dictionary } = this.#settings;
    const bits = windowOf(this.#kind, windowBits);
    const stream = this.#stream;
    const status = this.#compresses ? zlibDeflateInit2(stream, level, DEFLATED, bits, memLevel, strategy)
      : zlibInflateInit2(stream, bits);
    if (status !== Z_OK) throw failure(status, "Init error");
    this.#ended = false;
    if (dictionary === undefined) return;
    if (this.#compresses) this.#check(zlibDeflateSetDictionary(stream, dictionary), "Failed to set dictionary");
    else if (this.#kind === INFLATERAW) this.#check(zlibInflateSetDictionary(stream, dictionary), "Failed to set dictionary");
  }

  #check(status, message) {
    if (status !== Z_OK) throw failure(status, message);
  }

  reset() {
    if (this.#compresses) zlibDeflateReset(this.#stream);
    else zlibInflateReset(this.#stream);
    this.#begin();
  }

  // What is written from now on is compressed otherwise; `give` gets what has been compressed.
  params(level, strategy, give) {
    this.write(new Uint8Array(), Z_SYNC_FLUSH, give);
    this.#settings = { ...this.#settings, level, strategy };
    const { state } = this.#stream;
    state.level = level === -1 ? 6 : level;
    state.strategy = strategy;
  }

  // Takes all of `input`. `give` gets each part of the result, of at most `chunkSize` bytes.
  // Throws what zlib says of the data.
  write(input, flush, give) {
    if (this.#ended && !this.#startNextMember(input)) return;
    const stream = this.#stream;
    stream.input = input;
    stream.next_in = 0;
    stream.avail_in = input.length;
    for (;;) {
      stream.output = new Uint8Array(this.#settings.chunkSize);
      stream.next_out = 0;
      stream.avail_out = stream.output.length;
      const status = this.#step(flush);
      if (stream.next_out > 0) give(stream.output.subarray(0, stream.next_out));
      if (status === Z_STREAM_END) {
        this.#ended = true;
        const rest = stream.input.subarray(stream.next_in, stream.next_in + stream.avail_in);
        if (rest.length > 0) this.write(rest, flush, give);
        return;
      }
      // Room that is left means that there is no more to give.
      if (stream.avail_out > 0) break;
    }
    if (flush === Z_FINISH) throw failure(Z_BUF_ERROR, "unexpected end of file");
  }

  #step(flush) {
    const stream = this.#stream;
    if (this.#compresses) {
      const status = zlibDeflate(stream, flush);
      if (status < 0 && status !== Z_BUF_ERROR) throw failure(status, stream.msg || "Zlib error");
      return status;
    }
    let status = zlibInflate(stream, flush);
    if (status === Z_NEED_DICT && (this.#kind === INFLATE || this.#kind === UNZIP)) {
      const { dictionary } = this.#settings;
      if (dictionary === undefined) throw failure(Z_NEED_DICT, "Missing dictionary");
      if (zlibInflateSetDictionary(stream, dictionary) !== Z_OK) throw failure(Z_NEED_DICT, "Bad dictionary");
      status = zlibInflate(stream, flush);
    }
    if (status === Z_NEED_DICT) throw failure(Z_NEED_DICT, "Missing dictionary");
    if (status < 0 && status !== Z_BUF_ERROR) throw failure(status, stream.msg || "Zlib error");
    return status;
  }

  // A file of gzip may be several, one behind the other. What is no file behind one is not looked at.
  #startNextMember(input) {
    if (this.#kind !== GUNZIP || input.length === 0) return false;
    if (GZIP_MAGIC.some((byte, i) => i < input.length && input[i] !== byte)) return false;
    zlibInflateReset(this.#stream);
    this.#ended = false;
    return true;
  }
}
