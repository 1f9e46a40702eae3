'use strict';

test('queueMicrotask', async () => {
  const log = [];
  queueMicrotask(() => log.push('micro'));
  log.push('now');
  await null;
  await null;
  assertEquals(log, ['now', 'micro']);
  assertThrows(() => queueMicrotask(1), TypeError,
    "Failed to execute 'queueMicrotask' on 'ServiceWorkerGlobalScope': parameter 1 is not of type 'function'.");
  internals.lines.length = 0;
  queueMicrotask(() => { throw new Error('in micro'); });
  await null;
  await null;
  assert(internals.lines[0][1].startsWith('Uncaught Error: in micro'), 'not reported');
});

test('performance', () => {
  assert(Math.abs(performance.now() - Date.now()) < 1000, `${performance.now()}`);
  assertEquals([performance.timeOrigin, performance.toJSON(), Number.isInteger(performance.now())], [0, { timeOrigin: 0 }, true]);
  internals.setCurrent(null);
  assertEquals(performance.now(), 0);
  assertThrows(() => new Performance(), TypeError, 'Illegal constructor');
});

test('marks and measures', async () => {
  internals.setCurrent(null);
  const seen = [];
  const observer = new PerformanceObserver((list, self) => {
    seen.push(list.getEntries().map((entry) => entry.name), self === observer);
  });
  observer.observe({ entryTypes: ['measure'] });
  const mark = performance.mark('a', { detail: { b: 1 }, startTime: 5 });
  assertEquals([mark instanceof PerformanceMark, mark instanceof PerformanceEntry, mark.detail],
    [true, true, { b: 1 }]);
  assertEquals(mark.toJSON(), { name: 'a', entryType: 'mark', startTime: 5, duration: 0 });
  performance.mark('b', { startTime: 25 });
  assertEquals(performance.measure('m', 'a', 'b').duration, 20);
  assertEquals(performance.measure('n', { start: 1, duration: 2 }).toJSON(),
    { name: 'n', entryType: 'measure', startTime: 1, duration: 2 });
  assertEquals(performance.measure('o', { end: 9, duration: 2 }).startTime, 7);
  assertEquals(performance.measure('p', 'never made', 'b').duration, 25);
  assertEquals(performance.getEntriesByType('measure').map((entry) => entry.name), ['p', 'n', 'm', 'o']);
  assertEquals(performance.getEntriesByName('a').length, 1);
  assertEquals(performance.getEntriesByName('a', 'measure').length, 0);
  await null;
  await null;
  assertEquals(seen, [['p', 'n', 'm', 'o'], true]);
  performance.clearMarks('a');
  assertEquals(performance.getEntries().map((entry) => entry.name), ['p', 'n', 'm', 'o', 'b']);
  performance.clearMarks();
  performance.clearMeasures();
  observer.disconnect();
  performance.measure('q');
  assertEquals(performance.getEntries().map((entry) => entry.name), ['q']);
  await null;
  assertEquals(seen.length, 2);
  assertThrows(() => performance.mark(), TypeError,
    "Failed to execute 'mark' on 'Performance': parameter 1 is not of type 'string'.");
  assertThrows(() => performance.mark('a', { startTime: -1 }), TypeError,
    'The startTime of a mark is no time: -1. Give milliseconds, from 0 on.');
  assertThrows(() => new PerformanceMeasure('a', 0, 0, null), TypeError, 'Illegal constructor');
});

test('what a PerformanceObserver looks at', async () => {
  performance.clearMarks();
  performance.clearMeasures();
  const seen = [];
  const observer = new PerformanceObserver((list) => seen.push(...list.getEntries().map((entry) => entry.name)));
  const seenOf = async () => {
    performance.mark('mark', { startTime: 1 });
    performance.measure('measure', { start: 2, duration: 1 });
    await null;
    await null;
    return seen.splice(0);
  };
  observer.observe({ type: 'mark' });
  assertEquals(await seenOf(), ['mark']);
  // Each type is one more; a list is all of them.
  observer.observe({ type: 'measure' });
  observer.observe({ type: 'measure' });
  assertEquals(await seenOf(), ['mark', 'measure']);
  // Of what was there already, only that type.
  observer.observe({ type: 'measure', buffered: true });
  await null;
  await null;
  assertEquals(seen.splice(0), ['measure', 'measure']);
  observer.observe({ entryTypes: ['mark'] });
  assertEquals(await seenOf(), ['mark']);
  observer.disconnect();
  observer.observe({ type: 'measure' });
  assertEquals(await seenOf(), ['measure']);
  observer.disconnect();
  performance.clearMarks();
  performance.clearMeasures();
});

test('interfaces that nobody may construct', () => {
  for (const Class of [PerformanceEntry, PerformanceMeasure, PerformanceObserverEntryList, Performance, Navigator, MessagePort,
    CryptoKey, Crypto, SubtleCrypto]) {
    assertThrows(() => new Class(), TypeError, 'Illegal constructor');
    assertEquals(Class.length, 0, Class.name);
  }
});

test('a timeline that nobody clears keeps the newest', () => {
  for (let i = 0; i < 10_500; i++) performance.mark(`${i}`, { startTime: i });
  const names = performance.getEntriesByType('mark').map((entry) => entry.name);
  assert(names.length <= 10_000, `${names.length}`);
  assertEquals(names.at(-1), '10499');
  performance.clearMarks();
});

test('navigator', () => {
  assertEquals([navigator.userAgent, navigator.hardwareConcurrency], ['Cloudflare-Workers', 1]);
  assertThrows(() => new Navigator(), TypeError, 'Illegal constructor');
});

test('globals are writable, configurable and not enumerable', () => {
  for (const name of ['URL', 'console', 'crypto', 'TextDecoder', 'atob', 'ReadableStream', 'ArrayBuffer', 'addEventListener']) {
    const { value, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(globalThis, name);
    assert(value !== undefined, name);
    assertEquals([writable, enumerable, configurable], [true, false, true], name);
  }
});

test('ArrayBuffer keeps its identity', () => {
  assertEquals(new ArrayBuffer(8).constructor === ArrayBuffer, true);
  assertEquals(new Uint8Array(4).buffer instanceof ArrayBuffer, true);
  assertEquals(new Uint8Array(4).buffer.constructor === ArrayBuffer, true);
  assertEquals([ArrayBuffer.name, ArrayBuffer.length, ArrayBuffer.isView(new Uint8Array(1))], ['ArrayBuffer', 1, true]);
  assertEquals(new ArrayBuffer(8).slice(2).byteLength, 6);
  assertEquals(ArrayBuffer[Symbol.species] === ArrayBuffer, true);
  class Sub extends ArrayBuffer {}
  const sub = new Sub(5);
  assertEquals([sub instanceof Sub, sub.byteLength, sub.slice(1) instanceof Sub], [true, 5, true]);
  assertThrows(() => ArrayBuffer(1), TypeError, "Constructor ArrayBuffer requires 'new'");
  assertThrows(() => new ArrayBuffer(-1), RangeError);
  assertEquals(Object.prototype.toString.call(structuredClone(new ArrayBuffer(1))), '[object ArrayBuffer]');
});

test('ArrayBuffer: maxByteLength is limited', () => {
  const buffer = new ArrayBuffer(8, { maxByteLength: 1024 });
  assertEquals([buffer.resizable, buffer.maxByteLength], [true, 1024]);
  buffer.resize(1000);
  assertEquals(buffer.byteLength, 1000);
  assertThrows(() => new ArrayBuffer(8, { maxByteLength: 2 ** 30 }), RangeError, 'Array buffer allocation failed');
  assertThrows(() => new ArrayBuffer(8, { maxByteLength: 4 }), RangeError);
  let calls = 0;
  const tricky = { get maxByteLength() { return { valueOf: () => (calls++ === 0 ? 16 : 2 ** 40) }; } };
  assertEquals(new ArrayBuffer(8, tricky).maxByteLength, 16);
  class Sub extends ArrayBuffer {}
  assertThrows(() => new Sub(8, { maxByteLength: 2 ** 30 }), RangeError);
  assertThrows(() => Reflect.construct(ArrayBuffer, [8, { maxByteLength: 2 ** 30 }]), RangeError);
});

test('toStringTag can be taken away for old compatibility dates', () => {
  assertEquals(`${new Blob()}`, '[object Blob]');
  internals.require('internal/webidl').removeToStringTags();
  assertEquals(`${new Blob()}`, '[object Object]');
});
