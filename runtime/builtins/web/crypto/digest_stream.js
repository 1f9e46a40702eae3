// crypto.DigestStream, Cloudflare's own: a WritableStream whose digest can be read at its end.
'use strict';

const { badConstructorArgument, defineInspect, defineInterface, defineProperty } =
  require('internal/webidl');
const { toBytes } = require('internal/bytes');
const { Promise, promiseCatch } = require('internal/primordials');
const { encodeUtf8 } = require('web/encoding');
const { readAlgorithm } = require('web/crypto/dictionaries');
const { digestNamed } = require('web/crypto/hashes');
const { WritableStream } = require('web/streams');

const CHECKSUMS = ['crc32', 'crc32c', 'crc64nvme'];

class DigestStream extends WritableStream {
  #promise;
  #settle;
  #state;
  // Why there is nothing more to write.
  #reason = undefined;
  #isOver = false;
  #bytesWritten = 0n;

  /** @param {string | {name: string}} algorithm */
  constructor(algorithm) {
    if (algorithm === undefined || algorithm === null) {
      throw badConstructorArgument('DigestStream', 1, 'string or HashAlgorithm');
    }
    const { name } = readAlgorithm(algorithm, 'HashAlgorithm');
    const lower = name.toLowerCase();
    const state = native.digestOpen(CHECKSUMS.includes(lower) ? lower : digestNamed(name));
    super({
      write: (chunk) => { this.#run(() => this.#write(chunk)); },
      close: () => { this.#run(() => this.#close()); },
      abort: (reason) => { this.#fail(reason); },
    });
    this.#state = state;
    this.#promise = new Promise((resolve, reject) => { this.#settle = { resolve, reject }; });
    // Whoever does not ask for the digest need not hear why there is none.
    promiseCatch.call(this.#promise, () => {});
  }

  // A step of the stream; if it fails there is no digest either.
  #run(step) {
    if (this.#reason !== undefined) throw this.#reason;
    try {
      step();
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  #write(chunk) {
    const bytes = typeof chunk === 'string' ? encodeUtf8(chunk) : toBytes(chunk);
    if (bytes === undefined) {
      throw new TypeError('DigestStream is a byte stream but received an object of ' +
        'non-ArrayBuffer/ArrayBufferView/string type on its writable side.');
    }
    native.digestUpdate(this.#state, bytes);
    this.#bytesWritten += BigInt(bytes.length);
  }

  #close() {
    if (this.#isOver) return;
    const digest = native.digestFinish(this.#state);
    this.#isOver = true;
    this.#settle.resolve(digest);
  }

  #fail(reason) {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reason = reason;
    this.#settle.reject(reason);
  }

  /** @returns {Promise<ArrayBuffer>} settled when the stream is closed, aborted or fails */
  get digest() { return this.#promise; }

  /** @returns {bigint} */
  get bytesWritten() { return this.#bytesWritten; }

  static dispose(stream) { stream.#fail(new TypeError('The DigestStream was disposed.')); }
}

const { dispose } = DigestStream;
delete DigestStream.dispose;

defineProperty(DigestStream, 'length', { value: 0, configurable: true });
defineProperty(DigestStream.prototype, Symbol.dispose, {
  value() { dispose(this); }, writable: true, enumerable: false, configurable: true,
});
defineInterface(DigestStream);
defineInspect(DigestStream, ['locked', 'bytesWritten']);

module.exports = { DigestStream };
