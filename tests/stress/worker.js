// The code of every Worker of the random graph. What it does follows from the seed in the request or
// in the message of the call; what may fail, fails. What must hold is checked: see check().
import { DurableObject, RpcStub, RpcTarget, WorkerEntrypoint } from 'cloudflare:workers';
import { Random, randomError, randomValue, same } from './random_values.js';

// Fails the whole test: the host looks for this word in the log.
function check(condition, what) {
  if (!condition) console.error(`STRESS MISMATCH: ${what}`);
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const never = () => new Promise(() => {});
const ignore = () => {};

// --- bodies ---

function randomStream(job, { mayFail = true, mayHang = mayFail } = {}) {
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

function randomBody(job, options = undefined) {
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
async function consume(job, message) {
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

// --- objects that others hold stubs of ---

class Counter extends RpcTarget {
  #job;
  #value = 0;
  constructor(job) {
    super();
    this.#job = job;
  }
  get value() {
    return this.#value;
  }
  add(n) {
    return (this.#value += n);
  }
  child() {
    return new Counter(this.#job);
  }
  self() {
    return this;
  }
  echo(value) {
    return value;
  }
  async call(callback, times) {
    let sum = 0;
    for (let i = 0; i < times; i++) sum += await callback(i);
    return sum;
  }
  async run(message) {
    await this.#job.as(message).steps();
    return 1;
  }
  fail() {
    throw randomError(this.#job.random);
  }
  hang() {
    return this.#job.inObject ? undefined : never();
  }
  stream() {
    return randomStream(this.#job);
  }
  [Symbol.dispose]() {
    const { random } = this.#job;
    if (random.chance(10)) throw new Error('a disposer failed');
    if (random.chance(10)) this.#job.steps().catch(ignore);
  }
}

// --- what is left behind for other requests, which must be refused it politely ---

const stash = [];

function leave(thing) {
  stash.push(thing);
  if (stash.length > 30) stash.shift();
}

// --- one invocation ---

class Job {
  constructor(message, env, ctx, request) {
    this.random = new Random(message.seed);
    this.fuel = message.fuel;
    this.port = message.port;
    this.env = env;
    this.ctx = ctx;
    this.request = request;
  }

  // Of a Durable Object: nothing may hang.
  get inObject() {
    return this.env.ROOM !== undefined && this.ctx.id !== undefined;
  }

  as(message) {
    return new Job(message, this.env, this.ctx, undefined);
  }

  // A message for a call further down.
  message(more) {
    return { seed: this.random.seed(), fuel: this.fuel - 1, port: this.port, ...more };
  }

  url(fuel = this.fuel - 1) {
    return `http://stress.test/?seed=${this.random.seed()}&fuel=${fuel}&port=${this.port}`;
  }

  binding() {
    const { random, env, ctx } = this;
    if (ctx.exports !== undefined && random.chance(10)) {
      const own = ctx.exports[random.pick(['default', 'Service', 'plain'])];
      return random.chance(50) && own !== undefined ? own({ props: { from: 'exports' } }) : own;
    }
    return env[random.pick(env.SERVICES)];
  }

  async steps() {
    const { random } = this;
    for (let count = 1 + random.int(4); count > 0; count--) {
      const step = random.pick(this.fuel > 0 ? STEPS : LEAVES);
      const result = this.env.TRACE ? traced(step.name, step(this)) : step(this);
      switch (random.int(12)) {
        case 0: result.catch(ignore); break; // forgotten
        case 1: break; // forgotten, with a rejection that nobody handles
        case 2: this.ctx.waitUntil(result); break;
        case 3: await Promise.race([result.catch(ignore), sleep(random.int(20))]); break;
        case 4: await result; break; // what it throws ends this invocation
        default: await result.catch(ignore);
      }
    }
  }

  response() {
    const { random, request } = this;
    return random.pick([
      () => new Response('text'),
      () => new Response(randomBody(this), { status: random.pick([200, 201, 404, 503]) }),
      () => new Response(randomStream(this)),
      () => new Response(randomStream(this), { headers: { 'content-encoding': random.pick(['gzip', 'br']) } }),
      () => Response.json({ seed: random.seed() }),
      () => new Response(null, { status: random.pick([204, 304, 200]) }),
      () => new Response(request?.body, { headers: { 'x-from': 'request' } }),
      () => request?.clone().text().then((text) => new Response(text)) ?? new Response(),
      () => new Response(new Response(randomStream(this)).body.tee()[0]),
      () => (this.fuel > 0 ? this.binding().fetch(this.url()) : new Response('leaf')),
      () => (this.fuel > 0 ? Response.redirect(this.url(), random.pick([302, 307])) : new Response('end')),
      () => (this.fuel > 0 && request !== undefined
        ? this.binding().fetch(new Request(this.url(), request)) : new Response('mine')),
      () => 'no response',
      () => { throw randomError(random); },
    ])();
  }
}

// What came of a step, for the log of a graph that is run again.
async function traced(name, result) {
  console.debug(`began ${name}`);
  try {
    return await result;
  } catch (error) {
    name += `: ${error?.message ?? typeof error}`;
    throw error;
  } finally {
    console.debug(`step ${name}`);
  }
}

// --- steps ---

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

function maybeDispose(job, thing) {
  if (job.random.chance(60)) thing[Symbol.dispose]?.();
}

async function useTarget(job) {
  const { random } = job;
  const target = await job.binding().target(job.message());
  for (let i = random.int(4); i > 0; i--) await useCounter(job, target);
  maybeDispose(job, target);
}

async function useCounter(job, counter) {
  const { random } = job;
  switch (random.int(14)) {
    case 0: return counter.add(1);
    case 1: return check(typeof (await counter.value) === 'number', 'value is no number');
    case 2: return maybeDispose(job, await counter.child());
    case 3: return counter.self().child().self().add(1); // pipelined
    case 4: check((await counter.call((n) => n, 3)) === 3, 'the sum is wrong'); return undefined;
    case 5: return counter.fail();
    case 6: return random.chance(20) ? counter.hang() : undefined;
    case 7: {
      const copy = counter.dup();
      maybeDispose(job, counter);
      await copy.add(1);
      return maybeDispose(job, copy);
    }
    case 8: return job.fuel > 0 ? counter.run(job.message()) : undefined;
    case 9: return new Response(await counter.stream()).arrayBuffer();
    case 10: return job.binding().pass(job.message({ stub: counter }));
    case 11: return leave(counter);
    case 12: return counter.nothing();
    default: {
      const value = randomValue(random);
      check(same(await counter.echo(value), value), 'a value came back from a stub as another');
      return undefined;
    }
  }
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
  let got = 0;
  webSocket.addEventListener('message', () => { got++; });
  for (let i = job.random.int(5); i > 0; i--) webSocket.send(job.random.chance(50) ? 'text' : new Uint8Array(300));
  await sleep(job.random.int(5));
  // Always: while it is open, whatever else hangs in the request may be woken by a message.
  webSocket.close(1000, 'over');
}

const LEAVES = [timers, waiting, throwing, hanging, spinning, exploding, ownStub, fillStash, useStash, flooding, recursing,
  timers, ownStub];
const STEPS = [...LEAVES, fetchBinding, fetchBinding, fetchEcho, fetchAborted, fetchAborted, fetchTimedOut, forward,
  fetchNetwork, callEcho, callEcho, callRun, callRun, callWithFunction, callAndKeep, useTarget, useTarget, pipeline,
  useMany, passOn, passBinding, readRemote, sendReadable, sendWritable, sendHttp, sendSignal, sendJunk, callFailing,
  callMissing, useObject, useObject, useObject];

// --- the methods of entrypoints: each gets one message, so that all kinds of handlers can have them ---

const METHODS = {
  echo: (job, { value }) => value,
  async run(job) {
    await job.steps();
    return 1;
  },
  target: (job) => new Counter(job),
  many(job) {
    const counter = new Counter(job);
    const value = { counter, call: (n) => n + 1, list: [() => 1, { deep: new Counter(job) }] };
    if (job.random.chance(30)) value[Symbol.dispose] = () => job.steps().catch(ignore);
    return value;
  },
  async callBack(job, { callback, times }) {
    if (job.random.chance(20)) await job.steps().catch(ignore);
    let sum = 0;
    for (let i = 0; i < times; i++) sum += await callback(i);
    return sum;
  },
  async keep(job, { callback, target }) {
    const { random } = job;
    const mine = random.chance(70) ? callback.dup() : callback;
    if (random.chance(30)) leave(mine);
    job.ctx.waitUntil((async () => {
      await sleep(random.int(10));
      await mine();
      await target.add(1);
      maybeDispose(job, mine);
    })());
  },
  async pass(job, { stub, back }) {
    await useCounter(job, stub);
    if (back || job.random.chance(20)) return job.random.chance(50) ? stub : stub.dup();
    return undefined;
  },
  async bind(job, { binding }) {
    if (job.fuel > 0) await consume(job, await binding.fetch(job.url()));
    return binding;
  },
  readable: (job) => randomStream(job),
  consume: (job, { stream }) => consume(job, new Response(stream)),
  async writeTo(job, { stream }) {
    const { random } = job;
    if (random.chance(50)) return randomStream(job).pipeTo(stream);
    const writer = stream.getWriter();
    for (let i = random.int(5); i > 0; i--) await writer.write(randomValue(random, 1));
    return random.pick([() => writer.close(), () => writer.abort('no more'), ignore])();
  },
  respondTo: (job, { request }) => handle(request, job.env, job.ctx),
  async waitFor(job, { signal }) {
    await Promise.race([sleep(job.random.int(12)), new Promise((resolve) => { signal.onabort = resolve; })]);
    return signal.aborted;
  },
  async fail(job) {
    if (job.random.chance(50)) await sleep(1);
    throw randomError(job.random);
  },
  recurse: (job, { depth }) => job.env[job.env.SERVICES[depth % job.env.SERVICES.length]].recurse({ depth: depth + 1 }),
};

async function handle(request, env, ctx) {
  const { searchParams } = new URL(request.url);
  if (searchParams.has('echo')) return new Response(request.body);
  if (searchParams.has('recurse')) return env[env.SERVICES[0]].fetch(request.url);
  const number = (name) => Number(searchParams.get(name));
  const job = new Job({ seed: number('seed'), fuel: number('fuel'), port: number('port') }, env, ctx, request);
  check(ctx.props !== undefined, 'no props');
  await job.steps();
  return job.response();
}

export class Service extends WorkerEntrypoint {
  fetch(request) {
    return handle(request, this.env, this.ctx);
  }
}

export const plain = { fetch: handle };

for (const [name, method] of Object.entries(METHODS)) {
  Service.prototype[name] = function (message) {
    return method(new Job(message, this.env, this.ctx, undefined), message);
  };
  plain[name] = (message, env, ctx) => method(new Job(message, env, ctx, undefined), message);
}

// --- Durable Objects: calls on them may come from anywhere, so nothing may hang in them ---

export class Room extends DurableObject {
  count = 0;

  constructor(ctx, env) {
    super(ctx, env);
    const random = new Random(Number(`0x${String(ctx.id).slice(0, 7)}`));
    if (random.chance(20)) ctx.blockConcurrencyWhile(() => sleep(random.int(5)));
    if (random.chance(3)) throw randomError(random);
  }

  async fetch(request) {
    const job = new Job({ seed: ++this.count, fuel: 0, port: 0 }, this.env, this.ctx, request);
    if (request.headers.get('upgrade') === 'websocket') return this.accept(job);
    if (job.random.chance(20)) await sleep(job.random.int(8));
    if (job.random.chance(20)) return this.env[this.env.SERVICES[0]].fetch('http://stress.test/?echo=1', request);
    if (job.random.chance(10)) setTimeout(() => { this.count++; }, job.random.int(10));
    return new Response(job.random.chance(50) ? request.body : randomBody(job));
  }

  accept(job) {
    const [client, server] = Object.values(new WebSocketPair());
    if (job.random.chance(50)) this.ctx.acceptWebSocket(server, ['tag']);
    else {
      server.accept();
      server.addEventListener('message', ({ data }) => server.send(data));
      server.addEventListener('close', () => server.close());
    }
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(socket, message) {
    if (this.count++ % 7 === 0) throw new Error('in a socket handler');
    for (const one of this.ctx.getWebSockets('tag')) one.send(message);
  }

  webSocketClose(socket, code) {
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
  }

  add(n) {
    this.count += n;
    return this.count;
  }

  counter(message) {
    return new Counter(new Job(message, this.env, this.ctx, undefined));
  }

  async callBack({ callback, times }) {
    let sum = 0;
    for (let i = 0; i < times; i++) sum += await callback(i);
    return sum;
  }

  async onward({ depth }) {
    await this.ctx.blockConcurrencyWhile(() => sleep(1));
    return this.env.ROOM.getByName(`r${depth % 3}`).onward({ depth: depth + 1 });
  }

  reset() {
    this.ctx.abort('reset');
  }
}
