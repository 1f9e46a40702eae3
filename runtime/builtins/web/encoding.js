// TextEncoder, TextDecoder and their streams, https://encoding.spec.whatwg.org/
'use strict';

const { badArgument, defineInspect, defineInterface } = require('internal/webidl');
const { isUint8Array, toBytes, concat } = require('internal/bytes');

// Below this many characters a loop in JS beats the call into C++ with its buffer object.
const SHORT = 48;

// The UTF-8 bytes of a string, in a buffer of their own.
function encodeUtf8(text) {
  const { length } = text;
  if (length <= SHORT) {
    const out = new Uint8Array(length);
    let i = 0;
    for (; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 128) break;
      out[i] = code;
    }
    if (i === length) return out;
  }
  return native.encodeUtf8(text);
}

// The string for UTF-8 bytes: a BOM is dropped, wrong bytes become U+FFFD.
function decodeUtf8(bytes) {
  return native.decodeUtf8(bytes, 0);
}

/** https://encoding.spec.whatwg.org/#textencoder */
class TextEncoder {
  get encoding() { return 'utf-8'; }

  /** @returns {Uint8Array} */
  encode(text = '') {
    return encodeUtf8(typeof text === 'string' ? text : `${text}`);
  }

  /** @returns {{read: number, written: number}} */
  encodeInto(source, destination) {
    const text = typeof source === 'string' ? source : `${source}`;
    if (!isUint8Array(destination)) {
      throw badArgument('encodeInto', 'TextEncoder', 2, 'Uint8Array');
    }
    native.encodeInto(text, destination);
    const { scratch } = native;
    return { read: scratch[0], written: scratch[1] };
  }
}
defineInterface(TextEncoder);
defineInspect(TextEncoder, ['encoding']);

// Kinds of decoders; the numbers are known to native.decodeBytes.
const UTF8 = 0;
const WINDOWS_1252 = 1;
const UTF16LE = 2;
const UTF16BE = 3;

const ENCODINGS = ['utf-8', 'windows-1252', 'utf-16le', 'utf-16be'];

// https://encoding.spec.whatwg.org/#names-and-labels, for the encodings above.
const LABELS = [
  'unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8',
  'ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 ' +
    'iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252',
  'csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le',
  'unicodefffe utf-16be',
];

function kindOf(label) {
  const text = `${label}`;
  if (text === 'utf-8') return UTF8;
  const wanted = text.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '').toLowerCase();
  if (wanted !== '' && wanted.indexOf(' ') < 0) {
    for (let kind = 0; kind < LABELS.length; kind++) {
      if (` ${LABELS[kind]} `.includes(` ${wanted} `)) return kind;
    }
  }
  throw new RangeError(`"${text}" is not a valid encoding.`);
}

// How many bytes at the end of `bytes` are the beginning of a UTF-8 sequence that may go on.
function incompleteUtf8(bytes) {
  const { length } = bytes;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back];
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      if (needed <= back || byte > 0xf4 || byte < 0xc2) return 0;
      // E0, ED, F0 and F4 restrict the second byte; a wrong one ends the sequence here.
      if (back > 1) {
        const second = bytes[length - back + 1];
        if (byte === 0xe0 && second < 0xa0) return 0;
        if (byte === 0xed && second > 0x9f) return 0;
        if (byte === 0xf0 && second < 0x90) return 0;
        if (byte === 0xf4 && second > 0x8f) return 0;
      }
      return back;
    }
    if (byte < 0x80) return 0;
  }
  return 0;
}

// Likewise for UTF-16: an odd byte, a high surrogate, or both.
function incompleteUtf16(bytes, bigEndian) {
  const odd = bytes.length & 1;
  const last = bytes.length - odd - 2;
  if (last < 0) return odd;
  const high = bytes[last + (bigEndian ? 0 : 1)];
  return high >= 0xd8 && high <= 0xdb ? odd + 2 : odd;
}

const EMPTY = [];

/** https://encoding.spec.whatwg.org/#textdecoder */
class TextDecoder {
  #kind;
  #fatal = false;
  #ignoreBom = false;
  // Of decode(..., {stream: true}): bytes of an unfinished character, and whether the beginning of
  // the stream, where a BOM may stand, is over.
  #pending = EMPTY;
  #streaming = false;
  #bomSeen = false;

  /**
   * @param {string} [label]
   * @param {{fatal?: boolean, ignoreBOM?: boolean}} [options]
   */
  constructor(label = 'utf-8', options = undefined) {
    this.#kind = kindOf(label);
    if (options !== undefined && options !== null) {
      this.#fatal = Boolean(options.fatal);
      this.#ignoreBom = Boolean(options.ignoreBOM);
    }
  }

  get encoding() { return ENCODINGS[this.#kind]; }
  get fatal() { return this.#fatal; }
  get ignoreBOM() { return this.#ignoreBom; }

  /**
   * @param {ArrayBuffer | ArrayBufferView} [input]
   * @param {{stream?: boolean}} [options]
   */
  decode(input = undefined, options = undefined) {
    let bytes;
    if (input !== undefined) {
      bytes = toBytes(input);
      if (bytes === undefined) throw badArgument('decode', 'TextDecoder', 1, 'Array');
    }
    const stream = options !== undefined && options !== null && Boolean(options.stream);
    if (!stream && !this.#streaming) {
      return bytes === undefined ? '' : this.#run(bytes, this.#ignoreBom);
    }
    return this.#decodePart(bytes, stream);
  }

  #decodePart(bytes, more) {
    if (!this.#streaming) {
      this.#pending = EMPTY;
      this.#bomSeen = false;
    }
    this.#streaming = more;
    if (this.#pending.length > 0) {
      bytes = bytes === undefined ? this.#pending : concat([this.#pending, bytes]);
      this.#pending = EMPTY;
    }
    if (bytes === undefined) return '';
    if (more) {
      const kept = this.#kind === UTF8 ? incompleteUtf8(bytes)
        : this.#kind >= UTF16LE ? incompleteUtf16(bytes, this.#kind === UTF16BE) : 0;
      if (kept > 0) {
        this.#pending = bytes.slice(bytes.length - kept);
        bytes = bytes.subarray(0, bytes.length - kept);
      }
    }
    if (bytes.length === 0) return '';
    const keepBom = this.#ignoreBom || this.#bomSeen;
    this.#bomSeen = true;
    try {
      return this.#run(bytes, keepBom);
    } catch (error) {
      this.#streaming = false;
      this.#pending = EMPTY;
      throw error;
    }
  }

  #run(bytes, keepBom) {
    const flags = (this.#fatal ? 1 : 0) | (keepBom ? 2 : 0);
    const text = this.#kind === UTF8
      ? native.decodeUtf8(bytes, flags) : native.decodeBytes(bytes, flags, this.#kind);
    if (text === undefined) throw new TypeError('Failed to decode input.');
    return text;
  }
}
defineInterface(TextDecoder);
defineInspect(TextDecoder, ['encoding', 'fatal', 'ignoreBOM']);

module.exports = { TextDecoder, TextEncoder, decodeUtf8, encodeUtf8 };
