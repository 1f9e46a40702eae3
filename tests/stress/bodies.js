// Bodies that follow from a seed, and whatever can be done with one.
import { check, ignore, never, sleep } from './basics.js';
import { randomError, same } from './random_values.js';

export function randomStream(job, { mayFail = true, mayHang = mayFail } = {}) {
  const { random } = job;
  let left = random.int(12);
  const slow = random.chance(30);
  const size = random.pick([1, 10, 1000, 1024, 70_000]);
  const fails = mayFail && random.chance(15);
  const hangs = mayHang && random.chance(3) && !job.inObject;
  const source = {
    async pull(controller) {
      if (slow) await sleep(random.int(5));
      if (left-- > 0) controller.enqueue(new Uint8Array(random.int(size) + 1).fill(random.int(256)));
      else if (hangs) return never();
      else if (fails) controller.error(randomError(random));
      else controller.close();
      return undefined;
    },
    cancel() {
      if (random.chance(20)) throw new Error('cancel failed');
    },
  };
  if (random.chance(20)) return new ReadableStream(source).pipeThrough(new TransformStream());
  if (random.chance(20)) {
    const { readable, writable } = new IdentityTransformStream();
    new ReadableStream(source).pipeTo(writable).catch(ignore);
    return readable;
  }
  return new ReadableStream(source);
}

export function randomBody(job, options = undefined) {
  const { random } = job;
  return random.pick([
    () => undefined,
    () => 'text',
    () => 'x'.repeat(random.int(300_000)),
    () => new Uint8Array(random.int(5000)),
    () => new Blob(['a', 'blob']),
    () => new URLSearchParams({ a: 'b' }),
    () => randomStream(job, options),
    () => randomStream(job, options),
  ])();
}

// Whatever can be done with a body; returns the number of bytes if all were read.
export async function consume(job, message) {
  const { random } = job;
  switch (random.int(10)) {
    case 0: return (await message.arrayBuffer()).byteLength;
    case 1: return (await message.text()).length;
    case 2: return message.json().catch(ignore);
    case 3: return message.body?.cancel('enough');
    case 4: {
      const reader = message.body?.getReader();
      const { value } = (await reader?.read()) ?? {};
      if (random.chance(50)) reader?.releaseLock();
      return value?.length;
    }
    case 5: {
      const copy = message.clone();
      const [a, b] = await Promise.all([copy.arrayBuffer(), message.arrayBuffer()]);
      check(same(new Uint8Array(a), new Uint8Array(b)), 'branches of a clone differ');
      return a.byteLength;
    }
    case 6: {
      if (message.body === null) return 0;
      const [left, right] = message.body.tee();
      if (random.chance(50)) left.cancel().catch(ignore);
      return new Response(right).text();
    }
    case 7:
      if (message.body !== null) for await (const chunk of message.body) if (random.chance(20)) break;
      return undefined;
    case 8: return message.body?.pipeTo(new WritableStream({ write: () => random.chance(10) ? sleep(1) : undefined }));
    default: return undefined;
  }
}
