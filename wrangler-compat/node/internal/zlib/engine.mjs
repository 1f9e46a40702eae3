// One compression or decompression by zlib, fed part by part. Knows nothing of streams.
import {
  ZStream, zlibDeflate, zlibDeflateInit2, zlibDeflateReset, zlibDeflateSetDictionary, zlibInflate,
  zlibInflateInit2, zlibInflateReset, zlibInflateSetDictionary,
} from "npm:pako";
import { plainError, typeError } from "../errors.mjs";

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
const GZIP_BEGIN = 0x1f;

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
  // The format has come to its end; behind it may be another file.
  #ended = false;
  // What comes now is no part of the data.
  #over = false;

  // `settings`: level, memLevel, strategy, windowBits, dictionary (bytes or undefined), chunkSize,
  // rejectGarbageAfterEnd.
  constructor(kind, settings) {
    this.#kind = kind;
    this.#compresses = [DEFLATE, GZIP, DEFLATERAW].includes(kind);
    this.#settings = settings;
    const { level, memLevel, strategy, windowBits } = settings;
    const bits = windowOf(kind, windowBits);
    const status = this.#compresses ? zlibDeflateInit2(this.#stream, level, DEFLATED, bits, memLevel, strategy)
      : zlibInflateInit2(this.#stream, bits);
    if (status !== Z_OK) throw failure(status, "Init error");
    this.#begin();
  }

  #begin() {
    const { dictionary } = this.#settings;
    this.#ended = false;
    this.#over = false;
    if (dictionary === undefined || (!this.#compresses && this.#kind !== INFLATERAW)) return;
    const set = this.#compresses ? zlibDeflateSetDictionary : zlibInflateSetDictionary;
    const status = set(this.#stream, dictionary);
    if (status !== Z_OK) throw failure(status, "Failed to set dictionary");
  }

  reset() {
    if (this.#compresses) zlibDeflateReset(this.#stream);
    else zlibInflateReset(this.#stream);
    this.#begin();
  }

  // What is written from now on is compressed otherwise; `give` gets what has been compressed.
  params(level, strategy, give) {
    this.write(new Uint8Array(), Z_SYNC_FLUSH, give);
    const { state } = this.#stream;
    state.level = level === -1 ? 6 : level;
    state.strategy = strategy;
  }

  // Takes all of `input`. `give` gets each part of the result, of at most `chunkSize` bytes.
  // Throws what zlib says of the data.
  write(input, flush, give) {
    const stream = this.#stream;
    stream.input = input;
    stream.next_in = 0;
    stream.avail_in = input.length;
    this.#tellUnzip();
    while (!this.#over) {
      // Small parts share their memory.
      if (stream.avail_out === 0) {
        stream.output = new Uint8Array(this.#settings.chunkSize);
        stream.next_out = 0;
        stream.avail_out = stream.output.length;
      }
      const from = stream.next_out;
      this.#runToEnd(flush);
      if (stream.next_out > from) give(stream.output.subarray(from, stream.next_out));
      // Room that is left means that there is no more to give.
      if (stream.avail_out > 0) break;
    }
    if (this.#ended && stream.avail_in > 0) this.#leaveRest();
    else if (!this.#ended && flush === Z_FINISH) throw failure(Z_BUF_ERROR, "unexpected end of file");
  }

  // Runs until there is no room or nothing to do. A file of gzip may be several, one behind the other,
  // with zeros to fill up the last block.
  #runToEnd(flush) {
    const stream = this.#stream;
    this.#step(flush);
    while (this.#ended && this.#kind === GUNZIP && stream.avail_in > 0 && stream.input[stream.next_in] !== 0) {
      zlibInflateReset(stream);
      this.#step(flush);
    }
  }

  #step(flush) {
    if (this.#ended && this.#compresses) return;
    this.#ended = this.#advance(flush) === Z_STREAM_END;
  }

  #advance(flush) {
    const stream = this.#stream;
    if (this.#compresses) {
      const status = zlibDeflate(stream, flush);
      if (status < 0 && status !== Z_BUF_ERROR) throw failure(status, stream.msg || "Zlib error");
      return status;
    }
    let status = zlibInflate(stream, flush);
    if (status === Z_NEED_DICT && this.#kind !== INFLATERAW) {
      const { dictionary } = this.#settings;
      if (dictionary === undefined) throw failure(Z_NEED_DICT, "Missing dictionary");
      if (zlibInflateSetDictionary(stream, dictionary) !== Z_OK) throw failure(Z_NEED_DICT, "Bad dictionary");
      status = zlibInflate(stream, flush);
    }
    if (status === Z_NEED_DICT) throw failure(Z_NEED_DICT, "Missing dictionary");
    if (status < 0 && status !== Z_BUF_ERROR) throw failure(status, stream.msg || "Zlib error");
    return status;
  }

  // No data of zlib begin like those of gzip.
  #tellUnzip() {
    const { input } = this.#stream;
    if (this.#kind !== UNZIP || input.length === 0) return;
    this.#kind = input[0] === GZIP_BEGIN ? GUNZIP : INFLATE;
  }

  #leaveRest() {
    this.#over = true;
    if (!this.#settings.rejectGarbageAfterEnd) return;
    throw typeError("ERR_TRAILING_JUNK_AFTER_STREAM_END", "Trailing junk found after the end of the compressed stream");
  }
}
