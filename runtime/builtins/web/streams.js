// Streams, https://streams.spec.whatwg.org/
//
// The classes are those of web-streams-polyfill. This file gives their errors workerd's words and
// adds Workers' own IdentityTransformStream and FixedLengthStream.
'use strict';

const { INSPECT, badConstructorArgument, defineInspect, defineInterface, defineProperty } =
  require('internal/webidl');
const { Promise: StreamsPromise } = require('internal/primordials');
const { Returned } = require('internal/returned');
const { queueMicrotask } = require('web/microtask');

// What the polyfill looks up as globals, which a Worker may have replaced by now. These two are
// loaded when a stream needs one.
function AbortController() {
  return new (require('web/abort').AbortController)();
}
function DOMException(message, name) {
  // The polyfill tries `new DOMException()` when it is loaded.
  if (message === undefined) return undefined;
  return new (require('internal/dom_exception').DOMException)(message, name);
}

const streams = require('third_party/web-streams', StreamsPromise, { DOMException }, AbortController,
  queueMicrotask);
const { toBytes } = require('internal/bytes');
const { encodeUtf8 } = require('web/encoding');

const { getOwnPropertyDescriptor, setPrototypeOf } = Object;
const {
  ByteLengthQueuingStrategy, CountQueuingStrategy, ReadableByteStreamController, ReadableStream,
  ReadableStreamBYOBReader, ReadableStreamBYOBRequest, ReadableStreamDefaultController,
  ReadableStreamDefaultReader, TransformStream, TransformStreamDefaultController, WritableStream,
  WritableStreamDefaultController, WritableStreamDefaultWriter,
} = streams;

const READABLE_LOCKED = 'This ReadableStream is currently locked to a reader.';
const WRITABLE_LOCKED = 'This WritableStream is currently locked to a writer.';

function lockedGetter(Class) {
  const { get } = getOwnPropertyDescriptor(Class.prototype, 'locked');
  // `this` may be anything: only a real stream can be locked.
  return (stream) => {
    try {
      return get.call(stream);
    } catch {
      return false;
    }
  };
}

const readableLocked = lockedGetter(ReadableStream);
const writableLocked = lockedGetter(WritableStream);

// Wraps `Class.prototype[name]` by a check that the stream is free. The polyfill calls its own
// functions, not these methods, so only the calls of Workers pay.
function guard(Class, name, isLocked, text, isAsync) {
  const original = Class.prototype[name];
  const { [name]: guarded } = {
    [name](...args) {
      if (isLocked(this)) {
        const error = new TypeError(text);
        if (isAsync) return Promise.reject(error);
        throw error;
      }
      return original.apply(this, args);
    },
  };
  defineProperty(guarded, 'length', { value: original.length, configurable: true });
  defineProperty(Class.prototype, name, {
    value: guarded, writable: true, enumerable: true, configurable: true,
  });
}

for (const name of ['getReader', 'tee', 'pipeThrough']) {
  guard(ReadableStream, name, readableLocked, READABLE_LOCKED, false);
}
for (const name of ['cancel', 'pipeTo']) {
  guard(ReadableStream, name, readableLocked, READABLE_LOCKED, true);
}
guard(WritableStream, 'getWriter', writableLocked, WRITABLE_LOCKED, false);
for (const name of ['abort', 'close']) {
  guard(WritableStream, name, writableLocked, WRITABLE_LOCKED, true);
}

// for await (const chunk of stream): the polyfill's iterator, behind the same check.
const originalValues = ReadableStream.prototype.values;
function values(options = undefined) {
  if (readableLocked(this)) throw new TypeError(READABLE_LOCKED);
  return originalValues.call(this, options);
}
defineProperty(ReadableStream.prototype, 'values', {
  value: values, writable: true, enumerable: true, configurable: true,
});
defineProperty(ReadableStream.prototype, Symbol.asyncIterator, {
  value: values, writable: true, enumerable: false, configurable: true,
});

for (const name in streams) {
  if (typeof streams[name] === 'function') defineInterface(streams[name], name);
}
// The polyfill keeps its state in plain properties: not something to print.
defineProperty(ReadableStream.prototype, INSPECT, {
  value(depth, options, inspect) {
    const { _state: state } = this;
    if (state === undefined) return 'Object [ReadableStream] {}';
    const shown = require('internal/shown').shownStream(
      this.locked, state, this._readableStreamController instanceof ReadableByteStreamController,
      fixedLengthOf(this) ?? require('web/body').lengthOfSource(this));
    return shown[INSPECT](depth, options, inspect);
  },
  writable: true, configurable: true,
});
defineProperty(WritableStream.prototype, INSPECT, {
  value(depth, options, inspect) {
    const { _state: state } = this;
    if (state === undefined) return 'Object [WritableStream] {}';
    return inspect.named('WritableStream', { locked: this.locked }, depth, options,
      { state, expectsBytes: this._expectsBytes === true });
  },
  writable: true, configurable: true,
});
defineInspect(TransformStream, ['readable', 'writable'], undefined, false);

// Whether something was written to `stream` (or its end) that its sink has not seen or not done yet.
function hasPendingWrites(stream) {
  return stream._state === 'writable' && (stream._inFlightWriteRequest !== undefined ||
    stream._writeRequests.length > 0 || stream._inFlightCloseRequest !== undefined ||
    stream._closeRequest !== undefined);
}

// ---- IdentityTransformStream, FixedLengthStream ---------------------------------------------

// Marks a ReadableStream with the number of bytes it promised.
let fixedLengthOf;

class Promised extends Returned {
  #length;
  constructor(stream, length) {
    super(stream);
    this.#length = length;
  }
  static {
    // How many bytes a FixedLengthStream's readable will deliver; undefined for other streams.
    fixedLengthOf = (stream) =>
      (stream !== null && typeof stream === 'object' && #length in stream
        ? stream.#length : undefined);
  }
}

function toChunk(chunk) {
  if (typeof chunk === 'string') return encodeUtf8(chunk);
  const bytes = toBytes(chunk);
  if (bytes === undefined) {
    throw new TypeError('This TransformStream is being used as a byte stream, but received an ' +
      'object of non-ArrayBuffer/ArrayBufferView type on its writable side.');
  }
  return bytes;
}

const NOTHING = () => {};

// A pair of a writable and a readable byte stream. A write is done when its bytes have been taken:
// there is no buffer between the ends. `expected` is the number of bytes, or -1.
function makePipe(expected) {
  let controller;
  let writableController;
  // Set while the reader waits for bytes: ends its pull().
  let pulled = null;
  // Set while a writer waits for a reader.
  let wanted = NOTHING;
  let canceled = false;
  let left = expected;

  const readable = new ReadableStream({
    type: 'bytes',
    start(c) { controller = c; },
    pull() {
      return new Promise((resolve) => {
        pulled = resolve;
        wanted();
      });
    },
    cancel(reason) {
      canceled = true;
      writableController.error(reason);
      wanted();
    },
  }, { highWaterMark: 0 });

  function endPull() {
    const resolve = pulled;
    pulled = null;
    if (resolve !== null) resolve();
  }

  function fail(error) {
    canceled = true;
    controller.error(error);
    endPull();
    return error;
  }

  const writable = new WritableStream({
    start(c) { writableController = c; },
    async write(chunk) {
      let bytes;
      try {
        bytes = toChunk(chunk);
      } catch (error) {
        throw fail(error);
      }
      if (left >= 0) {
        if (bytes.byteLength > left) {
          throw fail(
            new TypeError('Attempt to write too many bytes through a FixedLengthStream.'));
        }
        left -= bytes.byteLength;
      }
      while (bytes.byteLength > 0) {
        while (pulled === null && !canceled) {
          await new Promise((resolve) => { wanted = resolve; });
        }
        wanted = NOTHING;
        if (canceled) return;
        const request = controller.byobRequest;
        if (request !== null) {
          const { view } = request;
          const count = Math.min(view.byteLength, bytes.byteLength);
          new Uint8Array(view.buffer, view.byteOffset, count).set(bytes.subarray(0, count));
          bytes = bytes.subarray(count);
          request.respond(count);
        } else {
          // A copy: enqueue() takes the memory away from its owner, who is the writer's.
          controller.enqueue(bytes.slice());
          bytes = bytes.subarray(bytes.byteLength);
        }
        endPull();
      }
    },
    close() {
      if (canceled) return;
      if (left > 0) {
        throw fail(
          new TypeError('FixedLengthStream did not see all expected bytes before close().'));
      }
      controller.close();
      controller.byobRequest?.respond(0);
      endPull();
    },
    abort(reason) { fail(reason); },
  });
  writable._expectsBytes = true;
  return { readable, writable };
}

/**
 * Passes bytes on unchanged. Both ends are byte streams; strings are written as UTF-8.
 * https://developers.cloudflare.com/workers/runtime-apis/streams/transformstream/
 */
class IdentityTransformStream {
  #pipe;
  constructor() {
    this.#pipe = makePipe(this instanceof FixedLengthStream ? fixedLength : -1);
  }
  get readable() { return this.#pipe.readable; }
  get writable() { return this.#pipe.writable; }
}

// What FixedLengthStream hands to its base class, whose public constructor has no parameter.
let fixedLength = -1;

/** An IdentityTransformStream of exactly so many bytes: a body with a Content-Length. */
class FixedLengthStream extends IdentityTransformStream {
  /** @param {number | bigint} expectedLength */
  constructor(expectedLength) {
    if (expectedLength === undefined) throw badConstructorArgument('FixedLengthStream', 1, 'bigint');
    const length = Number(expectedLength);
    if (!Number.isInteger(length)) {
      throw new TypeError('The value cannot be converted because it is not an integer.');
    }
    if (length < 0) {
      throw new TypeError('The value cannot be converted because it is negative and this API ' +
        'expects a positive bigint.');
    }
    fixedLength = length;
    super();
    new Promised(super.readable, length);
  }
}

// They are TransformStreams for `instanceof`, but need none of a TransformStream's machinery, so
// its constructor is not run.
setPrototypeOf(IdentityTransformStream, TransformStream);
setPrototypeOf(IdentityTransformStream.prototype, TransformStream.prototype);
defineInterface(IdentityTransformStream);
defineInterface(FixedLengthStream);

module.exports = {
  ByteLengthQueuingStrategy, CountQueuingStrategy, FixedLengthStream, IdentityTransformStream,
  ReadableByteStreamController, ReadableStream, ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest, ReadableStreamDefaultController, ReadableStreamDefaultReader,
  TransformStream, TransformStreamDefaultController, WritableStream,
  WritableStreamDefaultController, WritableStreamDefaultWriter,
  READABLE_LOCKED, fixedLengthOf, hasPendingWrites, makePipe,
};
