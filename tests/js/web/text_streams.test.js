'use strict';

async function through(transform, chunks) {
  const out = [];
  for await (const chunk of ReadableStream.from(chunks).pipeThrough(transform)) out.push(chunk);
  return out;
}

test('TextEncoderStream joins surrogates of two chunks', async () => {
  const chunks = await through(new TextEncoderStream(), ['a', '\ud83d', '\ude00', '\ud83d']);
  assertEquals(chunks.flatMap((chunk) => [...chunk]), [97, 0xf0, 0x9f, 0x98, 0x80, 0xef, 0xbf, 0xbd]);
});

test('TextDecoderStream joins bytes of two chunks', async () => {
  const chunks = await through(new TextDecoderStream(), [new Uint8Array([97, 0xe2]), new Uint8Array([0x82, 0xac])]);
  assertEquals(chunks.join(''), 'a\u20ac');
  const stream = new TextDecoderStream('latin1', { fatal: true });
  assertEquals([stream.encoding, stream.fatal, stream.ignoreBOM], ['windows-1252', true, false]);
});

test('TextDecoderStream: errors', async () => {
  await assertRejects(through(new TextDecoderStream('utf-8', { fatal: true }), [new Uint8Array([255])]), TypeError);
  await assertRejects(through(new TextDecoderStream(), ['text']), TypeError);
  assertThrows(() => new TextDecoderStream('foo'), RangeError);
});
