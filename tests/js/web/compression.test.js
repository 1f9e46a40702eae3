'use strict';

const { concat } = internals.require('internal/bytes');

async function through(transform, chunks) {
  const out = [];
  for await (const chunk of ReadableStream.from(chunks).pipeThrough(transform)) out.push(chunk);
  return concat(out);
}

const text = new TextEncoder().encode('hello hello hello \u20ac'.repeat(1000));
const gzipped = new Uint8Array([31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 203, 200, 4, 0, 172, 42, 147, 216, 2, 0, 0, 0]);

test('there and back', async () => {
  for (const format of ['gzip', 'deflate', 'deflate-raw']) {
    const packed = await through(new CompressionStream(format), [text.subarray(0, 100), text.subarray(100)]);
    assert(packed.length < text.length / 10, `${packed.length} bytes`);
    const pieces = [];
    for (let i = 0; i < packed.length; i += 7) pieces.push(packed.slice(i, i + 7));
    assertEquals((await through(new DecompressionStream(format), pieces)).join(), text.join(), format);
  }
});

test('known bytes', async () => {
  assertEquals(new TextDecoder().decode(await through(new DecompressionStream('gzip'), [gzipped])), 'hi');
});

test('output larger than one piece', async () => {
  const zeros = new Uint8Array(1000000);
  const packed = await through(new CompressionStream('gzip'), [zeros]);
  assertEquals((await through(new DecompressionStream('gzip'), [packed])).length, zeros.length);
});

test('nothing', async () => {
  const packed = await through(new CompressionStream('deflate'), []);
  assertEquals([...packed], [120, 156, 3, 0, 0, 0, 0, 1]);
});

test('errors', async () => {
  assertThrows(() => new CompressionStream('foo'), TypeError,
    "The compression format must be either 'deflate', 'deflate-raw' or 'gzip'.");
  assertThrows(() => new DecompressionStream(), TypeError);
  await assertRejects(through(new DecompressionStream('gzip'), [new Uint8Array([1, 2, 3])]), TypeError, 'Decompression failed.');
  await assertRejects(through(new DecompressionStream('gzip'), [gzipped.subarray(0, 15)]), TypeError,
    'Called close() on a decompression stream with incomplete data');
  await assertRejects(through(new DecompressionStream('gzip'), []), TypeError, 'incomplete data');
  await assertRejects(through(new DecompressionStream('gzip'), [concat([gzipped, new Uint8Array(2)])]), TypeError,
    'Trailing bytes after end of compressed data');
  await assertRejects(through(new CompressionStream('gzip'), ['text']), TypeError);
});
