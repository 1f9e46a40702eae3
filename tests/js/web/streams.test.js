'use strict';

const { fixedLengthOf } = internals.require('web/streams');
const bytes = (...values) => new Uint8Array(values);

test('a stream can be read', async () => {
  const stream = new ReadableStream({ start(c) { c.enqueue('a'); c.enqueue('b'); c.close(); } });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  assertEquals(chunks, ['a', 'b']);
  assertEquals(stream.locked, false);
});

test('from, tee, pipeThrough', async () => {
  const [left, right] = ReadableStream.from([1, 2]).tee();
  const doubled = left.pipeThrough(new TransformStream({ transform(n, c) { c.enqueue(2 * n); } }));
  const read = async (stream) => { const out = []; for await (const x of stream) out.push(x); return out; };
  assertEquals(await Promise.all([read(doubled), read(right)]), [[2, 4], [1, 2]]);
});

test('locked streams', async () => {
  const text = 'This ReadableStream is currently locked to a reader.';
  const stream = new ReadableStream();
  const reader = stream.getReader();
  assertEquals(assertThrows(() => stream.getReader(), TypeError).message, text);
  assertThrows(() => stream.tee(), TypeError, text);
  assertThrows(() => stream.pipeThrough(new TransformStream()), TypeError, text);
  assertThrows(() => stream.values(), TypeError, text);
  await assertRejects(stream.cancel(), TypeError, text);
  await assertRejects(stream.pipeTo(new WritableStream()), TypeError, text);
  reader.releaseLock();
  stream.getReader();
  const writable = new WritableStream();
  writable.getWriter();
  assertThrows(() => writable.getWriter(), TypeError, 'This WritableStream is currently locked to a writer.');
  await assertRejects(writable.close(), TypeError, 'locked to a writer');
  assertThrows(() => ReadableStream.prototype.getReader.call({}), TypeError);
});

test('pipeTo with a signal', async () => {
  const controller = new AbortController();
  const promise = new ReadableStream().pipeTo(new WritableStream(), { signal: controller.signal });
  controller.abort();
  await assertRejects(promise, DOMException, 'AbortError');
});

test('IdentityTransformStream', async () => {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const chunk = bytes(1, 2, 3);
  let written = false;
  const write = writer.write(chunk).then(() => { written = true; });
  for (let i = 0; i < 20; i++) await null;
  assertEquals(written, false);
  const reader = readable.getReader();
  assertEquals([...(await reader.read()).value], [1, 2, 3]);
  await write;
  assertEquals(chunk.length, 3);
  writer.write('\u00e9');
  writer.write(bytes());
  writer.write(bytes(9).buffer);
  assertEquals([...(await reader.read()).value], [0xc3, 0xa9]);
  assertEquals([...(await reader.read()).value], [9]);
  writer.close();
  assertEquals((await reader.read()).done, true);
  assertEquals(new IdentityTransformStream() instanceof TransformStream, true);
});

test('IdentityTransformStream: byob', async () => {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  writer.write(bytes(1, 2, 3));
  const closed = writer.close();
  const reader = readable.getReader({ mode: 'byob' });
  assertEquals([...(await reader.read(new Uint8Array(2))).value], [1, 2]);
  assertEquals([...(await reader.read(new Uint8Array(2))).value], [3]);
  const end = await reader.read(new Uint8Array(2));
  assertEquals([end.done, end.value.length], [true, 0]);
  await closed;
});

test('IdentityTransformStream: errors cross', async () => {
  const one = new IdentityTransformStream();
  one.writable.abort(new Error('why'));
  await assertRejects(one.readable.getReader().read(), Error, 'why');

  const two = new IdentityTransformStream();
  const writer = two.writable.getWriter();
  const pending = writer.write(bytes(1));
  await two.readable.cancel(new Error('enough'));
  await assertRejects(writer.write(bytes(1)), Error, 'enough');
  await pending.catch(() => {});

  const three = new IdentityTransformStream();
  const reader = three.readable.getReader();
  const read = reader.read();
  await assertRejects(three.writable.getWriter().write(1), TypeError,
    'This TransformStream is being used as a byte stream, but received an object of non-ArrayBuffer');
  await assertRejects(read, TypeError);
});

test('IdentityTransformStream: pipeTo', async () => {
  const { readable, writable } = new IdentityTransformStream();
  const piped = ReadableStream.from([bytes(1), bytes(2)]).pipeTo(writable);
  const out = [];
  for await (const chunk of readable) out.push(...chunk);
  await piped;
  assertEquals(out, [1, 2]);
});

test('FixedLengthStream', async () => {
  const stream = new FixedLengthStream(3);
  assertEquals(fixedLengthOf(stream.readable), 3);
  assertEquals(fixedLengthOf(new ReadableStream()), undefined);
  assertEquals(stream instanceof IdentityTransformStream, true);
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  writer.write(bytes(1, 2));
  assertEquals((await reader.read()).value.length, 2);
  writer.write(bytes(3));
  assertEquals((await reader.read()).value.length, 1);
  writer.close();
  assertEquals((await reader.read()).done, true);
  assertEquals(fixedLengthOf(new FixedLengthStream(10n).readable), 10);
  assertEquals(fixedLengthOf(new IdentityTransformStream().readable), undefined);
});

test('FixedLengthStream: wrong length', async () => {
  const over = new FixedLengthStream(2);
  const read = over.readable.getReader().read();
  const text = 'Attempt to write too many bytes through a FixedLengthStream.';
  await assertRejects(over.writable.getWriter().write(bytes(1, 2, 3)), TypeError, text);
  await assertRejects(read, TypeError, text);
  const under = new FixedLengthStream(2);
  const missing = under.readable.getReader().read();
  const few = 'FixedLengthStream did not see all expected bytes before close().';
  await assertRejects(under.writable.getWriter().close(), TypeError, few);
  await assertRejects(missing, TypeError, few);
  assertThrows(() => new FixedLengthStream(-1), TypeError, 'negative');
  assertThrows(() => new FixedLengthStream('x'), TypeError, 'not an integer');
  assertThrows(() => new FixedLengthStream(), TypeError, "constructor parameter 1 is not of type 'bigint'");
});
