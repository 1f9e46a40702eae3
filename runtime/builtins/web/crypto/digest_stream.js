// crypto.DigestStream, Cloudflare's own: a WritableStream whose digest can be read at its end.
'use strict';

const { badConstructorArgument, defineInspect, defineInterface, defineProperty } =
  require('internal/webidl');
const { toBytes } = require('internal/bytes');
const { encodeUtf8 } = require('web/encoding');
const { readAlgorithm } = require('web/crypto/dictionaries');
const { digestNamed } = require('web/crypto/hashes');
const { WritableStream } = require('web/streams');

const CHECKSUMS = ['crc32', 'crc32c', 'crc64nvme'];

const NativePromise = (async () => {})().constructor;

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
      write: (chunk) => { this.#write(chunk); },
      close: () => { this.#close(); },
      abort: (reason) => { this.#fail(reason); },
    });
    this.#state = state;
    this.#promise = new NativePromise((resolve, reject) => { this.#settle = { resolve, reject }; });
  }

  #write(chunk) {
    if (this.#reason !== undefined) throw this.#reason;
    const bytes = typeof chunk === 'string' ? encodeUtf8(chunk) : toBytes(chunk);
    if (bytes === undefined) {
      throw new TypeError('DigestStream is a byte stream but received an object of ' +
        'non-ArrayBuffer/ArrayBufferView/string type on its writable side.');
    }
    native.digestUpdate(this.#state, bytes);
    this.#bytesWritten += BigInt(bytes.length);
  }

  #close() {
    if (this.#reason !== undefined) throw this.#reason;
    if (this.#isOver) return;
    this.#isOver = true;
    this.#settle.resolve(native.digestFinish(this.#state));
  }

  #fail(reason) {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reason = reason;
    this.#settle.reject(reason);
  }

  /** @returns {Promise<ArrayBuffer>} settled when the stream is closed or aborted */
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
