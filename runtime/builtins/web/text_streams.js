// TextEncoderStream and TextDecoderStream, https://encoding.spec.whatwg.org/#stream-api
'use strict';

const { defineInspect, defineInterface } = require('internal/webidl');
const { TextDecoder, encodeUtf8 } = require('web/encoding');
const { TransformStream } = require('web/streams');

/** https://encoding.spec.whatwg.org/#interface-textencoderstream */
class TextEncoderStream {
  #transform;

  constructor() {
    // A surrogate pair may be split between two chunks.
    let high = '';
    this.#transform = new TransformStream({
      transform(chunk, controller) {
        let text = high + `${chunk}`;
        high = '';
        const last = text.charCodeAt(text.length - 1);
        if (last >= 0xd800 && last <= 0xdbff) {
          high = text[text.length - 1];
          text = text.slice(0, -1);
        }
        if (text !== '') controller.enqueue(encodeUtf8(text));
      },
      flush(controller) {
        if (high !== '') controller.enqueue(encodeUtf8(high));
      },
    });
  }

  get encoding() { return 'utf-8'; }
  get readable() { return this.#transform.readable; }
  get writable() { return this.#transform.writable; }
}
defineInterface(TextEncoderStream);
defineInspect(TextEncoderStream, ['encoding', 'readable', 'writable']);

/** https://encoding.spec.whatwg.org/#interface-textdecoderstream */
class TextDecoderStream {
  #decoder;
  #transform;

  /**
   * @param {string} [label]
   * @param {{fatal?: boolean, ignoreBOM?: boolean}} [options]
   */
  constructor(label = 'utf-8', options = undefined) {
    const decoder = new TextDecoder(label, options);
    const more = { stream: true };
    this.#decoder = decoder;
    this.#transform = new TransformStream({
      transform(chunk, controller) {
        const text = decoder.decode(chunk, more);
        if (text !== '') controller.enqueue(text);
      },
      flush(controller) {
        const text = decoder.decode();
        if (text !== '') controller.enqueue(text);
      },
    });
  }

  get encoding() { return this.#decoder.encoding; }
  get fatal() { return this.#decoder.fatal; }
  get ignoreBOM() { return this.#decoder.ignoreBOM; }
  get readable() { return this.#transform.readable; }
  get writable() { return this.#transform.writable; }
}
defineInterface(TextDecoderStream);
defineInspect(TextDecoderStream, ['encoding', 'fatal', 'ignoreBOM', 'readable', 'writable']);

module.exports = { TextDecoderStream, TextEncoderStream };
