// Puts the Web APIs of this folder on the global object. (fetch, Headers, Request, Response and the
// timers are installed by index.js.)
'use strict';

const { installArrayBufferGuard } = require('internal/array_buffer');
const { DOMException } = require('internal/dom_exception');
const abort = require('web/abort');
const base64 = require('web/base64');
const blob = require('web/blob');
const compression = require('web/compression');
const { console } = require('web/console');
const crypto = require('web/crypto');
const encoding = require('web/encoding');
const events = require('web/event_target');
const { FormData } = require('web/form_data');
const microtask = require('web/microtask');
const { Navigator, navigator } = require('web/navigator');
const { Performance, performance } = require('web/performance');
const streams = require('web/streams');
const { structuredClone } = require('web/structured_clone');
const textStreams = require('web/text_streams');
const { URL, URLSearchParams } = require('web/url');

const VALUES = {
  AbortController: abort.AbortController,
  AbortSignal: abort.AbortSignal,
  Blob: blob.Blob,
  ByteLengthQueuingStrategy: streams.ByteLengthQueuingStrategy,
  CloseEvent: events.CloseEvent,
  CompressionStream: compression.CompressionStream,
  CountQueuingStrategy: streams.CountQueuingStrategy,
  Crypto: crypto.Crypto,
  CustomEvent: events.CustomEvent,
  DOMException,
  DecompressionStream: compression.DecompressionStream,
  ErrorEvent: events.ErrorEvent,
  Event: events.Event,
  EventTarget: events.EventTarget,
  File: blob.File,
  FixedLengthStream: streams.FixedLengthStream,
  FormData,
  IdentityTransformStream: streams.IdentityTransformStream,
  MessageEvent: events.MessageEvent,
  Navigator,
  Performance,
  PromiseRejectionEvent: events.PromiseRejectionEvent,
  ReadableByteStreamController: streams.ReadableByteStreamController,
  ReadableStream: streams.ReadableStream,
  ReadableStreamBYOBReader: streams.ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest: streams.ReadableStreamBYOBRequest,
  ReadableStreamDefaultController: streams.ReadableStreamDefaultController,
  ReadableStreamDefaultReader: streams.ReadableStreamDefaultReader,
  SubtleCrypto: crypto.SubtleCrypto,
  TextDecoder: encoding.TextDecoder,
  TextDecoderStream: textStreams.TextDecoderStream,
  TextEncoder: encoding.TextEncoder,
  TextEncoderStream: textStreams.TextEncoderStream,
  TransformStream: streams.TransformStream,
  TransformStreamDefaultController: streams.TransformStreamDefaultController,
  URL,
  URLSearchParams,
  WritableStream: streams.WritableStream,
  WritableStreamDefaultController: streams.WritableStreamDefaultController,
  WritableStreamDefaultWriter: streams.WritableStreamDefaultWriter,
  atob: base64.atob,
  btoa: base64.btoa,
  console,
  crypto: crypto.crypto,
  navigator,
  performance,
  queueMicrotask: microtask.queueMicrotask,
  reportError: microtask.reportError,
  structuredClone,
};

function install(global) {
  for (const name of Object.keys(VALUES)) {
    Object.defineProperty(global, name, {
      value: VALUES[name], writable: true, enumerable: false, configurable: true,
    });
  }
  events.installGlobalEventTarget(global);
  installArrayBufferGuard(global);
}

module.exports = { install };
