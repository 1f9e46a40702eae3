// Blob and File, https://w3c.github.io/FileAPI/
//
// A Blob of an isolate is bytes in memory, never changed, so slices share them.
'use strict';

const {
  badConstructorArgument, defineInspect, defineInterface,
} = require('internal/webidl');
const { concat, toBytes } = require('internal/bytes');
const { decodeUtf8, encodeUtf8 } = require('web/encoding');

const EMPTY = new Uint8Array(0);

// https://w3c.github.io/FileAPI/#constructorBlob: only printable ASCII, in lower case.
function normalizeType(type) {
  const text = `${type}`;
  return /[^\x20-\x7e]/.test(text) ? '' : text.toLowerCase();
}

let bytesOf;
let makeBlob;
let isBlob;

/** https://w3c.github.io/FileAPI/#blob-section */
class Blob {
  #bytes = EMPTY;
  #type = '';

  static {
    bytesOf = (blob) => blob.#bytes;
    isBlob = (value) => value !== null && typeof value === 'object' && #bytes in value;
    makeBlob = (bytes, type) => {
      const blob = new Blob();
      blob.#bytes = bytes;
      blob.#type = type;
      return blob;
    };
  }

  /**
   * @param {Iterable<string | ArrayBuffer | ArrayBufferView | Blob>} [parts]
   * @param {{type?: string}} [options]
   */
  constructor(parts = undefined, options = undefined) {
    if (parts !== undefined) {
      if (parts === null || typeof parts !== 'object' ||
          typeof parts[Symbol.iterator] !== 'function') {
        throw badConstructorArgument('Blob', 1, 'Array');
      }
      const chunks = [];
      for (const part of parts) {
        if (isBlob(part)) {
          chunks.push(part.#bytes);
        } else {
          // Copied, because the caller may change it later.
          chunks.push(toBytes(part)?.slice() ?? encodeUtf8(`${part}`));
        }
      }
      this.#bytes = chunks.length === 0 ? EMPTY : concat(chunks);
    }
    if (options !== undefined && options !== null) {
      if (options.endings !== undefined && options.endings !== 'transparent') {
        throw new Error("The 'endings' field on 'Options' is not implemented.");
      }
      if (options.type !== undefined) this.#type = normalizeType(options.type);
    }
  }

  get size() { return this.#bytes.byteLength; }
  get type() { return this.#type; }

  /** @returns {Blob} */
  slice(start = 0, end = undefined, type = undefined) {
    const { byteLength } = this.#bytes;
    const from = clamp(start, byteLength, 0);
    const to = clamp(end, byteLength, byteLength);
    return makeBlob(this.#bytes.subarray(from, Math.max(from, to)),
      type === undefined ? '' : normalizeType(type));
  }

  async text() { return decodeUtf8(this.#bytes); }
  async arrayBuffer() { return this.#bytes.slice().buffer; }
  async bytes() { return this.#bytes.slice(); }

  /** @returns {ReadableStream} of bytes */
  stream() {
    const { ReadableStream } = require('web/streams');
    let rest = this.#bytes;
    return new ReadableStream({
      type: 'bytes',
      pull(controller) {
        if (rest.byteLength > 0) {
          // A chunk is handed over with its memory.
          const chunk = rest.slice(0, 65536);
          rest = rest.subarray(chunk.byteLength);
          controller.enqueue(chunk);
        }
        if (rest.byteLength === 0) {
          controller.close();
          controller.byobRequest?.respond(0);
        }
      },
    }, { highWaterMark: 0 });
  }
}
defineInterface(Blob);
defineInspect(Blob, ['size', 'type']);

function clamp(value, length, missing) {
  if (value === undefined) return missing;
  const number = Math.trunc(Number(value)) || 0;
  return number < 0 ? Math.max(length + number, 0) : Math.min(number, length);
}

/** https://w3c.github.io/FileAPI/#file-section */
class File extends Blob {
  #name;
  #lastModified;

  /**
   * @param {Iterable<string | ArrayBuffer | ArrayBufferView | Blob>} parts
   * @param {string} name
   * @param {{type?: string, lastModified?: number}} [options]
   */
  constructor(parts, name, options = undefined) {
    if (arguments.length < 2) {
      throw arguments.length === 0
        ? badConstructorArgument('File', 1, 'Array') : badConstructorArgument('File', 2, 'string');
    }
    super(parts, options);
    this.#name = `${name}`.toWellFormed();
    const time = options?.lastModified;
    this.#lastModified = time === undefined ? Date.now() : Math.trunc(Number(time)) || 0;
  }

  get name() { return this.#name; }
  get lastModified() { return this.#lastModified; }
}
defineInterface(File);
defineInspect(File, ['name', 'lastModified', 'size', 'type']);

module.exports = {
  Blob, File,
  // For built-ins: the bytes themselves (do not change them), a Blob over bytes nobody will change,
  // the brand check.
  blobBytes: bytesOf, makeBlob, isBlob,
};
