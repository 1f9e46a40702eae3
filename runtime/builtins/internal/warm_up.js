// What Workers do most with the built-ins that are loaded late. Run once, when the build makes their
// code caches: V8 compiles a function when it is first called, and a cache holds what was compiled.
// No Worker ever runs this.
'use strict';

const { inspect, format } = require('internal/inspect');
const { ReadableStream, TransformStream } = require('web/streams');
const { URL } = require('web/url');
const { TextDecoder, TextEncoder } = require('web/encoding');
const { openContext, setFrame } = require('internal/context');
const { setHandlers } = require('workers/entrypoints');
const { BindingRoot } = require('workers/fetcher');
const { CALL } = require('workers/rpc_stub');

async function drain(stream) {
  const reader = stream.getReader();
  for (;;) {
    const { done } = await reader.read();
    if (done) return;
  }
}

async function useStreams() {
  const bytes = () => new Uint8Array([111, 107]);
  await drain(new ReadableStream({
    start(controller) {
      controller.enqueue(bytes());
      controller.close();
    },
  }));
  let pulls = 0;
  await drain(new ReadableStream({
    type: 'bytes',
    pull(controller) {
      if (pulls++ === 0) controller.enqueue(bytes());
      else controller.close();
    },
  }));
  const { readable, writable } = new TransformStream({
    transform(chunk, controller) { controller.enqueue(chunk); },
  });
  const writer = writable.getWriter();
  writer.write(bytes());
  writer.close();
  await drain(readable);
}

function useOthers() {
  const url = new URL('https://user@example.com:1234/path?a=1&b=%20#hash');
  for (const name of ['href', 'origin', 'protocol', 'host', 'hostname', 'pathname', 'search']) url[name];
  url.searchParams.get('a');
  new TextDecoder().decode(new TextEncoder().encode('text'));
  format('%s', 'text', 1, { a: [1, 'b'] });
  inspect(new Error('text'));
}

// Method calls. This isolate has no Worker, so the native half is played here.
async function useMethods() {
  const { platformExports } = require('workers/platform_module');
  const { onMethodResult, handleMethod, property } = require('workers/rpc');
  const { WorkerEntrypoint } = platformExports({});
  native.rpcCall = () => 1;
  native.rpcRead = () => ({ a: 1 });
  native.rpcRespond = () => {};
  setHandlers({ default: class extends WorkerEntrypoint { add(a, b) { return a + b; } } }, {}, false);
  const method = property(new BindingRoot(0, undefined), [], 'add');
  for (const form of [0, 1]) {
    const { id } = openContext(1, 1, 'GET\0http://example.com/', 1);
    const result = method(1, 2);
    result.then(() => {});
    onMethodResult(id, 1, form, 3);
    await result;
  }
  handleMethod(2, 2, 2, 0, undefined, 1, 'add', CALL, [1, 2]);
  setFrame(undefined);
}

async function useCrypto() {
  const { subtle } = require('web/crypto/subtle');
  const bytes = new Uint8Array(16);
  await subtle.digest('SHA-256', bytes);
  const key = await subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
  await subtle.verify('HMAC', key, await subtle.sign('HMAC', key, bytes), bytes);
}

useOthers();
useStreams();
useMethods();
useCrypto();
