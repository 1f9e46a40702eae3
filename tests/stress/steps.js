// The steps that an invocation is made of; each gets its job. LEAVES are those that one without fuel may take.
import { RpcStub } from 'cloudflare:workers';
import { check, ignore, never, sleep } from './basics.js';
import { consume, randomBody, randomStream } from './bodies.js';
import { Counter, leave, maybeDispose, stash, useCounter } from './counter.js';
import { randomError, randomValue, same } from './random_values.js';

async function fetchBinding(job) {
  const { random } = job;
  const body = random.chance(50) ? randomBody(job) : undefined;
  const response = await job.binding().fetch(job.url(), { method: body === undefined ? 'GET' : 'POST', body });
  await consume(job, response);
}

async function fetchEcho(job) {
  const bytes = new Uint8Array(job.random.int(100_000)).map((_, i) => i >> 6);
  const body = job.random.chance(50) ? bytes : new Response(bytes).body;
  const response = await job.binding().fetch('http://stress.test/?echo=1', { method: 'POST', body });
  if (response.status !== 200) return;
  const echo = new Uint8Array(await response.arrayBuffer());
  check(same(echo, bytes), `a body of ${bytes.length} bytes came back as ${echo.length}`);
}

async function fetchAborted(job) {
  const { random } = job;
  const controller = new AbortController();
  const promise = job.binding().fetch(job.url(), {
    method: 'POST', body: randomBody(job) ?? 'x', signal: controller.signal });
  switch (random.int(4)) {
    case 0: controller.abort(); break;
    case 1: setTimeout(() => controller.abort(new Error('later')), random.int(6)); break;
    case 2: Promise.resolve().then(() => controller.abort('soon')); break;
    default: promise.then(() => controller.abort()).catch(ignore);
  }
  const response = await promise;
  await consume(job, response);
}

async function fetchTimedOut(job) {
  const response = await job.binding().fetch(job.url(), { signal: AbortSignal.timeout(job.random.int(8)) });
  await consume(job, response);
}

// Through the network, to the own port.
async function fetchNetwork(job) {
  const { random } = job;
  if (!job.port) return;
  const url = `http://127.0.0.1:${job.port}/?seed=${random.seed()}&fuel=${job.fuel - 2}&port=${job.port}`;
  // Sent back by who receives it, a body that hangs keeps both sides waiting for the network, where nobody
  // can know that nothing comes any more.
  const body = random.chance(40) ? randomBody(job, { mayHang: false }) : undefined;
  const response = await fetch(url, { method: body === undefined ? 'GET' : 'POST', body, redirect: 'manual',
    signal: random.chance(20) ? AbortSignal.timeout(random.int(10)) : undefined });
  await consume(job, response);
}

async function forward(job) {
  if (job.request === undefined) return fetchBinding(job);
  const request = job.random.chance(50) ? job.request.clone() : job.request;
  return consume(job, await job.binding().fetch(new Request(job.url(), request)));
}

async function callEcho(job) {
  const value = randomValue(job.random);
  const echo = await job.binding().echo(job.message({ value }));
  check(same(value, echo), 'a value came back as another');
}

async function callRun(job) {
  await job.binding().run(job.message());
}

async function callWithFunction(job) {
  let calls = 0;
  const times = job.random.int(4);
  const sum = await job.binding().callBack(job.message({ times, callback: (n) => { calls++; return n; } }));
  check(calls === times && sum === (times * (times - 1)) / 2, `${calls} calls of ${times}`);
}

async function callAndKeep(job) {
  await job.binding().keep(job.message({ callback: () => job.random.int(9), target: new Counter(job) }));
}

async function useTarget(job) {
  const { random } = job;
  const target = await job.binding().target(job.message());
  for (let i = random.int(4); i > 0; i--) await useCounter(job, target);
  maybeDispose(job, target);
}

async function pipeline(job) {
  const promise = job.binding().target(job.message());
  const results = [promise.add(1), promise.child().add(1), promise.value, promise.self().call((n) => n, 2)];
  if (job.random.chance(30)) maybeDispose(job, promise);
  await Promise.allSettled(results);
  if (job.random.chance(50)) maybeDispose(job, await promise);
}

async function useMany(job) {
  const many = await job.binding().many(job.message());
  await Promise.allSettled([many.counter.add(1), many.call(2), many.list[1].deep.child().add(1), many.missing?.()]);
  if (job.random.chance(30)) await many.call.dup()(1);
  maybeDispose(job, many);
}

async function passOn(job) {
  const given = await job.binding().target(job.message());
  const back = await job.binding().pass(job.message({ stub: given, back: true }));
  await back.add(1);
  maybeDispose(job, back);
}

async function ownStub(job) {
  const stub = new RpcStub(new Counter(job));
  await useCounter(job, stub);
  maybeDispose(job, stub);
}

async function passBinding(job) {
  const binding = await job.binding().bind(job.message({ binding: job.binding() }));
  await binding.run(job.message());
}

async function readRemote(job) {
  const stream = await job.binding().readable(job.message());
  await consume(job, new Response(stream));
}

async function sendReadable(job) {
  await job.binding().consume(job.message({ stream: randomStream(job) }));
}

async function sendWritable(job) {
  const { random } = job;
  const stream = new WritableStream({
    write: () => (random.chance(10) ? Promise.reject(new Error('full')) : sleep(random.int(2))),
    close: () => (random.chance(10) ? Promise.reject(new Error('no close')) : undefined),
  });
  await job.binding().writeTo(job.message({ stream }));
}

async function sendHttp(job) {
  const request = new Request(job.url(), { method: 'POST', body: randomBody(job) ?? 'x',
    signal: job.random.chance(30) ? AbortSignal.timeout(job.random.int(9)) : undefined });
  await consume(job, await job.binding().respondTo(job.message({ request })));
}

async function sendSignal(job) {
  const controller = new AbortController();
  if (job.random.chance(50)) setTimeout(() => controller.abort(randomError(job.random)), job.random.int(9));
  await job.binding().waitFor(job.message({ signal: controller.signal }));
}

async function sendJunk(job) {
  const { random } = job;
  const junk = random.pick([
    () => Symbol('no'), () => new WeakMap(), () => job.binding().echo, () => job.binding().echo(job.message()),
    () => Promise.resolve(1), () => ({ get a() { throw new Error('a getter failed'); } }),
    () => ({ get a() { return job.binding().echo(job.message({ value: 1 })); } }),
    () => new Proxy({}, {}), () => new Proxy(() => 1, {}), () => new (class Own {})(), () => new Request(job.url()),
    () => [function () {}, class {}, new Counter(job), new Headers({ a: 'b' }), new Blob(['x'])],
    () => { const stream = randomStream(job); stream.getReader(); return stream; },
    () => { const stream = randomStream(job); return [stream, stream]; },
    () => new Uint8Array(2 * 1024 * 1024),
    () => { let deep = {}; for (let i = 0; i < 20_000; i++) deep = { deep }; return deep; },
  ])();
  await job.binding().echo(job.message({ value: junk }));
}

async function callFailing(job) {
  await job.binding().fail(job.message());
}

async function callMissing(job) {
  const binding = job.binding();
  await (job.random.chance(50) ? binding.missing() : binding.a.b.c(1));
}

async function useStash(job) {
  const thing = job.random.pick(stash);
  if (thing === undefined) return;
  if (typeof thing === 'function') await (job.random.chance(50) ? thing(1) : thing.add(1));
  else if (thing instanceof Request || thing instanceof Response) await thing.text();
  else if (thing instanceof ReadableStream) await thing.getReader().read();
  else if (thing instanceof Promise) await Promise.race([thing, sleep(3)]);
  else await job.binding().echo(job.message({ value: thing }));
}

async function fillStash(job) {
  const { random } = job;
  leave(random.pick([
    () => randomStream(job),
    () => new Response(randomStream(job)),
    () => job.request ?? new Request(job.url()),
    () => new Promise((resolve) => { leave(resolve); }),
    () => sleep(random.int(5)),
    () => job.binding().echo(job.message({ value: 1 })),
    () => job.binding().target(job.message()),
    () => new Counter(job),
  ])());
}

async function timers(job) {
  const { random } = job;
  await sleep(random.int(15));
  let ticks = 0;
  const interval = setInterval(() => { if (++ticks > 2 || random.chance(20)) clearInterval(interval); }, 1);
  if (random.chance(50)) clearTimeout(setTimeout(never, random.int(3)));
}

async function waiting(job) {
  const { random, ctx } = job;
  ctx.waitUntil(random.pick([
    () => sleep(random.int(20)),
    () => Promise.reject(randomError(random)),
    () => never(),
    () => sleep(1).then(() => job.binding().echo(job.message({ value: 1 }))),
    () => (job.fuel > 0 ? sleep(2).then(() => job.as(job.message()).steps()) : undefined),
  ])());
}

async function throwing(job) {
  throw randomError(job.random);
}

async function hanging(job) {
  if (job.random.chance(15) && !job.inObject) await never();
}

async function spinning(job) {
  if (job.random.chance(4)) for (;;);
}

async function exploding(job) {
  if (!job.random.chance(3)) return;
  const all = [];
  for (;;) all.push(new Array(1000).fill({ x: 1 }), { all });
}

async function flooding(job) {
  if (!job.random.chance(10)) return;
  const calls = [];
  for (let i = 0; i < 80; i++) calls.push(job.binding().fetch('http://stress.test/?echo=1'));
  await Promise.allSettled(calls);
}

async function recursing(job) {
  if (!job.random.chance(10)) return;
  await (job.random.chance(50) ? job.binding().recurse({ depth: 0 })
    : job.binding().fetch('http://stress.test/?recurse=1'));
}

async function useObject(job) {
  const { random } = job;
  const room = job.env.ROOM.getByName(`room${random.int(4)}`);
  await random.pick([
    () => room.add(1),
    async () => { for (let i = random.int(9); i > 0; i--) await room.add(1); },
    () => Promise.allSettled([room.add(1), room.add(2), room.fetch(job.url()), room.reset()]),
    () => room.fetch(job.url(), { method: 'POST', body: 'x'.repeat(random.int(90_000)) }).then((r) => r.text()),
    () => room.fetch(job.url(), { signal: AbortSignal.timeout(random.int(9)) }).then((r) => r.text()),
    // Nothing that may hang is given to an object: nobody would find that out.
    async () => { using counter = await room.counter(job.message()); await counter.add(1); },
    () => (random.chance(10) ? room.onward({ depth: 0 }) : undefined),
    () => room.reset(),
    () => job.binding().echo(job.message({ value: room })),
    () => talkTo(job, room),
  ])();
}

async function talkTo(job, room) {
  const { webSocket } = await room.fetch(job.url(), { headers: { upgrade: 'websocket' } });
  webSocket.accept();
  webSocket.addEventListener('message', ignore);
  for (let i = job.random.int(5); i > 0; i--) webSocket.send(job.random.chance(50) ? 'text' : new Uint8Array(300));
  await sleep(job.random.int(5));
  // Always: while it is open, whatever else hangs in the request may be woken by a message.
  webSocket.close(1000, 'over');
}

export const LEAVES = [timers, waiting, throwing, hanging, spinning, exploding, ownStub, fillStash, useStash, flooding,
  recursing, timers, ownStub];
export const STEPS = [...LEAVES, fetchBinding, fetchBinding, fetchEcho, fetchAborted, fetchAborted, fetchTimedOut, forward,
  fetchNetwork, callEcho, callEcho, callRun, callRun, callWithFunction, callAndKeep, useTarget, useTarget, pipeline,
  useMany, passOn, passBinding, readRemote, sendReadable, sendWritable, sendHttp, sendSignal, sendJunk, callFailing,
  callMissing, useObject, useObject, useObject];
