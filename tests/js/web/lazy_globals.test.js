// Globals that are loaded when they are first read. The order of these tests matters: what one has
// loaded is loaded for the next.
'use strict';

const { require: load } = internals;
const isLoaded = (id) => load.loaded(id) !== undefined;
const shape = (name) => {
  const { value, ...rest } = Object.getOwnPropertyDescriptor(globalThis, name);
  return [typeof value, rest];
};
const WEB_IDL = { writable: true, enumerable: false, configurable: true };

test('nothing is loaded that nobody looked at', () => {
  for (const id of ['web/streams', 'third_party/web-streams', 'web/blob', 'web/form_data', 'web/url',
    'web/crypto', 'web/console', 'web/event_target', 'web/abort', 'web/structured_clone']) {
    assertEquals(isLoaded(id), false, id);
  }
});

test('asking whether a global exists loads nothing', () => {
  assert('ReadableStream' in globalThis);
  assert(Object.hasOwn(globalThis, 'Blob'));
  assert(Object.getOwnPropertyNames(globalThis).includes('FormData'));
  assert(!Object.keys(globalThis).includes('FormData'));
  assertEquals(isLoaded('web/streams'), false);
  assertEquals(isLoaded('web/blob'), false);
});

test('whether something is a body needs none of the classes', () => {
  const { Response } = load('web/response');
  new Response('text');
  new Response(new Uint8Array(1));
  new Response({ toString: () => 'an object' });
  for (const id of ['web/streams', 'web/blob', 'web/form_data', 'web/url_search_params']) {
    assertEquals(isLoaded(id), false, id);
  }
});

test('an exception of a patched intrinsic leaves a global to be loaded later', () => {
  const { defineProperty } = Object;
  Object.defineProperty = () => { throw new Error('patched'); };
  try {
    assertThrows(() => ReadableStream, Error, 'patched');
    assertEquals(isLoaded('web/streams'), false);
  } finally {
    Object.defineProperty = defineProperty;
  }
  assertEquals(typeof ReadableStream, 'function');
  assertEquals(isLoaded('web/streams'), true);
});

test('a patched intrinsic that looks during the load sees an error, not undefined', () => {
  const { Set: RealSet } = globalThis;
  const seen = [];
  globalThis.Set = class extends RealSet {
    constructor(list) {
      super(list);
      try {
        seen.push(typeof crypto);
      } catch (error) {
        seen.push(error.name);
      }
    }
  };
  try {
    assertEquals(typeof crypto.randomUUID, 'function');
  } finally {
    globalThis.Set = RealSet;
  }
  assertEquals(seen, ['ReferenceError']);
});

test('a global that was read is what it always was', () => {
  for (const name of ['ReadableStream', 'Blob', 'URL', 'crypto', 'TextDecoderStream', 'atob']) {
    const first = globalThis[name];
    assert(first !== undefined && first === globalThis[name], name);
    assertEquals(shape(name)[1], WEB_IDL, name);
  }
  assert(new File(['a'], 'a') instanceof Blob);
  assert(new FixedLengthStream(1) instanceof TransformStream);
});

test('a descriptor shows the value, before and after', () => {
  assertEquals(isLoaded('web/form_data'), false);
  assertEquals(shape('FormData'), ['function', WEB_IDL]);
  assertEquals(shape('FormData'), ['function', WEB_IDL]);
});

test('a global can be replaced, defined and deleted before anybody reads it', () => {
  globalThis.CompressionStream = 1;
  assertEquals(shape('CompressionStream'), ['number', WEB_IDL]);
  Object.defineProperty(globalThis, 'Performance', { value: 2 });
  assertEquals(shape('Performance'), ['number', WEB_IDL]);
  assert(delete globalThis.Navigator);
  assert(!('Navigator' in globalThis));
  assertEquals(typeof navigator.userAgent, 'string');
  assertEquals(isLoaded('web/compression'), false);
});

test('the loader of built-ins cannot be reached by patched intrinsics', () => {
  const seen = [];
  const restore = [];
  // Not with push(), which is watched itself.
  const note = (...things) => { for (let i = 0; i < things.length; i++) seen[seen.length] = things[i]; };
  const watch = (object, name) => {
    const original = object[name];
    object[name] = function (...args) {
      note(this, args);
      return original.apply(this, args);
    };
    restore[restore.length] = () => { object[name] = original; };
  };
  for (const name of ['get', 'set', 'has']) {
    watch(Map.prototype, name);
    watch(WeakMap.prototype, name);
  }
  for (const name of ['push', 'forEach', 'map']) watch(Array.prototype, name);
  watch(Object, 'defineProperty');
  watch(Object, 'entries');
  watch(Promise.prototype, 'then');
  // Setters for what a careless `exports.name = ...` would find.
  for (const name of ['exports', 'EventTarget', 'MessageEvent']) {
    Object.defineProperty(Object.prototype, name, {
      set(value) { note(this, value); }, configurable: true,
    });
    restore[restore.length] = () => { delete Object.prototype[name]; };
  }
  try {
    void [EventTarget, performance, TextEncoderStream, DecompressionStream, reportError];
  } finally {
    for (const undo of restore) undo();
  }
  const { native } = internals;
  for (const thing of seen.flat()) {
    assert(thing !== native && thing !== load, 'a part of the loader was shown');
    if (thing !== null && typeof thing === 'object') {
      assert(!('exports' in thing), 'a module was shown');
    }
  }
});

test('tags of late classes follow the compatibility date', () => {
  assertEquals(`${new CustomEvent('a')}`, '[object CustomEvent]');
  load('internal/webidl').removeToStringTags();
  assertEquals(`${new CustomEvent('a')}`, '[object Object]');
  assertEquals(isLoaded('web/console'), false);
  assertEquals(`${new URLSearchParams('a=1')}`, 'a=1');
  assertEquals(Object.prototype.toString.call(new ReadableStream()), '[object Object]');
});
