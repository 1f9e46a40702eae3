'use strict';

const { DigestStream } = crypto;

async function digestOf(algorithm, ...chunks) {
  const stream = new DigestStream(algorithm);
  const writer = stream.getWriter();
  for (const chunk of chunks) await writer.write(chunk);
  await writer.close();
  return hex(await stream.digest);
}

test('bytes and texts are digested in pieces', async () => {
  const text = 'an \u00e9l\u00e9ment';
  const whole = hex(await crypto.subtle.digest('SHA-256', utf8(text)));
  assertEquals(await digestOf('SHA-256', utf8(text)), whole);
  assertEquals(await digestOf({ name: 'sha-256' }, 'an ', utf8('\u00e9').buffer, '', new Uint8Array(0), 'l\u00e9ment'), whole);
  assertEquals(await digestOf('SHA-1'), 'da39a3ee5e6b4b0d3255bfef95601890afd80709');
  assertEquals(await digestOf('MD5', 'hello'), '5d41402abc4b2a76b9719d911017c592');
});

test('checksums', async () => {
  assertEquals(await digestOf('crc32', '12345', '6789'), 'cbf43926');
  assertEquals(await digestOf('CRC32C', '123456789'), 'e3069283');
  assertEquals(await digestOf('crc64nvme', '123456789'), 'ae8b14860a799888');
  assertEquals(await digestOf('crc32'), '00000000');
});

test('it is a WritableStream that counts', async () => {
  const stream = new DigestStream('SHA-1');
  assertEquals([stream instanceof WritableStream, Object.prototype.toString.call(stream)], [true, '[object DigestStream]']);
  assert(stream.digest === stream.digest, 'another promise');
  const writer = stream.getWriter();
  await writer.write('abc');
  await writer.write(new Uint8Array(2));
  assertEquals(stream.bytesWritten, 5n);
  writer.close();
  assertEquals((await stream.digest).byteLength, 20);
  const source = new ReadableStream({ start(c) { c.enqueue(utf8('hello')); c.close(); } });
  const sink = new DigestStream('MD5');
  await source.pipeTo(sink);
  assertEquals(hex(await sink.digest), '5d41402abc4b2a76b9719d911017c592');
});

test('what is no chunk or no algorithm', async () => {
  const stream = new DigestStream('SHA-1');
  const writer = stream.getWriter();
  writer.closed.catch(() => {});
  await assertRejects(writer.write(5), TypeError,
    'DigestStream is a byte stream but received an object of non-ArrayBuffer/ArrayBufferView/string type on its writable side.');
  await assertRejects(stream.digest, TypeError, 'DigestStream is a byte stream but received an object');
  assertThrows(() => new DigestStream('foo'), DOMException, 'NotSupportedError: Unrecognized or unimplemented digest algorithm requested.');
  assertThrows(() => new DigestStream(), TypeError,
    "Failed to construct 'DigestStream': constructor parameter 1 is not of type 'string or HashAlgorithm'.");
});

test('a digest that nobody asks for is no unhandled rejection', async () => {
  const before = unhandledRejections;
  const aborted = new DigestStream('SHA-1');
  aborted.abort(new Error('why'));
  new DigestStream('SHA-1')[Symbol.dispose]();
  await null;
  assertEquals(unhandledRejections, before);
  // What was asked of it is one.
  const asked = aborted.digest.then(() => {});
  await null;
  await null;
  assertEquals(unhandledRejections, before + 1);
  await assertRejects(asked, Error, 'why');
  assertEquals(unhandledRejections, before);
});

test('one that is aborted or disposed has no digest', async () => {
  const aborted = new DigestStream('SHA-1');
  const reason = new Error('why');
  aborted.abort(reason);
  assertEquals(await aborted.digest.catch((error) => error) === reason, true);
  const disposed = new DigestStream('SHA-1');
  disposed[Symbol.dispose]();
  await assertRejects(disposed.digest, TypeError, 'The DigestStream was disposed.');
  const writer = disposed.getWriter();
  writer.closed.catch(() => {});
  await assertRejects(writer.write('x'), TypeError, 'The DigestStream was disposed.');
});
