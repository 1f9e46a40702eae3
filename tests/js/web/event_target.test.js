'use strict';

const { dispatchRethrowing, defineEventHandler } = internals.require('web/event_target');

test('listeners are called in order, once each', () => {
  const target = new EventTarget();
  const log = [];
  const listener = () => log.push(1);
  target.addEventListener('a', listener);
  target.addEventListener('a', listener);
  target.addEventListener('a', () => log.push(2));
  target.addEventListener('b', () => log.push(3));
  assertEquals(target.dispatchEvent(new Event('a')), true);
  assertEquals(log, [1, 2]);
  target.removeEventListener('a', listener);
  target.dispatchEvent(new Event('a'));
  assertEquals(log, [1, 2, 2]);
});

test('capture makes another listener', () => {
  const target = new EventTarget();
  let count = 0;
  const listener = () => count++;
  target.addEventListener('a', listener, true);
  target.addEventListener('a', listener, { capture: false });
  target.removeEventListener('a', listener);
  target.dispatchEvent(new Event('a'));
  assertEquals(count, 1);
});

test('handleEvent objects, this, event properties', () => {
  const target = new EventTarget();
  let seen;
  target.addEventListener('a', { handleEvent(event) { seen = [this.x, event.currentTarget === target, event.eventPhase, event.composedPath().length]; }, x: 5 });
  let self;
  target.addEventListener('a', function () { self = this; });
  const event = new Event('a');
  target.dispatchEvent(event);
  assertEquals(seen, [5, true, 2, 1]);
  assertEquals(self === target, true);
  assertEquals([event.target === target, event.currentTarget, event.eventPhase, event.isTrusted], [true, null, 0, false]);
});

test('once', () => {
  const target = new EventTarget();
  let count = 0;
  target.addEventListener('a', () => { count++; target.dispatchEvent(new Event('a')); }, { once: true });
  target.dispatchEvent(new Event('a'));
  assertEquals(count, 1);
});

test('preventDefault and passive', () => {
  const target = new EventTarget();
  target.addEventListener('a', (event) => event.preventDefault());
  assertEquals(target.dispatchEvent(new Event('a')), true);
  const event = new Event('a', { cancelable: true });
  assertEquals(target.dispatchEvent(event), false);
  assertEquals(event.defaultPrevented, true);
  const passive = new EventTarget();
  passive.addEventListener('a', (e) => e.preventDefault(), { passive: true });
  assertEquals(passive.dispatchEvent(new Event('a', { cancelable: true })), true);
});

test('stopImmediatePropagation', () => {
  const target = new EventTarget();
  let count = 0;
  target.addEventListener('a', (event) => { count++; event.stopImmediatePropagation(); });
  target.addEventListener('a', () => count++);
  const event = new Event('a');
  target.dispatchEvent(event);
  target.dispatchEvent(event);
  assertEquals(count, 2);
});

test('signal removes a listener', () => {
  const target = new EventTarget();
  const controller = new AbortController();
  let count = 0;
  target.addEventListener('a', () => count++, { signal: controller.signal });
  target.dispatchEvent(new Event('a'));
  controller.abort();
  target.dispatchEvent(new Event('a'));
  target.addEventListener('a', () => count++, { signal: controller.signal });
  target.dispatchEvent(new Event('a'));
  assertEquals(count, 1);
  assertThrows(() => target.addEventListener('a', () => {}, { signal: {} }), TypeError, 'AbortSignal');
});

test('listeners added or removed during a dispatch', () => {
  const target = new EventTarget();
  const log = [];
  const second = () => log.push('second');
  target.addEventListener('a', () => { target.removeEventListener('a', second); target.addEventListener('a', () => log.push('late')); });
  target.addEventListener('a', second);
  target.dispatchEvent(new Event('a'));
  assertEquals(log, []);
  target.dispatchEvent(new Event('a'));
  assertEquals(log, ['late']);
});

test('exceptions of listeners are reported, the rest is called', () => {
  const target = new EventTarget();
  let reached = false;
  let reported;
  const onError = (event) => { reported = event; event.preventDefault(); };
  addEventListener('error', onError);
  target.addEventListener('a', () => { throw new Error('boom'); });
  target.addEventListener('a', () => { reached = true; });
  assertEquals(target.dispatchEvent(new Event('a')), true);
  removeEventListener('error', onError);
  assertEquals(reached, true);
  assertEquals([reported.message, reported.error.message, reported instanceof ErrorEvent], ['Uncaught Error: boom', 'boom', true]);

  internals.lines.length = 0;
  target.dispatchEvent(new Event('a'));
  assertEquals(internals.lines[0][0], 'error');
  assert(internals.lines[0][1].startsWith('Uncaught Error: boom\n    at '), internals.lines[0][1]);
});

test('an exception inside of an error listener does not recurse', () => {
  const onError = () => { throw new Error('second'); };
  addEventListener('error', onError);
  internals.lines.length = 0;
  reportError(new Error('first'));
  removeEventListener('error', onError);
  assertEquals(internals.lines.length, 2);
});

test('dispatchRethrowing', () => {
  const target = new EventTarget();
  target.addEventListener('a', () => { throw new RangeError('x'); });
  const event = new Event('a');
  assertThrows(() => dispatchRethrowing(target, event), RangeError, 'x');
  assertEquals(event.eventPhase, 0);
});

test('the global scope is an event target', () => {
  let target;
  const listener = (event) => { target = event.target; };
  addEventListener('zz', listener);
  globalThis.dispatchEvent(new Event('zz'));
  assertEquals(target === globalThis, true);
  removeEventListener('zz', listener);
});

test('errors', () => {
  assertThrows(() => new Event(), TypeError, "Failed to construct 'Event': constructor parameter 1 is not of type 'string'.");
  assertThrows(() => new EventTarget().addEventListener('a', 1), TypeError, "parameter 2 is not of type 'function or HandlerObject'");
  assertThrows(() => new EventTarget().dispatchEvent({}), TypeError, "parameter 1 is not of type 'Event'");
  assertEquals(new EventTarget().addEventListener('a', null), undefined);
  const target = new EventTarget();
  const event = new Event('a');
  let inner;
  target.addEventListener('a', () => { try { target.dispatchEvent(event); } catch (error) { inner = error; } });
  target.dispatchEvent(event);
  assertEquals([inner.name, inner.message], ['InvalidStateError', 'The event is already being dispatched.']);
});

test('event classes', () => {
  assertEquals(new CustomEvent('x', { detail: 3 }).detail, 3);
  assertEquals(new CustomEvent('x').detail, null);
  const message = new MessageEvent('message', { data: 1 });
  assertEquals([message.data, message.origin, message.lastEventId, message.source, message.ports], [1, '', '', null, []]);
  const error = new ErrorEvent('error', { message: 'a', error: 1 });
  assertEquals([error.message, error.error, error.filename, error.lineno, error.colno], ['a', 1, '', 0, 0]);
  const close = new CloseEvent('close', { code: 1000, reason: 'r', wasClean: true });
  assertEquals([close.code, close.reason, close.wasClean], [1000, 'r', true]);
  const reason = new Error('r');
  assertEquals(new PromiseRejectionEvent('x', { promise: Promise.resolve(), reason }).reason === reason, true);
  assertEquals([Event.AT_TARGET, new Event('a').NONE], [2, 0]);
  assertEquals(Object.keys(new Event('a')), []);
});

test('onTYPE handlers', () => {
  class Thing extends EventTarget {}
  defineEventHandler(Thing, 'ping');
  const thing = new Thing();
  const log = [];
  assertEquals(thing.onping, null);
  thing.onping = 5;
  assertEquals(thing.onping, null);
  thing.onping = function () { log.push(this === thing); };
  thing.addEventListener('ping', () => log.push('other'));
  thing.dispatchEvent(new Event('ping'));
  thing.onping = () => log.push('new');
  thing.dispatchEvent(new Event('ping'));
  thing.onping = null;
  thing.dispatchEvent(new Event('ping'));
  assertEquals(log, [true, 'other', 'new', 'other', 'other']);
});
