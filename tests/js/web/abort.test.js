'use strict';

const timers = internals.require('web/timers');
const { addAbortAlgorithm, removeAbortAlgorithm } = internals.require('web/abort');

test('abort', () => {
  const controller = new AbortController();
  const { signal } = controller;
  assertEquals([signal.aborted, signal.reason, signal === controller.signal], [false, undefined, true]);
  signal.throwIfAborted();
  const log = [];
  signal.onabort = (event) => log.push(event.type, event.isTrusted);
  signal.addEventListener('abort', () => log.push('listener'));
  controller.abort();
  controller.abort('again');
  assertEquals(log, ['abort', true, 'listener']);
  assertEquals(signal.reason instanceof DOMException, true);
  assertEquals([signal.reason.name, signal.reason.message, signal.reason.code], ['AbortError', 'The operation was aborted', 20]);
  assertThrows(() => signal.throwIfAborted(), DOMException, 'AbortError: The operation was aborted');
});

test('a reason of any type', () => {
  const controller = new AbortController();
  controller.abort(null);
  assertEquals([controller.signal.aborted, controller.signal.reason], [true, null]);
  assertEquals(AbortSignal.abort('x').reason, 'x');
  assertEquals(AbortSignal.abort().reason.name, 'AbortError');
});

test('onabort can be replaced and cleared', () => {
  const controller = new AbortController();
  let count = 0;
  controller.signal.onabort = () => count++;
  controller.signal.onabort = null;
  assertEquals(controller.signal.onabort, null);
  controller.abort();
  assertEquals(count, 0);
});

test('timeout', () => {
  const signal = AbortSignal.timeout(25);
  assertEquals(timers.delays(), [25]);
  assertEquals(signal.aborted, false);
  timers.fire();
  assertEquals([signal.reason.name, signal.reason.message, signal.reason.code],
    ['TimeoutError', 'The operation was aborted due to timeout', 23]);
  assertThrows(() => AbortSignal.timeout(-1), TypeError);
  internals.setCurrent(null);
  assertThrows(() => AbortSignal.timeout(1), Error, 'Disallowed operation called within global scope');
});

test('any', () => {
  const a = new AbortController();
  const b = new AbortController();
  const any = AbortSignal.any([a.signal, b.signal]);
  const nested = AbortSignal.any([any, new AbortController().signal]);
  const log = [];
  nested.addEventListener('abort', () => log.push('nested'));
  any.addEventListener('abort', () => log.push('any'));
  b.abort('why');
  a.abort('late');
  assertEquals([any.reason, nested.reason, log.sort()], ['why', 'why', ['any', 'nested']]);
  assertEquals(AbortSignal.any([AbortSignal.abort(1), a.signal]).reason, 1);
  assertEquals(AbortSignal.any([]).aborted, false);
  assertThrows(() => AbortSignal.any([1]), TypeError,
    "Incorrect type for array element 0: the provided value is not of type 'AbortSignal'.");
});

test('algorithms run once, before listeners', () => {
  const controller = new AbortController();
  const log = [];
  const removed = () => log.push('removed');
  controller.signal.addEventListener('abort', () => log.push('listener'));
  addAbortAlgorithm(controller.signal, (reason) => log.push(`1 ${reason}`));
  addAbortAlgorithm(controller.signal, removed);
  addAbortAlgorithm(controller.signal, () => log.push('2'));
  removeAbortAlgorithm(controller.signal, removed);
  controller.abort('r');
  addAbortAlgorithm(controller.signal, () => log.push('never'));
  assertEquals(log, ['1 r', '2', 'listener']);
});

test('no constructor', () => {
  assertThrows(() => new AbortSignal(), TypeError, 'Illegal constructor');
  assertEquals(Object.prototype.toString.call(new AbortController()), '[object AbortController]');
});
