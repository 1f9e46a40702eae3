// The body half of Request and Response: nothing, text, bytes, a native body that JavaScript has not
// touched, or a stream.
//
// A native body (runtime/base/body.h) is named by a number. It is what arrives from a socket or from
// another isolate, and it travels on as it is when nobody reads it here.
//
// https://fetch.spec.whatwg.org/#body-mixin
'use strict';

const { state, foreignIo, requireContext } = require('internal/context');
const { makeError, describeError } = require('internal/errors');
const { TAILED } = require('internal/flags');

// Kinds of body; the first five are known to C++ (runtime/worker/body_natives.cc).
const NONE = 0;
const TEXT = 1;
const NATIVE = 2;
const BYTES = 3;
const STREAM = 4;

const USED =
  'Body has already been used. It can only be used once. Use tee() first if you need to read it twice.';
const LOCKED = 'This ReadableStream is currently locked to a reader.';

const parseJson = JSON.parse;
const promiseThen = Promise.prototype.then;

// The body that a stream was made for: lets an untouched `request.body` travel as its native body.
const streamSources = new WeakMap();

const encode = (text) => require('web/encoding').encodeUtf8(text);
const decode = (bytes) => native.decodeUtf8(bytes, 0);

// Before its module was loaded nothing can be an instance of a class.
function isInstance(value, id, name) {
  const module = require.loaded(id);
  return module !== undefined && value instanceof module[name];
}

function checkChunk(chunk) {
  if (ArrayBuffer.isView(chunk) || chunk instanceof ArrayBuffer) return chunk;
  if (typeof chunk === 'string') return encode(chunk);
  throw new TypeError(
    'This TransformStream is being used as a byte stream, but received an object of ' +
      'non-ArrayBuffer/ArrayBufferView type on its writable side.',
  );
}

// Copies a JavaScript stream into the native pipe `writer`, as fast as its reader takes it.
async function pump(io, stream, writer) {
  const reader = stream.getReader();
  const pumps = (io.pumps ??= new Map());
  pumps.set(writer, reader);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (io.actor !== undefined) await io.actor.outputGate();
      if (done) break;
      if (native.pipeWrite(writer, checkChunk(value))) continue;
      await io.news(writer);
      if (native.pipeCancelled(writer)) {
        reader.cancel().catch(() => {});
        break;
      }
    }
    pumps.delete(writer);
    native.pipeClose(writer);
  } catch (error) {
    pumps.delete(writer);
    if (state.flags & TAILED) require('internal/notes').noteStream(io, writer, error);
    const [type, message] = describeError(error);
    native.pipeFail(writer, type, message);
    reader.cancel(error).catch(() => {});
  }
}

// A byte stream that reads the native body `id`.
function nativeStream(io, id) {
  const { ReadableStream } = require('web/streams');
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      if (io !== state.current) throw foreignIo('ReadableStream', io);
      for (;;) {
        const chunk = native.bodyRead(io.id, id);
        if (chunk === undefined) {
          await io.news(id);
          continue;
        }
        if (chunk === null) {
          controller.close();
          controller.byobRequest?.respond(0);
        } else if (chunk instanceof Uint8Array) {
          controller.enqueue(chunk);
        } else {
          throw makeError(chunk[0], chunk[1], false, undefined);
        }
        return;
      }
    },
    cancel() {
      native.bodyCancel(io.id, id);
    },
  });
}

function bytesStream(bytes) {
  const { ReadableStream } = require('web/streams');
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      // A copy: a byte stream takes the buffer of what is enqueued.
      if (bytes.byteLength > 0) controller.enqueue(bytes.slice());
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
}

async function readAll(stream) {
  const reader = stream.getReader();
  const chunks = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    let chunk = checkChunk(value);
    if (!(chunk instanceof Uint8Array)) {
      chunk =
        chunk instanceof ArrayBuffer
          ? new Uint8Array(chunk)
          : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
    chunks.push(chunk);
    size += chunk.byteLength;
  }
  if (chunks.length === 1) return chunks[0];
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}

// Waits until the native body `id` is complete, so that bodyText and bodyBytes can take it.
async function collect(io, id) {
  if (!native.bodyCollect(io.id, id)) await io.news(id);
  const failure = native.bodyFailure(id);
  if (failure !== undefined) throw makeError(failure[0], failure[1], false, undefined);
}

let initBody;
let initFrom;
let cloneBody;
let moveBody;
let takeBody;
let nativeBodyOf;
let hasBody;
let showBody;
let lengthOfSource;

// What takeBody found, for the native call that follows at once: [kind, value] without an array.
const taken = { kind: NONE, value: undefined };

class Body {
  #kind = NONE;
  #value = undefined;
  // The context that a native body or a stream belongs to; null for those made in global scope.
  #io = null;
  #stream = undefined;
  #used = false;

  get body() {
    if (this.#stream !== undefined) return this.#stream;
    const kind = this.#kind;
    if (kind === NONE) return null;
    let stream;
    if (this.#used) {
      stream = new (require('web/streams').ReadableStream)();
      stream.getReader();
    } else if (kind === NATIVE) {
      stream = nativeStream(this.#io, this.#value);
    } else {
      stream = bytesStream(kind === TEXT ? encode(this.#value) : this.#value);
    }
    streamSources.set(stream, this);
    this.#stream = stream;
    return stream;
  }

  get bodyUsed() {
    return this.#used || (this.#stream !== undefined && this.#stream._disturbed === true);
  }

  // Marks the body as used and gives its kind; throws what a reader must be told.
  #begin() {
    const kind = this.#kind;
    if (kind === NONE) return NONE;
    if (this.bodyUsed) throw new TypeError(USED);
    if (this.#io !== null && this.#io !== state.current) {
      throw foreignIo(kind === NATIVE ? 'Body' : 'ReadableStream', this.#io);
    }
    const stream = this.#stream;
    if (stream !== undefined) {
      if (stream.locked) throw new TypeError(LOCKED);
      if (kind !== STREAM) stream.getReader();
    }
    this.#used = true;
    return kind;
  }

  text() {
    let kind;
    try {
      kind = this.#begin();
    } catch (error) {
      return Promise.reject(error);
    }
    if (kind === TEXT) return Promise.resolve(this.#value);
    if (kind === NONE) return Promise.resolve('');
    if (kind === BYTES) return Promise.resolve(decode(this.#value));
    if (kind === STREAM) return promiseThen.call(readAll(this.#stream), (all) => decode(all));
    const id = this.#value;
    let text;
    try {
      text = native.bodyText(id);
    } catch (error) {
      return Promise.reject(error);
    }
    if (text !== undefined) return Promise.resolve(text);
    return promiseThen.call(collect(this.#io, id), () => native.bodyText(id));
  }

  json() {
    return promiseThen.call(this.text(), (text) => parseJson(text));
  }

  bytes() {
    let kind;
    try {
      kind = this.#begin();
    } catch (error) {
      return Promise.reject(error);
    }
    if (kind === BYTES) return Promise.resolve(this.#value.slice());
    if (kind === TEXT) return Promise.resolve(encode(this.#value));
    if (kind === NONE) return Promise.resolve(new Uint8Array(0));
    if (kind === STREAM) {
      return promiseThen.call(readAll(this.#stream), (all) =>
        all.byteLength === all.buffer.byteLength ? all : all.slice(),
      );
    }
    const id = this.#value;
    let bytes;
    try {
      bytes = native.bodyBytes(id);
    } catch (error) {
      // It does not fit into the isolate.
      return Promise.reject(error);
    }
    if (bytes !== undefined) return Promise.resolve(bytes);
    return promiseThen.call(collect(this.#io, id), () => native.bodyBytes(id));
  }

  arrayBuffer() {
    return promiseThen.call(this.bytes(), (bytes) => bytes.buffer);
  }

  blob() {
    const type = this.headers.get('content-type') ?? '';
    const { Blob } = require('web/blob');
    return promiseThen.call(this.bytes(), (bytes) => new Blob([bytes], { type }));
  }

  async formData() {
    const type = this.headers.get('content-type') ?? '';
    const essence = type.split(';', 1)[0].trim().toLowerCase();
    if (essence === 'multipart/form-data') {
      const boundary = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type);
      if (boundary === null) {
        throw new TypeError('FormData requires a boundary parameter in the Content-Type header.');
      }
      const bytes = await this.bytes();
      return require('web/form_data').parseMultipart(bytes, boundary[1] ?? boundary[2]);
    }
    if (essence === 'application/x-www-form-urlencoded') {
      const text = await this.text();
      return require('web/form_data').parseUrlEncoded(text);
    }
    throw new TypeError(
      `Unrecognized Content-Type header value. FormData can only parse the following MIME types: ` +
        `multipart/form-data, application/x-www-form-urlencoded`,
    );
  }

  static {
    initBody = (target, kind, value, io) => {
      target.#kind = kind;
      target.#value = value;
      target.#io = io;
    };

    // Takes over what the user gave as a body; returns the content type that goes with it, or
    // undefined.
    initFrom = (target, source) => {
      if (typeof source === 'string') {
        target.#kind = TEXT;
        target.#value = source;
        return 'text/plain;charset=UTF-8';
      }
      if (source === null || source === undefined) return undefined;
      if (typeof source === 'object') {
        if (isInstance(source, 'web/streams', 'ReadableStream')) {
          if (source._disturbed || source.locked) {
            throw new TypeError(source.locked ? LOCKED : USED);
          }
          target.#kind = STREAM;
          target.#stream = source;
          target.#io = streamSources.get(source)?.#io ?? state.current;
          return undefined;
        }
        if (source instanceof ArrayBuffer) {
          target.#kind = BYTES;
          target.#value = new Uint8Array(source);
          return undefined;
        }
        if (ArrayBuffer.isView(source)) {
          target.#kind = BYTES;
          target.#value =
            source instanceof Uint8Array
              ? source
              : new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
          return undefined;
        }
        if (isInstance(source, 'web/blob', 'Blob')) {
          target.#kind = BYTES;
          target.#value = require('web/blob').blobBytes(source);
          return source.type === '' ? undefined : source.type;
        }
        if (isInstance(source, 'web/url_search_params', 'URLSearchParams')) {
          target.#kind = TEXT;
          target.#value = source.toString();
          return 'application/x-www-form-urlencoded;charset=UTF-8';
        }
        if (isInstance(source, 'web/form_data', 'FormData')) {
          const { bytes, contentType } = require('web/form_data').encodeMultipart(source);
          target.#kind = BYTES;
          target.#value = bytes;
          return contentType;
        }
      }
      target.#kind = TEXT;
      target.#value = `${source}`;
      return 'text/plain;charset=UTF-8';
    };

    hasBody = (target) => target.#kind !== NONE;

    // What the console shows for `body`, without making the stream.
    showBody = (target) => {
      const kind = target.#kind;
      if (target.#stream !== undefined) return target.#stream;
      if (kind === NONE) return null;
      const { shownStream } = require('internal/shown');
      if (target.#used) return shownStream(true, 'closed', true, 0);
      return shownStream(false, 'readable', true, lengthOf(target));
    };
    const lengthOf = (target) => {
      const value = target.#value;
      if (target.#kind === TEXT) return encode(value).byteLength;
      if (target.#kind === BYTES) return value.byteLength;
      const length = target.#kind === NATIVE ? native.bodyLength(value) : -1;
      return length < 0 ? undefined : length;
    };
    // Of a stream that was made for a body: how long that is; undefined if nobody knows.
    lengthOfSource = (stream) => {
      const source = streamSources.get(stream);
      return source === undefined || source.#used ? undefined : lengthOf(source);
    };

    // The native body behind an untouched body, or -1.
    nativeBodyOf = (target) => (target.#kind === NATIVE && !target.#used ? target.#value : -1);

    cloneBody = (source, target) => {
      const kind = source.#kind;
      if (kind === NONE) return;
      if (source.bodyUsed) throw new TypeError(USED);
      if (source.#stream?.locked) throw new TypeError(LOCKED);
      if (source.#io !== null && source.#io !== state.current) throw foreignIo('Body', source.#io);
      target.#io = source.#io;
      if (source.#stream !== undefined) {
        const [one, two] = source.#stream.tee();
        source.#kind = target.#kind = STREAM;
        source.#value = target.#value = undefined;
        source.#stream = one;
        target.#stream = two;
        return;
      }
      target.#kind = kind;
      target.#value = kind === NATIVE ? native.bodyTee(source.#io.id, source.#value) : source.#value;
    };

    // Makes the body of `source` the body of `target`, as new Request(request) does.
    moveBody = (source, target, message) => {
      const kind = source.#kind;
      if (kind === NONE) return;
      if (source.bodyUsed) throw new TypeError(message);
      if (source.#io !== null && source.#io !== state.current) throw foreignIo('Body', source.#io);
      const stream = source.#stream;
      if (stream?.locked) throw new TypeError(LOCKED);
      source.#used = true;
      target.#kind = kind;
      target.#value = source.#value;
      target.#io = source.#io;
      if (stream === undefined) return;
      if (kind === STREAM) target.#stream = stream;
      else stream.getReader();
      source.#stream = undefined;
    };

    // Takes the body for another worker or a socket: sets `taken`. `message` is the error for a used one.
    takeBody = (source, message) => {
      const kind = source.#kind;
      taken.kind = kind;
      if (kind === NONE) {
        taken.value = undefined;
        return;
      }
      if (source.bodyUsed) throw new TypeError(message);
      if (source.#io !== null && source.#io !== state.current) {
        throw foreignIo(kind === NATIVE ? 'Body' : 'ReadableStream', source.#io);
      }
      const stream = source.#stream;
      if (stream === undefined) {
        source.#used = true;
        taken.value = source.#value;
        return;
      }
      if (stream.locked) throw new TypeError(LOCKED);
      source.#used = true;
      const origin = streamSources.get(stream);
      if (origin !== undefined && origin.#kind !== STREAM && (origin === source || !origin.#used)) {
        // Nobody read from the stream: what it was made from travels instead.
        origin.#used = true;
        stream.getReader();
        taken.kind = origin.#kind;
        taken.value = origin.#value;
        return;
      }
      const io = requireContext();
      const length = require('web/streams').fixedLengthOf(stream);
      taken.value = native.pipeOpen(io.id, length === undefined ? -1 : Number(length));
      pump(io, stream, taken.value);
    };
  }
}

module.exports = {
  Body,
  NONE,
  TEXT,
  NATIVE,
  BYTES,
  STREAM,
  LOCKED,
  USED,
  initBody,
  initFrom,
  hasBody,
  nativeBodyOf,
  cloneBody,
  lengthOfSource,
  moveBody,
  showBody,
  takeBody,
  taken,
};
