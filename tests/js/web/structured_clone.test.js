'use strict';

const { serialize, deserialize } = internals.require('web/structured_clone');

test('values', () => {
  const shared = {};
  const value = { d: new Date(5), m: new Map([[1, { a: 2 }]]), s: new Set([1]), r: /a/g, b: 10n, z: -0, n: NaN,
    u: undefined, a: [1, , 3], t: new Uint8Array([1, 2]), e: new RangeError('x', { cause: 1 }), p: shared, q: shared };
  value.self = value;
  const copy = structuredClone(value);
  assertEquals([copy.d.getTime(), copy.m.get(1).a, copy.s.has(1), `${copy.r}`, copy.b, Object.is(copy.z, -0), copy.n !== copy.n],
    [5, 2, true, '/a/g', 10n, true, true]);
  assertEquals([copy.self === copy, copy.p === copy.q, copy.p !== shared, 'u' in copy, 1 in copy.a, [...copy.t]],
    [true, true, true, true, false, [1, 2]]);
  assertEquals([copy.e instanceof RangeError, copy.e.message, copy.e.cause], [true, 'x', 1]);
  class Point { constructor() { this.x = 1; } }
  assertEquals(Object.getPrototypeOf(structuredClone(new Point())) === Object.prototype, true);
  assertEquals(structuredClone(Object.assign(Object.create(null), { a: 1 })), { a: 1 });
  assertEquals([structuredClone(1), structuredClone('s'), structuredClone(null), structuredClone(undefined)], [1, 's', null, undefined]);
});

test('what cannot be cloned', () => {
  const fails = (value, text) => {
    const error = assertThrows(() => structuredClone(value), DOMException, 'DataCloneError');
    assertEquals([error.message, error.code], [text, 25]);
  };
  fails(Symbol('x'), 'Symbol(x) could not be cloned.');
  fails(() => 1, '() => 1 could not be cloned.');
  fails({ a: function foo() {} }, 'function foo() {} could not be cloned.');
  fails(new WeakMap(), '#<WeakMap> could not be cloned.');
  fails(Promise.resolve(), '#<Promise> could not be cloned.');
  fails(new URL('http://a'), 'Could not serialize object of type "URL". This type does not support serialization.');
  fails([new EventTarget()], 'Could not serialize object of type "EventTarget". This type does not support serialization.');
  fails(new ReadableStream(), 'Could not serialize object of type "ReadableStream". This type does not support serialization.');
  class Sub extends URLSearchParams {}
  fails(new Sub(), 'Could not serialize object of type "URLSearchParams". This type does not support serialization.');
  assertThrows(() => structuredClone(), TypeError, "Failed to execute 'structuredClone'");
});

test('exceptions of accessors pass through', () => {
  const mine = new Error('mine');
  let seen;
  try { structuredClone({ get a() { throw mine; } }); } catch (error) { seen = error; }
  assertEquals(seen === mine, true);
  try { structuredClone({ get a() { throw 'text'; } }); } catch (error) { seen = error; }
  assertEquals(seen, 'text');
  // An accessor that itself ran into a DataCloneError and went on.
  try {
    structuredClone({ get a() { try { structuredClone(() => {}); } catch {} throw 'later'; } });
  } catch (error) { seen = error; }
  assertEquals(seen, 'later');
});

test('transfer', () => {
  const buffer = new Uint8Array([1, 2, 3]).buffer;
  const copy = structuredClone({ buffer, view: new Uint8Array(buffer, 1) }, { transfer: [buffer] });
  assertEquals([buffer.byteLength, buffer.detached, copy.buffer.byteLength, [...copy.view]], [0, true, 3, [2, 3]]);
  assertEquals(copy.view.buffer === copy.buffer, true);
  assertThrows(() => structuredClone(1, { transfer: [{}] }), TypeError, 'Object is not transferable');
  const other = new ArrayBuffer(1);
  assertThrows(() => structuredClone(1, { transfer: [other, other] }), DOMException, 'DataCloneError');
  assertThrows(() => structuredClone(1, { transfer: [buffer] }), DOMException, 'DataCloneError');
  // A failed clone leaves the buffer alone.
  assertThrows(() => structuredClone(() => {}, { transfer: [other] }), DOMException);
  assertEquals(other.detached, false);
});

test('DOMException', () => {
  const copy = structuredClone(new DOMException('a', 'AbortError'));
  assertEquals([copy instanceof DOMException, copy.name, copy.message, copy.code], [true, 'AbortError', 'a', 20]);
});

test('serialize and deserialize', () => {
  const buffer = serialize({ a: [1, 'x\u20ac'] });
  assertEquals(buffer instanceof ArrayBuffer, true);
  assertEquals(deserialize(buffer), { a: [1, 'x\u20ac'] });
  assertThrows(() => serialize(() => {}), DOMException, 'DataCloneError');
  assertThrows(() => deserialize(new ArrayBuffer(3)), Error);
});
