'use strict';

function lines(body) {
  internals.lines.length = 0;
  body();
  return internals.lines.slice();
}
const logged = (...args) => lines(() => console.log(...args))[0][1];

test('levels', () => {
  assertEquals(lines(() => { console.log(1); console.info(2); console.debug(3); console.warn(4); console.error(5); }),
    [['log', '1'], ['info', '2'], ['debug', '3'], ['warn', '4'], ['error', '5']]);
  assertEquals(lines(() => console.log()), [['log', '']]);
});

// The expected texts are workerd's.
test('primitives', () => {
  assertEquals(logged('plain', 1, -0, 1n, true, null, undefined, Symbol('s'), 'str'),
    'plain 1 -0 1n true null undefined Symbol(s) str');
  assertEquals(logged([-0], { a: '\u0001' }, ['a\nb', "it's"]), `[ -0 ] { a: '\\x01' } [ 'a\\nb', "it's" ]`);
});

test('objects', () => {
  class A { #y = 2; x = 1; get z() { return 3; } }
  const circular = { a: 1 };
  circular.self = circular;
  assertEquals(logged({ a: 1, b: 'two', c: [1, 2, 3], d: { e: { f: { g: 1 } } }, 'k-k': 1, [Symbol('q')]: 2 }),
    "{\n  a: 1,\n  b: 'two',\n  c: [ 1, 2, 3 ],\n  d: { e: { f: [Object] } },\n  'k-k': 1,\n  Symbol(q): 2\n}");
  assertEquals(logged([1, , 3, 'a', { x: 1 }], new Map([['a', 1], [{ b: 2 }, [3]]]), new Set([1, 'a']), new A(), circular, Object.create(null)),
    "[ 1, <1 empty item>, 3, 'a', { x: 1 } ] Map(2) { 'a' => 1, { b: 2 } => [ 3 ] } Set(2) { 1, 'a' } A { x: 1 } " +
    '<ref *1> { a: 1, self: [Circular *1] } [Object: null prototype] {}');
  assertEquals(logged({ get a() { return 1; }, set b(v) {}, get c() { return 1; }, set c(v) {} }),
    '{ a: [Getter], b: [Setter], c: [Getter/Setter] }');
  assertEquals(logged({ s: 'x'.repeat(100) }), `{\n  s: '${'x'.repeat(100)}'\n}`);
});

test('functions, dates, buffers and the like', () => {
  class A {}
  assertEquals(logged(function foo() {}, class B {}, class C extends A {}, () => 1, async function af() {}, /re/g, new Date(0)),
    '[Function: foo] [class B] [class C extends A] [Function (anonymous)] [AsyncFunction: af] /re/g 1970-01-01T00:00:00.000Z');
  assertEquals(logged(new Uint8Array([1, 2, 3]), new ArrayBuffer(4), Promise.resolve(4), new WeakMap(), new Proxy({}, {})),
    'Uint8Array(3) [ 1, 2, 3 ] ArrayBuffer { [Uint8Contents]: <00 00 00 00>, byteLength: 4 } Promise { 4 } WeakMap { <items unknown> } Proxy({})');
  assertEquals(logged(new String('x'), new Number(3), Object(Symbol('a')), new Date(NaN), [undefined, null], Object.assign(() => {}, { x: 1 })),
    "[String: 'x'] [Number: 3] [Symbol: Symbol(a)] Invalid Date [ undefined, null ] [Function (anonymous)] { x: 1 }");
});

test('long arrays', () => {
  const text = logged(new Array(200).fill(7));
  assertEquals(text.split('\n')[1], '  7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,');
  assert(text.endsWith('\n  ... 100 more items\n]'), text);
  assertEquals(logged([, ,]), '[ <2 empty items> ]');
  const sparse = [];
  sparse[4000000000] = 1;
  assertEquals(logged(sparse), '[ <4000000000 empty items>, 1 ]');
});

test('errors', () => {
  const text = logged(new Error('boom', { cause: new TypeError('inner') }));
  assert(/^Error: boom\n    at .*console\.test\.js.*\n(    at .*\n)*    at .* \{\n  \[cause\]: TypeError: inner\n      at /.test(text), text);
  const nested = logged({ e: new Error('nested') });
  assert(/^\{\n  e: Error: nested\n      at /.test(nested), nested);
  class Custom extends Error { constructor(m) { super(m); this.name = 'Custom'; this.extra = 1; } }
  const custom = logged(new Custom('c'));
  assert(custom.startsWith('Custom: c\n    at ') && custom.endsWith('{\n  extra: 1\n}'), custom);
  const error = new Error('x');
  error.stack = undefined;
  assertEquals(logged(error), '[Error: x]');
  assert(logged(new DOMException('dm', 'AbortError')).startsWith('AbortError: dm\n    at '), 'DOMException');
});

test('our own classes', () => {
  assertEquals(logged(new URLSearchParams('a=1&b=2')), "URLSearchParams(2) { 'a' => '1', 'b' => '2' }");
  assertEquals(logged(new Blob(['x'])), "Blob { size: 1, type: '' }");
  assertEquals(logged(new AbortController()),
    'AbortController {\n  signal: AbortSignal { aborted: false, reason: undefined, onabort: null }\n}');
  assertEquals(logged({ f: new FormData() }), '{ f: FormData(0) {} }');
  assert(logged(new URL('http://a/b?c=d')).includes("searchParams: URLSearchParams(1) { 'c' => 'd' }"), 'URL');
});

const { Headers } = internals.require('web/headers');
const { Request } = internals.require('web/request');
const { Response } = internals.require('web/response');

// As workerd prints them.
const STREAM = (state, byob, length) =>
  `ReadableStream {\n  locked: false,\n  [state]: '${state}',\n  [supportsBYOB]: ${byob},\n  [length]: ${length}\n}`;

test('streams', () => {
  assertEquals(logged(new ReadableStream()), STREAM('readable', false, undefined));
  assertEquals(logged(new ReadableStream({ type: 'bytes' })), STREAM('readable', true, undefined));
  assertEquals(logged(new ReadableStream({ start(c) { c.close(); } })), STREAM('closed', false, undefined));
  assertEquals(logged(new FixedLengthStream(5).readable), STREAM('readable', true, '5n'));
  assertEquals(logged(new WritableStream()), "WritableStream { locked: false, [state]: 'writable', [expectsBytes]: false }");
  assertEquals(logged(new IdentityTransformStream().writable),
    "WritableStream { locked: false, [state]: 'writable', [expectsBytes]: true }");
  assert(logged(new TransformStream()).startsWith('TransformStream {\n  readable: ReadableStream {\n'), 'transform');
});

test('headers', () => {
  assertEquals(logged(new Headers()), 'Headers(0) { [immutable]: false }');
  assertEquals(logged(new Headers([['b', '1'], ['set-cookie', 'x'], ['a', '2'], ['set-cookie', 'y']])),
    "Headers(4) {\n  'a' => '2',\n  'b' => '1',\n  'set-cookie' => 'x',\n  'set-cookie' => 'y',\n  [immutable]: false\n}");
  assertEquals(logged({ a: { b: { c: new Headers() } } }), '{ a: { b: { c: [Headers] } } }');
  const circular = new Headers();
  circular.me = circular;
  assert(logged(circular).includes('me: [Headers]'), 'depth');
  lines(() => console.dir(circular, { depth: null }));
});

test('requests and responses', () => {
  assertEquals(logged(new Request('http://x/y?z=1', { method: 'POST', body: 'h\u00e9' })), `Request {
  method: 'POST',
  url: 'http://x/y?z=1',
  headers: Headers(1) {
    'content-type' => 'text/plain;charset=UTF-8',
    [immutable]: false
  },
  redirect: 'follow',
  fetcher: null,
  signal: AbortSignal { aborted: false, reason: undefined, onabort: null },
  cf: undefined,
  integrity: '',
  keepalive: false,
  cache: undefined,
  body: ReadableStream {
    locked: false,
    [state]: 'readable',
    [supportsBYOB]: true,
    [length]: 3n
  },
  bodyUsed: false
}`);
  const response = new Response(null, { status: 204 });
  assertEquals(logged(response), `Response {
  status: 204,
  statusText: '',
  headers: Headers(0) { [immutable]: false },
  ok: true,
  redirected: false,
  url: '',
  webSocket: null,
  cf: undefined,
  type: 'default',
  body: null,
  bodyUsed: false
}`);
  class Mine extends Response { extra = { a: 1 }; }
  assert(logged(new Mine()).startsWith('Mine {\n  extra: { a: 1 },\n  status: 200,\n'), 'subclass');
  assertEquals(logged({ a: { b: { c: response } } }), '{ a: { b: { c: [Response] } } }');
  assertEquals(logged(Response.prototype, Request.prototype, Headers.prototype),
    'Object [Response] {} Object [Request] {} Object [Headers] {}');
});

test('printing a body does not touch it', async () => {
  for (const body of ['text', new Uint8Array([1, 2, 3]), new ReadableStream({ start(c) { c.close(); } })]) {
    const response = new Response(body);
    const text = logged(response);
    assertEquals(logged(response), text);
    assert(!response.bodyUsed && !response.body.locked, 'unused');
    await response.text();
    assert(logged(response).includes('bodyUsed: true'), 'used');
  }
});

test('events', () => {
  assert(logged(new CustomEvent('c', { detail: { a: 1 } })).startsWith("CustomEvent {\n  detail: { a: 1 },\n  type: 'c',\n"), 'custom');
  assert(logged(new MessageEvent('m', { data: 'd' })).includes("  data: 'd',\n  type: 'm',\n"), 'message');
  assert(logged(new CloseEvent('c', { code: 1000, reason: 'r' })).includes("  reason: 'r',\n  code: 1000,\n"), 'close');
});

test('hostile objects', () => {
  assert(logged({ get [Symbol.toStringTag]() { throw new Error('no'); } }).includes('{'), 'tag');
  assert(logged({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('no'); } }).includes('cannot be inspected: no'), 'custom');
  let deep = {};
  for (let i = 0; i < 10000; i++) deep = { deep };
  lines(() => console.dir(deep, { depth: null }));
  const proxy = new Proxy({}, { get() { throw new Error('trap'); }, ownKeys() { throw new Error('trap'); } });
  assertEquals(logged(proxy), 'Proxy({})');
});

test('format', () => {
  assertEquals(logged('%s is %d years and %i, %f, %j %o %O %% %c styled', 'Bob', 42.5, 42.9, '1.5', { a: 1 }, { b: 2 }, { c: 3 }, 'color: red', 'extra', { d: 4 }),
    'Bob is 42.5 years and 42, 1.5, {"a":1} { b: 2 } { c: 3 } %  styled extra { d: 4 }');
  assertEquals(logged('100%', 5), '100% 5');
  assertEquals(logged('%s %s', 'a'), 'a %s');
  assertEquals(logged('%x %d', 1n), '%x 1n');
  assertEquals(logged('%d %i', {}, Symbol('x')), 'NaN NaN');
});

test('assert, count, group, time, dir, trace', () => {
  assertEquals(lines(() => { console.assert(true, 'no'); console.assert(false); console.assert(false, 'as %s', 'x'); console.assert(false, { a: 1 }); }),
    [['error', 'Assertion failed'], ['error', 'Assertion failed: as x'], ['error', 'Assertion failed: { a: 1 }']]);
  assertEquals(lines(() => { console.count(); console.count(); console.count('z'); console.countReset(); console.count(); console.countReset('nope'); }).map((line) => line[1]),
    ['default: 1', 'default: 2', 'z: 1', 'default: 1', "Count for 'nope' does not exist"]);
  assertEquals(lines(() => { console.group('G'); console.log('a\nb'); console.groupEnd(); console.groupEnd(); console.log('c'); }).map((line) => line[1]),
    ['G', '  a\n  b', 'c']);
  const times = lines(() => { console.time('t'); console.timeLog('t', 1); console.timeEnd('t'); console.timeEnd('t'); }).map((line) => line[1]);
  assert(/^t: [\d.]+ms 1$/.test(times[0]) && /^t: [\d.]+ms$/.test(times[1]), times.join());
  assertEquals(times[2], "No such label 't' for console.timeEnd()");
  assertEquals(lines(() => console.dir({ a: { b: {} } }, { depth: 0 }))[0][1], '{ a: [Object] }');
  const trace = lines(() => console.trace('tr'))[0][1];
  assert(/^Trace: tr\n    at .*console\.test\.js/.test(trace), trace);
});

test('table', () => {
  const [[, text]] = lines(() => console.table([{ a: 1, b: 'x' }, { a: 3 }]));
  const rows = text.split('\n');
  assertEquals(rows.length, 6);
  assertEquals(rows[1].replace(/\u2502/g, '|'), "| (index) | a | b   |");
  assertEquals(rows[3].replace(/\u2502/g, '|'), "| 0       | 1 | 'x' |");
  assertEquals(lines(() => console.table(5)), [['log', '5']]);
});
