// CompressionStream and DecompressionStream, https://compression.spec.whatwg.org/
'use strict';

const { defineInspect, defineInterface } = require('internal/webidl');
const { toBytes } = require('internal/bytes');
const { TransformStream } = require('web/streams');

const FORMATS = ['gzip', 'deflate', 'deflate-raw'];

// native.zlibRun's verdicts in native.scratch[0]; scratch[1] is the number of bytes it consumed.
const DONE = 1;
const FAILED = 2;

const EMPTY = new Uint8Array(0);

function makeTransform(format, compress) {
  const index = FORMATS.indexOf(`${format}`);
  if (index < 0) {
    throw new TypeError(
      "The compression format must be either 'deflate', 'deflate-raw' or 'gzip'.");
  }
  // The zlib state: an ArrayBuffer that belongs to C++ and is never shown to anybody.
  const state = native.zlibOpen(index, compress);
  let done = false;

  // Feeds `input`; the output comes in pieces of limited size, however well it was compressed.
  function run(input, finish, controller) {
    for (;;) {
      const output = native.zlibRun(state, input, finish);
      const { scratch } = native;
      const status = scratch[0];
      const consumed = scratch[1];
      if (status === FAILED) throw new TypeError(`${compress ? 'Compression' : 'Decompression'} failed.`);
      if (output !== undefined) controller.enqueue(output);
      input = input.subarray(consumed);
      if (status === DONE) {
        done = true;
        if (input.length > 0) throw new TypeError('Trailing bytes after end of compressed data');
        return;
      }
      if (input.length === 0 && output === undefined) return;
    }
  }

  return new TransformStream({
    transform(chunk, controller) {
      const bytes = toBytes(chunk);
      if (bytes === undefined) {
        throw new TypeError('This TransformStream is being used as a byte stream, but received an ' +
          'object of non-ArrayBuffer/ArrayBufferView type on its writable side.');
      }
      if (bytes.length === 0) return;
      if (done) throw new TypeError('Trailing bytes after end of compressed data');
      run(bytes, false, controller);
    },
    flush(controller) {
      if (!done) run(EMPTY, true, controller);
      if (!done) {
        throw new TypeError('Called close() on a decompression stream with incomplete data');
      }
    },
  });
}

/** https://compression.spec.whatwg.org/#compression-stream */
class CompressionStream {
  #transform;
  /** @param {'gzip' | 'deflate' | 'deflate-raw'} format */
  constructor(format) { this.#transform = makeTransform(format, true); }
  get readable() { return this.#transform.readable; }
  get writable() { return this.#transform.writable; }
}
defineInterface(CompressionStream);
defineInspect(CompressionStream, ['readable', 'writable']);

/** https://compression.spec.whatwg.org/#decompression-stream */
class DecompressionStream {
  #transform;
  /** @param {'gzip' | 'deflate' | 'deflate-raw'} format */
  constructor(format) { this.#transform = makeTransform(format, false); }
  get readable() { return this.#transform.readable; }
  get writable() { return this.#transform.writable; }
}
defineInterface(DecompressionStream);
defineInspect(DecompressionStream, ['readable', 'writable']);

module.exports = { CompressionStream, DecompressionStream };
