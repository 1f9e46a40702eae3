// Puts the Web APIs of this folder on the global object. (fetch, Headers, Request, Response and the
// timers are installed by index.js.)
//
// Each is loaded when it is first read: a Worker pays for what it uses. Until then the property is a
// data property whose value V8 asks for (SetLazyDataProperty), so nobody can tell.
'use strict';

const { installArrayBufferGuard } = require('internal/array_buffer');

const MODULES = {
  'internal/dom_exception': 'DOMException',
  'web/abort': 'AbortController AbortSignal',
  'web/base64': 'atob btoa',
  'web/blob': 'Blob File',
  'web/cache': 'Cache CacheStorage caches',
  'web/compression': 'CompressionStream DecompressionStream',
  'web/console': 'console',
  'web/crypto': 'Crypto crypto',
  'web/crypto/key': 'CryptoKey',
  'web/crypto/subtle': 'SubtleCrypto',
  'web/encoding': 'TextDecoder TextEncoder',
  'web/event_target': 'CloseEvent CustomEvent ErrorEvent Event EventTarget MessageEvent ' +
    'PromiseRejectionEvent addEventListener dispatchEvent removeEventListener',
  'web/form_data': 'FormData',
  'web/html_rewriter': 'HTMLRewriter',
  'web/message_channel': 'MessageChannel MessagePort',
  'web/microtask': 'queueMicrotask reportError',
  'web/navigator': 'Navigator navigator',
  'web/performance': 'Performance performance',
  'web/performance_entries': 'PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver ' +
    'PerformanceObserverEntryList',
  'web/streams': 'ByteLengthQueuingStrategy CountQueuingStrategy FixedLengthStream ' +
    'IdentityTransformStream ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ' +
    'ReadableStreamBYOBRequest ReadableStreamDefaultController ReadableStreamDefaultReader ' +
    'TransformStream TransformStreamDefaultController WritableStream ' +
    'WritableStreamDefaultController WritableStreamDefaultWriter',
  'web/structured_clone': 'structuredClone',
  'web/text_streams': 'TextDecoderStream TextEncoderStream',
  'web/url': 'URL URLSearchParams',
  'web/url_pattern': 'URLPattern',
  'web/web_socket': 'WebSocket WebSocketPair',
};

// Makes `names`, exports of the module `id`, global.
function defineLate(global, id, names) {
  for (const name of names.split(' ')) require.define(global, name, id);
}

function install(global) {
  for (const id of Object.keys(MODULES)) defineLate(global, id, MODULES[id]);
  installArrayBufferGuard(global);
}

module.exports = { defineLate, install };
