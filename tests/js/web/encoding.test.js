'use strict';

const bytes = (...values) => new Uint8Array(values);

test('TextEncoder.encode', () => {
  const encoder = new TextEncoder();
  assertEquals(encoder.encoding, 'utf-8');
  assertEquals(encoder.encode(), bytes());
  assertEquals(encoder.encode('abc'), bytes(97, 98, 99));
  assertEquals(encoder.encode('\u00e9\u20ac\u{1f600}\ud800'),
    bytes(0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xef, 0xbf, 0xbd));
  assertEquals(encoder.encode(12), bytes(49, 50));
  const long = encoder.encode('x\u00e9'.repeat(10000));
  assertEquals([long.length, long.buffer.byteLength, long[29998], long[29999]], [30000, 30000, 0xc3, 0xa9]);
});

test('TextEncoder.encodeInto', () => {
  const encoder = new TextEncoder();
  const out = new Uint8Array(5);
  assertEquals(encoder.encodeInto('a\u20ac\u20ac', out), { read: 2, written: 4 });
  assertEquals(out, bytes(97, 0xe2, 0x82, 0xac, 0));
  assertEquals(encoder.encodeInto('abc', out.subarray(3)), { read: 2, written: 2 });
  assertEquals(encoder.encodeInto('\u{1f600}', new Uint8Array(3)), { read: 0, written: 0 });
  assertEquals(encoder.encodeInto('\u{1f600}', new Uint8Array(4)), { read: 2, written: 4 });
  assertEquals(encoder.encodeInto('x', new Uint8Array(0)), { read: 0, written: 0 });
  assertThrows(() => encoder.encodeInto('a', new ArrayBuffer(3)), TypeError,
    "Failed to execute 'encodeInto' on 'TextEncoder': parameter 2 is not of type 'Uint8Array'.");
});

test('TextDecoder: utf-8', () => {
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(), '');
  assertEquals(decoder.decode(bytes(0xe2, 0x82, 0xac)), '\u20ac');
  assertEquals(decoder.decode(bytes(0xef, 0xbb, 0xbf, 97)), 'a');
  assertEquals(new TextDecoder('utf8', { ignoreBOM: true }).decode(bytes(0xef, 0xbb, 0xbf, 97)), '\ufeffa');
  assertEquals(decoder.decode(bytes(0xff, 97, 0xe2, 0x82)), '\ufffda\ufffd');
  assertEquals(decoder.decode(bytes(0xf0, 0x9f, 0x98, 0x80).buffer), '\u{1f600}');
  assertEquals(decoder.decode(new DataView(bytes(1, 97, 98, 2).buffer, 1, 2)), 'ab');
  assertEquals(decoder.decode(new Uint8Array(100000).fill(97)).length, 100000);
  assertThrows(() => decoder.decode('abc'), TypeError, "parameter 1 is not of type 'Array'");
});

test('TextDecoder: fatal', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  assertEquals(decoder.fatal, true);
  const error = assertThrows(() => decoder.decode(bytes(255)), TypeError);
  assertEquals(error.message, 'Failed to decode input.');
  assertThrows(() => decoder.decode(bytes(0xe2, 0x82)), TypeError);
  assertEquals(decoder.decode(bytes(97)), 'a');
});

test('TextDecoder: stream, cut at every byte', () => {
  const text = 'a\u00e9\u20ac\u{1f600}\u{10ffff}z';
  const all = new TextEncoder().encode(text);
  for (const fatal of [false, true]) {
    const decoder = new TextDecoder('utf-8', { fatal });
    for (let cut = 0; cut <= all.length; cut++) {
      const out = decoder.decode(all.subarray(0, cut), { stream: true }) + decoder.decode(all.subarray(cut));
      assertEquals(out, text, `cut at ${cut}`);
    }
    let out = '';
    for (const byte of all) out += decoder.decode(bytes(byte), { stream: true });
    assertEquals(out + decoder.decode(), text);
  }
});

test('TextDecoder: stream, wrong bytes', () => {
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(bytes(0xe2), { stream: true }), '');
  assertEquals(decoder.decode(bytes(97), { stream: true }), '\ufffda');
  assertEquals(decoder.decode(bytes(0xe0, 0x80), { stream: true }), '\ufffd\ufffd');
  assertEquals(decoder.decode(bytes(0xf0, 0x9f), { stream: true }), '');
  assertEquals(decoder.decode(), '\ufffd');
  const fatal = new TextDecoder('utf-8', { fatal: true });
  fatal.decode(bytes(0xf0, 0x9f), { stream: true });
  assertThrows(() => fatal.decode(), TypeError);
  assertEquals(fatal.decode(bytes(97)), 'a');
});

test('TextDecoder: BOM only at the beginning of a stream', () => {
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(bytes(0xef, 0xbb), { stream: true }), '');
  assertEquals(decoder.decode(bytes(0xbf, 97), { stream: true }), 'a');
  assertEquals(decoder.decode(bytes(0xef, 0xbb, 0xbf)), '\ufeff');
  assertEquals(decoder.decode(bytes(0xef, 0xbb, 0xbf)), '');
});

test('TextDecoder: other encodings', () => {
  assertEquals(new TextDecoder(' Latin1\n').encoding, 'windows-1252');
  assertEquals(new TextDecoder('ascii').decode(bytes(0x80, 0x9f, 0xe9, 65)), '\u20ac\u0178\u00e9A');
  assertEquals(new TextDecoder('latin1').decode(bytes(0xe9)), '\u00e9');
  assertEquals(new TextDecoder('utf-16').encoding, 'utf-16le');
  assertEquals(new TextDecoder('utf-16le').decode(bytes(0xff, 0xfe, 97, 0, 0xac, 0x20, 0, 0xd8)), 'a\u20ac\ufffd');
  assertEquals(new TextDecoder('utf-16be').decode(bytes(0x20, 0xac, 0)), '\u20ac\ufffd');
  const stream = new TextDecoder('utf-16le');
  let out = '';
  for (const byte of [0x3d, 0xd8, 0x00, 0xde, 97, 0]) out += stream.decode(bytes(byte), { stream: true });
  assertEquals(out + stream.decode(), '\u{1f600}a');
  assertThrows(() => new TextDecoder('utf-16le', { fatal: true }).decode(bytes(0, 0xd8)), TypeError);
  const error = assertThrows(() => new TextDecoder('foo'), RangeError);
  assertEquals(error.message, '"foo" is not a valid encoding.');
  assertThrows(() => new TextDecoder(''), RangeError);
});

test('a detached buffer is empty', () => {
  const view = bytes(97, 98);
  view.buffer.transfer();
  assertEquals(new TextDecoder().decode(view), '');
});
