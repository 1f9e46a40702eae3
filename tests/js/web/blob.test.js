'use strict';

const { blobBytes } = internals.require('web/blob');

test('Blob of parts', async () => {
  const blob = new Blob(['a\u20ac', new Uint8Array([66, 67]), new Uint8Array([68]).buffer, new Blob(['e']), { toString: () => 'f' }],
    { type: 'Text/Plain' });
  assertEquals(blob.size, 9);
  assertEquals(blob.type, 'text/plain');
  assertEquals(await blob.text(), 'a\u20acBCDef');
  assertEquals((await blob.arrayBuffer()).byteLength, 9);
  assertEquals((await blob.bytes())[0], 97);
  assertEquals(new Blob().size, 0);
  assertEquals(new Blob([], { type: 'te\u00e9xt' }).type, '');
  assertThrows(() => new Blob('abc'), TypeError, "constructor parameter 1 is not of type 'Array'");
  assertThrows(() => new Blob([], { endings: 'native' }), Error, 'not implemented');
});

test('a Blob does not change with its source', async () => {
  const source = new Uint8Array([97]);
  const blob = new Blob([source]);
  source[0] = 98;
  (await blob.bytes())[0] = 99;
  assertEquals(await blob.text(), 'a');
});

test('slice', async () => {
  const blob = new Blob(['abcdef'], { type: 'a/b' });
  assertEquals(await blob.slice(1, 3).text(), 'bc');
  assertEquals(await blob.slice(-2).text(), 'ef');
  assertEquals(await blob.slice(2, -3).text(), 'c');
  assertEquals(await blob.slice(4, 2).text(), '');
  assertEquals(await blob.slice(0, 100).text(), 'abcdef');
  assertEquals(blob.slice(0, 1).type, '');
  assertEquals(blob.slice(0, 1, 'X/y').type, 'x/y');
});

test('stream', async () => {
  const size = 150000;
  const chunks = [];
  for await (const chunk of new Blob([new Uint8Array(size).fill(7)]).stream()) chunks.push(chunk.length);
  assertEquals(chunks.reduce((a, b) => a + b), size);
  assertEquals(await new Blob([]).stream().getReader().read(), { value: undefined, done: true });
  const reader = new Blob(['abc']).stream().getReader({ mode: 'byob' });
  assertEquals([...(await reader.read(new Uint8Array(2))).value], [97, 98]);
});

test('File', () => {
  const file = new File(['a'], 'n.txt', { type: 'x/y', lastModified: 5 });
  assertEquals([file.name, file.type, file.lastModified, file.size], ['n.txt', 'x/y', 5, 1]);
  assertEquals(file instanceof Blob, true);
  assertEquals(blobBytes(file)[0], 97);
  assertThrows(() => new File(['a']), TypeError, "constructor parameter 2 is not of type 'string'");
});
