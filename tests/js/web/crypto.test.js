'use strict';

test('getRandomValues', () => {
  const array = new Uint32Array(64);
  assertEquals(crypto.getRandomValues(array) === array, true);
  assert(new Set(array).size > 60, 'hardly random');
  const view = new Uint8Array(new ArrayBuffer(8), 2, 4);
  let edges = 0;
  for (let i = 0; i < 50; i++) { crypto.getRandomValues(view); edges |= new Uint8Array(view.buffer)[1] | new Uint8Array(view.buffer)[6]; }
  assertEquals(edges, 0);
  crypto.getRandomValues(new BigInt64Array(1));
  crypto.getRandomValues(new Uint8Array(0));
  crypto.getRandomValues(new Uint8Array(65536));
  assertThrows(() => crypto.getRandomValues(new Uint8Array(65537)), DOMException,
    'QuotaExceededError: getRandomValues() only accepts buffers of size <= 64K but provided 65537 bytes.');
  assertThrows(() => crypto.getRandomValues(new Float32Array(1)), DOMException, 'TypeMismatchError');
  assertThrows(() => crypto.getRandomValues(new DataView(new ArrayBuffer(1))), DOMException, 'TypeMismatchError');
  assertThrows(() => crypto.getRandomValues({}), TypeError, "parameter 1 is not of type 'ArrayBufferView'");
});

test('randomUUID', () => {
  const seen = new Set();
  for (let i = 0; i < 1000; i++) {
    const id = crypto.randomUUID();
    assert(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id), id);
    seen.add(id);
  }
  assertEquals(seen.size, 1000);
});

test('not in global scope', () => {
  internals.setCurrent(null);
  assertThrows(() => crypto.randomUUID(), Error, 'Disallowed operation called within global scope');
  assertThrows(() => crypto.getRandomValues(new Uint8Array(1)), Error, 'Disallowed operation');
});

test('digest', async () => {
  const abc = new TextEncoder().encode('abc');
  assertEquals(hex(await crypto.subtle.digest('SHA-1', abc)), 'a9993e364706816aba3e25717850c26c9cd0d89d');
  assertEquals(hex(await crypto.subtle.digest({ name: 'sha-256' }, abc.buffer)),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assertEquals(hex(await crypto.subtle.digest('SHA-384', abc)).slice(0, 16), 'cb00753f45a35e8b');
  assertEquals(hex(await crypto.subtle.digest('SHA-512', abc)).slice(0, 16), 'ddaf35a193617aba');
  assertEquals(hex(await crypto.subtle.digest('MD5', new Uint8Array(0))), 'd41d8cd98f00b204e9800998ecf8427e');
  await assertRejects(crypto.subtle.digest('SHA-3', abc), DOMException,
    'NotSupportedError: Unrecognized or unimplemented digest algorithm requested.');
  await assertRejects(crypto.subtle.digest('SHA-256', 'text'), TypeError, "parameter 2 is not of type 'BufferSource'");
  await assertRejects(crypto.subtle.digest(), TypeError, "parameter 1 is not of type 'string or HashAlgorithm'");
});

test('timingSafeEqual', () => {
  assertEquals(crypto.subtle.timingSafeEqual(new Uint8Array([1, 2]), new Uint8Array([1, 2]).buffer), true);
  assertEquals(crypto.subtle.timingSafeEqual(new Uint8Array([1, 2]), new Uint8Array([1, 3])), false);
  assertThrows(() => crypto.subtle.timingSafeEqual(new Uint8Array(1), new Uint8Array(2)), TypeError,
    'Input buffers must have the same byte length.');
  assertThrows(() => new Crypto(), TypeError, 'Illegal constructor');
});
